import { describeDeploysAtOnce } from "./at-once.ts";

describeDeploysAtOnce(1);
