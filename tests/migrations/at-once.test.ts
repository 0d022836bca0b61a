import { describeDeploysAtOnce } from "./at-once.ts";

describeDeploysAtOnce(5, 1);
