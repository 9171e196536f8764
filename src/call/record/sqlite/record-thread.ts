import { createRequire } from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { WorkerStart } from "./worker-messages.ts";

/** Starts the thread that has the table for itself; built, its program stands in the same folder, too. */
export function startRecordThread(workerData: WorkerStart): Worker {
  const extension = extname(import.meta.url);
  const program = new URL(`./record-worker${extension}`, import.meta.url);
  if (extension !== ".ts") return new Worker(program, { workerData });
  // In development: a thread does not get the loader of sources from its process (Node 20).
  const loader = createRequire(import.meta.url).resolve("tsx/cjs/api");
  const code = `require(${JSON.stringify(loader)}).register(); require(${JSON.stringify(fileURLToPath(program))});`;
  return new Worker(code, { eval: true, workerData });
}
