import assert from "node:assert/strict";
import { EventStream } from "../../../../src/sdk/events/event-stream.ts";

async function taken<Item>(stream: EventStream<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe("a stream of events", () => {
  it("given more than it holds, when they are taken, then the oldest are missing, and it says how many", async () => {
    const stream = new EventStream<number>({ limit: 3 }, { onLost: (count) => -count });
    for (let item = 1; item <= 10; item += 1) stream.put(item);
    assert.equal(stream.waiting, 3);
    stream.end();
    assert.deepEqual(await taken(stream), [-7, 8, 9, 10]);
  });

  it("given somebody who waits, when one comes, then it is taken at once", async () => {
    const stream = new EventStream<string>({});
    const first = stream.next();
    stream.put("a");
    assert.deepEqual(await first, { done: false, value: "a" });
    assert.equal(stream.waiting, 0);
  });

  it("given items that are of no interest any more, when they would be taken, then they are left out", async () => {
    const stale = new Set<number>();
    const stream = new EventStream<number>({}, { isStale: (item) => stale.has(item) });
    for (const item of [1, 2, 3]) stream.put(item);
    stale.add(1).add(3);
    stream.end();
    assert.deepEqual(await taken(stream), [2]);
  });

  it("given a signal, when it is aborted, then the loop ends", async () => {
    const controller = new AbortController();
    const stream = new EventStream<number>({ signal: controller.signal });
    const all = taken(stream);
    stream.put(1);
    controller.abort();
    assert.deepEqual(await all, [1]);
    const late = new EventStream<number>({ signal: controller.signal });
    assert.deepEqual(await taken(late), []);
  });

  it("given a loop that is left, when more comes, then nothing is kept, and the end is told once", async () => {
    let ends = 0;
    const stream = new EventStream<number>({}, { onEnd: () => (ends += 1) });
    stream.put(1);
    for await (const item of stream) if (item === 1) break;
    stream.put(2);
    stream.end();
    assert.equal(stream.waiting, 0);
    assert.equal(ends, 1);
  });

  it("given a limit that is none, when it is made, then it is refused", () => {
    assert.throws(() => new EventStream({ limit: 0 }), RangeError);
  });
});
