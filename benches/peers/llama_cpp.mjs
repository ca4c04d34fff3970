// Reads a prompt and writes an answer with llama.cpp, and prints tokens a second for both.
//
// node llama_cpp.mjs FOLDER MODEL THREADS PROMPT_TOKENS ANSWER_TOKENS
// FOLDER holds node_modules with node-llama-cpp. benches/generation.rs runs this.

import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, model, ...numbers] = process.argv.slice(2);
const [threads, promptTokens, answerTokens] = numbers.map(Number);
const require = createRequire(path.resolve(folder, "package.json"));
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(require.resolve("node-llama-cpp")));

const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error });
const loaded = await llama.loadModel({ modelPath: path.resolve(model), gpuLayers: 0 });
const context = await loaded.createContext({ contextSize: 2048, threads, batchSize: 512 });
const sequence = context.getSequence();
const text = "The patient says that the cough began about two weeks ago and that the stairs are harder than before. ";
const tokens = loaded.tokenize(text.repeat(Math.ceil(promptTokens / 16))).slice(0, promptTokens);

const begin = performance.now();
const last = tokens.pop();
await sequence.evaluateWithoutGeneratingNewTokens(tokens);
const read = performance.now();
let written = 0;
for await (const _ of sequence.evaluate([last], { temperature: 0, yieldEogToken: true })) {
    written += 1;
    if (written === answerTokens) break;
}
const end = performance.now();
console.log(`${(tokens.length * 1000) / (read - begin)} ${(written * 1000) / (end - read)}`);
process.exit(0);
