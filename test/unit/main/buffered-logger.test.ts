import assert from "node:assert/strict";
import type { LogFields, Logger } from "../../../src/common/index.ts";
import { BufferedLogger } from "../../../src/main/host/buffered-logger.ts";

describe("BufferedLogger", () => {
  it("given lines before there is a place for them, when attached, then they are handed over in order", () => {
    const lines: [string, string, LogFields | undefined][] = [];
    const logger = new BufferedLogger();
    logger.info("one", { n: 1 });
    logger.child({ call: "c" }).warn("two", { n: 2 });
    logger.attach(recorder(lines));
    logger.child({ call: "d" }).error("three");
    logger.debug("four");
    assert.deepEqual(lines, [
      ["info", "one", { n: 1 }],
      ["warn", "two", { call: "c", n: 2 }],
      ["error", "three", { call: "d" }],
      ["debug", "four", {}],
    ]);
  });

  it("given more lines than it keeps, when attached, then the first thousand are there", () => {
    const lines: [string, string, LogFields | undefined][] = [];
    const logger = new BufferedLogger();
    for (let n = 0; n < 1_500; n += 1) logger.info(String(n));
    logger.attach(recorder(lines));
    assert.equal(lines.length, 1_000);
    assert.equal(lines.at(-1)?.[1], "999");
  });
});

function recorder(lines: [string, string, LogFields | undefined][]): Logger {
  const write = (level: string) => (message: string, fields?: LogFields) => void lines.push([level, message, fields]);
  const logger: Logger = {
    debugEnabled: true,
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: () => logger,
  };
  return logger;
}
