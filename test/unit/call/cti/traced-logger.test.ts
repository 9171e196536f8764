import assert from "node:assert/strict";
import { CommandTraces } from "../../../../src/call/cti/command-traces.ts";
import { tracedLogger } from "../../../../src/call/cti/traced-logger.ts";
import { silentLogger, type LogFields } from "../../../../src/common/index.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("log lines about commands with a trace context", () => {
  it("given such a command, when lines are written at once, or about a session of its call, then they have it until it is done", async () => {
    const lines: (LogFields | undefined)[] = [];
    const traces = new CommandTraces();
    const write = (_message: string, fields?: LogFields): void => void lines.push(fields);
    const logger = tracedLogger({ ...silentLogger, info: write, warn: write }, traces);
    let resolve: () => void = () => undefined;
    const done = traces.during(
      { command: { type: "hold", device: "a-phone" }, traceparent: TRACE },
      () => ["call c1"],
      () => {
        logger.warn("at once");
        return new Promise<void>((settle) => (resolve = settle));
      },
    );
    logger.info("a session of its call", { callId: "c1.2" });
    logger.info("another call", { callId: "c2" });
    logger.info("no call");
    resolve();
    await done;
    logger.info("later", { callId: "c1" });
    assert.deepEqual(lines, [
      { traceparent: TRACE },
      { callId: "c1.2", traceparent: TRACE },
      { callId: "c2" },
      undefined,
      { callId: "c1" },
    ]);
  });
});
