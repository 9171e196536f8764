import assert from "node:assert/strict";
import { defaultObjects, type ChangeRequest, type ConfigurationStore } from "../../../src/database/index.ts";
import { change, create, merge, refusalOf, remove } from "../../support/configuration-store.ts";

/** What every `ConfigurationStore` does. `open`: an empty one; the caller closes what it has opened. */
export function describeStoreContract(
  open: (history?: { maxChanges: number; maxBytes: number }) => ConfigurationStore,
): void {
  let store: ConfigurationStore;

  beforeEach(async () => {
    store = open();
    await change(store, ...defaultObjects("n1"));
  });

  const addPhone = (name: string, number: string): Promise<unknown> =>
    change(
      store,
      create("directory-number", { number }),
      create("phone", { name, lines: [{ directoryNumber: number }], credentials: { password: "secret" } }),
    );

  it("given a new configuration, when read, then it holds the default objects with the change as revision", () => {
    assert.equal(store.sequence(), 1);
    assert.deepEqual(store.get("call-manager-group", "default"), {
      kind: "call-manager-group",
      name: "default",
      revision: 1,
      body: { name: "default", nodes: ["n1"] },
    });
    assert.equal(store.get("phone", "none"), undefined);
    assert.equal(store.count("partition"), 1);
  });

  it("given a phone and its line in one change, when read, then both are there with defaults filled in", async () => {
    await addPhone("alice", "1001");
    assert.equal(store.get("directory-number", "1001@internal")?.body.maxCalls, 4);
    assert.equal(store.get("phone", "alice")?.body.lines[0]?.directoryNumber, "1001@internal");
    assert.equal(store.get("phone", "alice")?.revision, 2);
    assert.equal(store.getDevice("alice")?.kind, "phone");
    assert.equal(store.getDevice("bob"), undefined);
    assert.deepEqual(store.referrers("directory-number", "1001@internal"), [
      { kind: "phone", name: "alice", path: "lines.*.directoryNumber" },
    ]);
  });

  it("given a change of which one part is bad, when applied, then it is refused with all violations and nothing is done", async () => {
    const refused = await refusalOf(
      change(
        store,
        create("directory-number", { number: "1001" }),
        create("phone", { name: "alice", lines: [{ directoryNumber: "1002" }], devicePool: "none" }),
        create("phone", { name: "b", maxCalls: 0 }),
      ),
    );
    assert.deepEqual(refused, [
      "bad-object phone b maxCalls: Too small: expected number to be >=1",
      "missing-reference phone alice devicePool: there is no device pool none",
      "missing-reference phone alice lines.0.directoryNumber: there is no directory number 1002@internal",
    ]);
    assert.equal(store.get("directory-number", "1001@internal"), undefined);
    assert.equal(store.sequence(), 1);
  });

  it("given operations that change nothing, when applied, then no change is made", async () => {
    assert.equal(
      await change(store, { type: "put", kind: "region", body: { name: "default", codecs: [] } }),
      undefined,
    );
    assert.equal(store.sequence(), 1);
  });

  it("given a change, when checked, then what it would do is told and nothing is done", async () => {
    const request: ChangeRequest = { author: "a", summary: "s", operations: [create("region", { name: "r" })] };
    const entries = await store.check(request);
    assert.deepEqual(entries, [{ kind: "region", name: "r", after: { name: "r", codecs: [], to: [] } }]);
    assert.equal(store.get("region", "r"), undefined);
    assert.deepEqual(await refusalOf(store.check({ ...request, operations: [remove("region", "x")] })), [
      "not-found region x : there is none",
    ]);
  });

  it("given another revision than that expected, when changed or deleted, then it is refused", async () => {
    await change(store, merge("region", "default", { description: "one" }));
    for (const operation of [
      { ...merge("region", "default", { description: "two" }), ifRevision: 1 },
      { ...remove("region", "default"), ifRevision: 1 },
    ]) {
      const [first] = await refusalOf(change(store, operation));
      assert.match(first ?? "", /^changed-meanwhile region default/);
    }
    await change(store, { ...merge("region", "default", { description: "two" }), ifRevision: 2 });
    assert.equal(store.get("region", "default")?.body.description, "two");
  });

  it("given many objects, when listed in parts and with a filter, then each is found once, in the order of names", async () => {
    const names = Array.from({ length: 25 }, (_, index) => `r${String(index).padStart(2, "0")}`);
    await change(store, ...names.map((name) => create("region", { name })));
    const found: string[] = [];
    for (let after = "default"; ;) {
      const part = store.list("region", { limit: 10, after });
      if (part.length === 0) break;
      found.push(...part.map(({ name }) => name));
      after = found.at(-1) ?? "";
    }
    assert.deepEqual(found, names);
    const odd = store.list("region", { limit: 3, where: ({ name }) => /[13579]$/.test(name) });
    assert.deepEqual(
      odd.map(({ name }) => name),
      ["r01", "r03", "r05"],
    );
    assert.equal(store.all("region").length, 26);
  });

  it("given several reads, when made in a snapshot, then they are of one state, and the store can be read afterwards", async () => {
    const seen = store.snapshot((one) => [one.sequence(), one.snapshot((same) => same.count("region"))]);
    assert.deepEqual(seen, [1, 1]);
    await change(store, create("region", { name: "r" }));
    assert.equal(
      store.snapshot((one) => one.count("region")),
      2,
    );
  });

  it("given changes, when asked for, then they come in parts, newest or oldest first, with who made them", async () => {
    for (const name of ["a", "b", "c"]) await change(store, create("region", { name }));
    const sequencesOf = (changes: readonly { sequence: number }[]): number[] => changes.map(({ sequence }) => sequence);
    assert.deepEqual(sequencesOf(store.changesBefore(undefined, 2)), [4, 3]);
    assert.deepEqual(sequencesOf(store.changesBefore(3, 10)), [2, 1]);
    assert.deepEqual(sequencesOf(store.changesAfter(1, 2)), [2, 3]);
    assert.deepEqual(sequencesOf(store.changesAfter(4, 10)), []);
    const [last] = store.changesBefore(undefined, 1);
    assert.deepEqual([last?.author, last?.summary, last?.entries.length], ["test", "of a test", 1]);
  });

  it("given more changes than are kept, when asked for, then the oldest are forgotten and cannot be undone", async () => {
    const small = open({ maxChanges: 3, maxBytes: 1_000_000 });
    for (const name of ["a", "b", "c", "d"]) await change(small, create("region", { name }));
    assert.deepEqual(
      small.changesAfter(0, 10).map(({ sequence }) => sequence),
      [2, 3, 4],
    );
    assert.equal(small.sequence(), 4);
    assert.match((await refusalOf(small.undo(1, "test")))[0] ?? "", /^nothing-to-undo: there is no change 1/);
  });

  it("given changes that take more than is kept, when asked for, then the newest that fit are there, and always the last", async () => {
    const small = open({ maxChanges: 100, maxBytes: 1_000 });
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) {
      await change(small, create("region", { name, description: "x".repeat(200) }));
    }
    const kept = small.changesAfter(0, 10).map(({ sequence }) => sequence);
    assert.deepEqual(kept, [4, 5, 6, 7]);
    await change(
      small,
      ...["h", "i", "j", "k", "l"].map((name) => create("region", { name, description: "x".repeat(200) })),
    );
    assert.deepEqual(
      small.changesAfter(0, 10).map(({ sequence }) => sequence),
      [8],
    );
  });

  describe("undo", () => {
    it("given a change that made, changed and deleted, when undone, then all is as before and the change says so", async () => {
      await change(store, create("region", { name: "a" }), create("region", { name: "b" }));
      await change(
        store,
        create("region", { name: "c" }),
        merge("region", "a", { codecs: ["PCMA"] }),
        remove("region", "b"),
      );
      const undone = await store.undo(3, "test");
      assert.deepEqual([undone.sequence, undone.undoes, undone.summary], [4, 3, "undo change 3"]);
      assert.deepEqual(
        store.all("region").map(({ name, body }) => [name, body.codecs]),
        [
          ["a", []],
          ["b", []],
          ["default", []],
        ],
      );
    });

    it("given an undo, when it is undone itself, then the change is there again", async () => {
      await change(store, create("region", { name: "a" }));
      await store.undo(2, "test");
      await store.undo(3, "test");
      assert.ok(store.get("region", "a"));
    });

    it("given a change that was undone, or is none, when undone, then it is refused", async () => {
      await change(store, create("region", { name: "a" }));
      await store.undo(2, "test");
      assert.match((await refusalOf(store.undo(2, "test")))[0] ?? "", /^nothing-to-undo/);
      assert.match((await refusalOf(store.undo(99, "test")))[0] ?? "", /^nothing-to-undo/);
    });

    it("given two undos of one change at once, when done, then one is refused", async () => {
      await change(store, create("region", { name: "a" }));
      const results = await Promise.allSettled([store.undo(2, "x"), store.undo(2, "y")]);
      assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    });

    it("given something of it changed, deleted or made again since, when undone, then it is refused and nothing is done", async () => {
      await change(
        store,
        create("region", { name: "a" }),
        create("region", { name: "b" }),
        create("region", { name: "c" }),
      );
      await change(
        store,
        merge("region", "a", { description: "1" }),
        merge("region", "b", { description: "1" }),
        remove("region", "c"),
      );
      await change(
        store,
        merge("region", "a", { description: "2" }),
        remove("region", "b"),
        create("region", { name: "c" }),
      );
      assert.deepEqual(await refusalOf(store.undo(3, "test")), [
        "changed-meanwhile region a : has been changed since change 3",
        "changed-meanwhile region b : has been changed since change 3",
        "changed-meanwhile region c : has been changed since change 3",
      ]);
      assert.equal(store.sequence(), 4);
    });

    it("given a delete that took references out, when undone, then they are back", async () => {
      await change(store, create("user", { name: "app" }), create("pickup-group", { name: "g" }));
      await change(
        store,
        create("directory-number", { number: "1", pickupGroup: "g" }),
        create("phone", { name: "p", owner: "app" }),
      );
      await change(store, remove("user", "app"), remove("pickup-group", "g"));
      assert.equal(store.get("phone", "p")?.body.owner, undefined);
      await store.undo(4, "test");
      assert.equal(store.get("phone", "p")?.body.owner, "app");
      assert.equal(store.get("directory-number", "1@internal")?.body.pickupGroup, "g");
      assert.deepEqual(store.referrers("user", "app"), [{ kind: "phone", name: "p", path: "owner" }]);
    });

    it("given what it made is referred to since, when undone, then it is refused", async () => {
      await change(store, create("partition", { name: "p" }));
      await change(store, create("directory-number", { number: "1", partition: "p" }));
      assert.deepEqual(await refusalOf(store.undo(2, "test")), [
        "in-use partition p : directory-number 1@p refers to it (partition)",
      ]);
    });

    it("given a password set where there was none, when undone, then there is none", async () => {
      await change(store, create("phone", { name: "p", credentials: { user: "p" } }));
      await change(store, merge("phone", "p", { credentials: { password: "one" } }));
      await store.undo(3, "test");
      assert.deepEqual(store.get("phone", "p")?.body.credentials, { user: "p" });
    });
  });

  it("given it is closed, when used, then it says so, and closing again does nothing", async () => {
    store.close();
    store.close();
    assert.throws(() => store.get("region", "default"), { code: "database-failed", message: /is closed/ });
    await assert.rejects(change(store, create("region", { name: "a" })), { code: "database-failed" });
  });
}
