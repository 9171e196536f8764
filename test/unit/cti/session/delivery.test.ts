import assert from "node:assert/strict";
import type { Connection } from "../../../../src/cti/session/connection.ts";
import { Delivery } from "../../../../src/cti/session/delivery.ts";
import { EventLog } from "../../../../src/cti/session/event-log.ts";

/** Takes all at once, as a socket whose peer reads. */
class TakingConnection implements Connection {
  readonly address = "127.0.0.1";
  readonly isSecure = false;
  readonly unreadBytes = 0;
  readonly sent: string[] = [];
  asked = 0;

  send(text: string): void {
    this.sent.push(text);
  }

  batch(run: () => void): void {
    run();
  }

  whenDrained(run: () => void): void {
    this.asked += 1;
    if (this.asked > 1_000) throw new Error("asked without an end");
    queueMicrotask(run);
  }

  close(): void {
    throw new Error("closed");
  }
}

describe("Delivery", () => {
  let log: EventLog;
  let connection: TakingConnection;
  let delivery: Delivery;
  beforeEach(() => {
    log = new EventLog();
    connection = new TakingConnection();
    delivery = new Delivery({
      log,
      limits: { events: 100, bytes: 100_000 },
      onLevel: () => undefined,
      onCut: () => undefined,
    });
    delivery.attach(connection, 0);
  });

  it("given a reply behind an event that is not on disk, when the connection takes all, then it waits for the disk and for nothing else", async () => {
    delivery.noteAdded(log.add('{"type":"call.state"}'));
    delivery.reply("reply", 1);
    delivery.pump();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual({ sent: connection.sent, asked: connection.asked }, { sent: [], asked: 0 });
    delivery.pump(1);
    assert.equal(connection.sent.length, 2);
    assert.equal(connection.sent[1], "reply");
  });

  it("given an application that is away, when the oldest events are let go, then what is kept waits, and no more", () => {
    delivery.detach();
    for (let count = 0; count < 10; count += 1) delivery.noteAdded(log.add('{"type":"call.state"}'));
    assert.deepEqual(delivery.queued, { events: 10, bytes: 210 });
    log.dropOldest(63);
    assert.deepEqual(delivery.queued, { events: 3, bytes: 63 });
  });
});
