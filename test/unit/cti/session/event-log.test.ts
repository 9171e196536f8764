import assert from "node:assert/strict";
import { EventLog } from "../../../../src/cti/session/event-log.ts";

const seqs = (log: EventLog): number[] => [...log.all()].map(({ seq }) => seq);

describe("EventLog", () => {
  it("given events, when acknowledged, then those are gone and numbers go on", () => {
    const log = new EventLog();
    for (const body of ["{a}", "{b}", "{c}"]) log.add(body);
    log.acknowledge(2);
    assert.deepEqual(seqs(log), [3]);
    assert.equal(log.bytes, 3);
    assert.equal(log.add("{d}").seq, 4);
    assert.deepEqual([log.first, log.seq, log.acked], [3, 4, 2]);
    assert.equal(log.get(2), undefined);
    assert.equal(log.get(3)?.body, "{c}");
  });

  it("given an acknowledgement of what was not sent, or twice, when taken, then nothing is lost", () => {
    const log = new EventLog();
    log.add("{a}");
    log.acknowledge(9);
    assert.deepEqual(seqs(log), [1]);
    log.acknowledge(1);
    log.acknowledge(1);
    assert.deepEqual([log.size, log.seq], [0, 1]);
  });

  it("given too much, when the oldest are dropped, then it says from where it can be resumed", () => {
    const log = new EventLog();
    for (let count = 0; count < 10; count += 1) log.add("x".repeat(10));
    log.dropOldest(35);
    assert.deepEqual(seqs(log), [8, 9, 10]);
    assert.deepEqual(
      [6, 7, 10, 11].map((seq) => log.hasAllAfter(seq)),
      [false, true, true, false],
    );
  });

  it("given thousands of events, when they are acknowledged one by one, then what is kept is right all the way", () => {
    const log = new EventLog();
    for (let count = 1; count <= 20_000; count += 1) {
      log.add(`{"n":${count}}`);
      if (count > 100) log.acknowledge(count - 100);
      if (count % 997 === 0) assert.equal(log.get(count)?.body, `{"n":${count}}`);
    }
    assert.equal(log.size, 100);
    assert.equal(log.get(19_901)?.body, '{"n":19901}');
  });

  it("given positions, when they come out of order or not at all, then the highest is kept", () => {
    const log = new EventLog({ seq: 5, position: 7 });
    log.add("{}", 9);
    log.add("{}", 8);
    log.add("{}");
    assert.deepEqual([log.position, log.seq, log.acked], [9, 8, 5]);
    log.restart();
    assert.deepEqual([log.seq, log.size, log.position], [0, 0, 9]);
  });
});
