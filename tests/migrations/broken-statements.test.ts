import { describeBrokenStatements } from "./broken-statements.ts";

// A server takes a while to start, so there the mended run is tried once for each file.
describeBrokenStatements((target) => target.name === "file:");
