import { describe, test } from "vitest";
import { expectEnd, slowPrograms } from "./hostile.ts";

describe("a hostile program", () => {
    test.each(Object.entries(slowPrograms))("ends: %s", (name, [source, reasons]) => expectEnd(name, source, reasons));
});
