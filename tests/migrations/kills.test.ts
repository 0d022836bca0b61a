import { describeCutConnection } from "./cut-connection.ts";
import { describeKilledProcess } from "./killed-process.ts";
import { describeKilledServer } from "./killed-server.ts";

describeKilledProcess(6);
describeKilledServer(4);
describeCutConnection(4);
