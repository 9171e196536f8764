import assert from "node:assert/strict";
import { RandomIds, silentLogger } from "../../../../src/common/index.ts";
import { readSessionFile } from "../../../../src/cti/session/session-file.ts";
import { SessionTable } from "../../../../src/cti/session/session-table.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";
import { testUser } from "../../../support/test-application.ts";

describe("Session", () => {
  const cleanup = new Cleanup();
  let folder: TemporaryDirectory;
  let table: SessionTable;
  beforeEach(() => {
    folder = cleanup.add(new TemporaryDirectory("session"), (made) => made.close());
    table = new SessionTable({
      folder: folder.path,
      clock: new ManualClock(),
      ids: new RandomIds(),
      logger: silentLogger,
      limits: { queue: { events: 10, bytes: 1_000 }, logBytes: 10_000, allLogBytes: 100_000, maxSessions: 10 },
      userOf: () => undefined,
    });
    cleanup.add(table, (made) => made.release());
  });
  afterEach(() => cleanup.run());

  it("given events and facts of one turn, when written, then they stand in the file in the order in which they came", () => {
    const session = table.open({
      user: testUser({ name: "ann" }),
      client: { name: "test" },
      heartbeatMs: 1_000,
      leaseMs: 2_000,
    });
    table.flush();
    session.append({ type: "call.state" }, { position: 1 });
    session.facts.put("held device:phone-1", { body: "{}", position: 2 });
    session.append({ type: "call.state" }, { position: 3 });
    table.flush();
    const records = readSessionFile(folder.join(`${session.id}.session`));
    assert.deepEqual(
      records.slice(-3).map(({ type }) => type),
      ["events", "fact", "events"],
    );
  });
});
