import fc from "fast-check";
import { expect, test } from "vitest";
import { createDecoder, decodeBytes, encodeBytes, showEachByte } from "../../src/text/decode.ts";
import { findRepeatedKey, isSameJson, parseJson, withFields } from "../../src/text/json.ts";
import { writeJson } from "../../src/text/written.ts";

const unusual = [
    '{"a":[1.0,9007199254740993,1e400,-0,1E5],"b":"caf\\u00e9 \\/","10":1,"9":2}',
    '{"__proto__":{"a":1}}',
    '{"a":1,"a":2}',
    '[{"a":0.1000000000000000000000001}]',
    `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
];

test.each(unusual)("renders JSON as it was written, without white space: %.40s", (text) => {
    const value = parseJson(text);
    expect(writeJson(value)).toBe(text);
    expect(writeJson({ part: value })).toBe(`{"part":${text}}`);
    expect(writeJson(parseJson(` [ ${text} ,\n1 ]`))).toBe(`[${text},1]`);
});

test("renders a usual value as JSON.stringify() does, indented or not, and a BigInt as its digits", () => {
    fc.assert(
        fc.property(fc.json(), (text) => {
            const value = JSON.parse(text);
            if (text.includes("-0") || text.includes("\\u")) return;
            expect(writeJson(parseJson(JSON.stringify(value, null, 2)))).toBe(JSON.stringify(value));
        }),
    );
    expect(writeJson({ a: [9007199254740993n] }, 1)).toBe('{\n "a": [\n  9007199254740993\n ]\n}');
});

test("finds the key that is there twice in one object, also when it is escaped, and no key of two objects", () => {
    expect(findRepeatedKey(parseJson('[{"a":{"b":1,"\\u0062":2}}]'))).toBe("b");
    expect(findRepeatedKey(parseJson('[{"a":1},{"a":1.0},"a",{"b":{"a":1}}]'))).toBeUndefined();
});

test("adds fields to an object in front of what was written", () => {
    const value = parseJson('{"b":1.0}') as object;
    expect(writeJson(withFields({ a: 1, b: 2 }, value))).toBe('{"a":1,"b":1.0}');
});

test.each([
    ['{"a":1,"b":[2.50]}', ' { "b" : [2.50] , "a":1}', true],
    ['["\\u00e9"]', '["é"]', true],
    ["[1.0]", "[1]", false],
    ["[9007199254740992]", "[9007199254740993]", false],
    ["[1]", '["1"]', false],
    ['{"a":1,"a":2}', '{"a":2}', false],
    ["[1", "[1", false],
])("compares the structure with exact numbers: %s and %s", (left, right, same) => {
    expect(isSameJson(left, right)).toBe(same);
});

test("decodes any bytes without losing one, whole or cut anywhere", () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xe9, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0));
    fc.assert(
        fc.property(fc.array(byte), fc.integer({ min: 1, max: 5 }), (list, size) => {
            const bytes = Buffer.from(list);
            const text = decodeBytes(bytes);
            expect(encodeBytes(text)).toEqual(bytes);
            const decoder = createDecoder();
            let whole = "";
            for (let from = 0; from < bytes.length; from += size)
                whole += decoder.write(bytes.subarray(from, from + size));
            expect(whole + decoder.end()).toBe(text);
        }),
    );
    expect(showEachByte(decodeBytes(Buffer.from("caf\xe9 é", "latin1")))).toBe("caf\\xE9 \\xE9");
});
