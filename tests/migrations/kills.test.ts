import { describeCutConnection } from "./cut-connection.ts";
import { describeKilledProcess } from "./killed-process.ts";
import { describeKilledServer } from "./killed-server.ts";

describeKilledProcess(6, 1);
describeKilledServer(4, 1);
describeCutConnection(4, 1);
