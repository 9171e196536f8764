/** The thread that SQLite has for itself: a checkpoint, or a question over years, keeps no call waiting. */
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { errorCodeOf, errorMessageOf, SystemClock } from "../../../common/index.ts";
import { RecordKeeper } from "./record-keeper.ts";
import type { WorkerMessage, WorkerRequest, WorkerStart } from "./worker-messages.ts";

if (parentPort !== null) serve(parentPort, workerData as WorkerStart);

function serve(port: MessagePort, start: WorkerStart): void {
  const send = (message: WorkerMessage): void => port.postMessage(message);
  const keeper = new RecordKeeper({
    ...start,
    clock: new SystemClock(),
    onCounts: (counts) => send({ type: "counts", counts }),
    onFailed: (error) => send({ type: "failed", error }),
  });
  port.on("message", (request: WorkerRequest) => void handle(request));
  keeper.start();

  async function handle(request: WorkerRequest): Promise<void> {
    if (request.type === "keep-for") return keeper.keepFor(request.retentionMs);
    if (request.type === "close") {
      await keeper.close();
      return port.close();
    }
    const { id } = request;
    try {
      if (request.type === "page") send({ type: "page", id, page: await keeper.page(request.query) });
      else send({ type: "found", id, text: await keeper.find(request.callId) });
    } catch (error) {
      send({ type: "refused", id, code: errorCodeOf(error) ?? "failed", message: errorMessageOf(error) });
    }
  }
}
