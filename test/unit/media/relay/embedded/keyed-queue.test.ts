import assert from "node:assert/strict";
import { KeyedQueue } from "../../../../../src/media/relay/embedded/keyed-queue.ts";

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("KeyedQueue", () => {
  it("given tasks of one key, when the first waits, then the next starts after it, and other keys do not wait", async () => {
    const queue = new KeyedQueue();
    const order: string[] = [];
    const first = gate();
    const tasks = [
      queue.run("a", async () => {
        await first.opened;
        order.push("a1");
      }),
      queue.run("a", () => order.push("a2")),
      queue.run("b", () => order.push("b1")),
    ];
    await tasks[2];
    assert.deepEqual(order, ["b1"]);
    first.open();
    await Promise.all(tasks);
    assert.deepEqual(order, ["b1", "a1", "a2"]);
  });

  it("given a task that fails, when the next runs, then only the first is told", async () => {
    const queue = new KeyedQueue();
    const failing = queue.run("a", () => Promise.reject(new Error("no")));
    const next = queue.run("a", () => 5);
    await assert.rejects(failing, /no/);
    assert.equal(await next, 5);
  });

  it("given tasks of several keys, when their keys overlap in any order, then they run in the order in which they came", async () => {
    const queue = new KeyedQueue();
    const order: string[] = [];
    const first = gate();
    const tasks = [
      queue.run("b", () => first.opened),
      queue.runAll(["b", "a", "b"], () => order.push("ab")),
      queue.runAll(["c", "b"], () => order.push("bc")),
      queue.run("a", () => order.push("a")),
      queue.run("c", () => order.push("c")),
    ];
    const other = queue.run("d", () => order.push("d"));
    await other;
    assert.deepEqual(order, ["d"]);
    first.open();
    await Promise.all(tasks);
    assert.deepEqual([...order].sort(), ["a", "ab", "bc", "c", "d"]);
    for (const [before, after] of [
      ["ab", "bc"],
      ["ab", "a"],
      ["bc", "c"],
    ] as const) {
      assert.ok(order.indexOf(before) < order.indexOf(after), order.join(" "));
    }
  });

  it("given a task of several keys that fails, when others wait, then they run", async () => {
    const queue = new KeyedQueue();
    const failing = queue.runAll(["a", "b"], () => Promise.reject(new Error("told to")));
    const next = queue.run("b", () => "ran");
    await assert.rejects(failing, /told to/);
    assert.equal(await next, "ran");
  });
});
