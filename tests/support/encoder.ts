/** A program in place of the embedded encoder, which need not be installed: gives each text the same vector. */
export const encoderProgram = `
process.on("message", ({ id, texts }) => process.send({ id, vectors: texts.map(() => new Float32Array(512).fill(1)) }));
process.on("disconnect", () => process.exit());
process.send({ id: 0, vectors: [] });
`;

/** The files of a project in which it is installed. */
export const installedEncoder: Readonly<Record<string, string>> = {
    "encoder/package.json": "{}",
    "encoder/encode.js": encoderProgram,
    "encoder/node_modules/.modules.yaml": "",
};
