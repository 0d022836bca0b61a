import { describeDeploysAtOnce } from "./at-once.ts";

describeDeploysAtOnce(8, 5, [[], ["--per-file"]]);
