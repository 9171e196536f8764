import assert from "node:assert/strict";
import { SystemClock } from "../../../src/common/index.ts";
import { ConfigurationMirror, ServiceParameters, type Kind, type TouchedObjects } from "../../../src/database/index.ts";
import { SqliteStore } from "../../../src/database/sqlite/sqlite-store.ts";
import {
  change,
  keptConfiguration,
  openKeeper,
  phoneOperations,
  put,
  remove,
} from "../../support/kept-configuration.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const namesIn = (touched: TouchedObjects, kind: Kind): string[] => [...(touched.get(kind) ?? [])].sort();

describe("ConfigurationMirror", () => {
  let store: SqliteStore;
  beforeEach(async () => {
    store = await keptConfiguration();
  });
  afterEach(() => store.close());

  it("given no change, when it is refreshed, then nothing is touched", async () => {
    const mirror = new ConfigurationMirror(store);
    assert.equal((await mirror.refresh()).size, 0);
    assert.equal(mirror.sequence, store.sequence());
  });

  it("given changes, when it is refreshed, then it holds them and tells names by kind", async () => {
    await change(store, ...phoneOperations(["1001"]));
    const mirror = new ConfigurationMirror(store);
    await change(store, ...phoneOperations(["1002"]));
    await change(store, remove("phone", "phone-1001"));
    const touched = await mirror.refresh();
    assert.deepEqual(namesIn(touched, "phone"), ["phone-1001", "phone-1002"]);
    assert.deepEqual(namesIn(touched, "directory-number"), ["1002@internal"]);
    assert.equal(touched.size, 2);
    assert.equal(mirror.get("phone", "phone-1001"), undefined);
    assert.equal(mirror.get("phone", "phone-1002")?.maxCalls, 4);
    assert.equal(mirror.sequence, store.sequence());
  });

  it("given more changes than it reads at a time, when it is refreshed, then it compares, and keeps what is as it was", async () => {
    await change(store, ...phoneOperations(["1001"]), ...phoneOperations(["1002"]), ...phoneOperations(["1003"]));
    const mirror = new ConfigurationMirror(store);
    const untouched = mirror.get("phone", "phone-1001");
    for (let calls = 1; calls <= 101; calls += 1) {
      await change(store, { type: "merge", kind: "phone", name: "phone-1002", body: { maxCalls: 100 + calls } });
    }
    await change(store, remove("phone", "phone-1003"), put("partition", { name: "new" }));
    const touched = await mirror.refresh();
    assert.deepEqual(namesIn(touched, "phone"), ["phone-1002", "phone-1003"]);
    assert.deepEqual(namesIn(touched, "partition"), ["new"]);
    assert.equal(touched.size, 2);
    assert.equal(mirror.get("phone", "phone-1002")?.maxCalls, 201);
    assert.equal(mirror.get("phone", "phone-1003"), undefined);
    assert.equal(mirror.get("phone", "phone-1001"), untouched);
    assert.equal((await mirror.refresh()).size, 0);
  });

  it("given one change of everything, when it is refreshed, then others get their turn and see what was before", async () => {
    const numbers = Array.from({ length: 1_200 }, (_, index) => String(20_000 + index));
    const mirror = new ConfigurationMirror(store);
    await change(store, ...numbers.flatMap((number) => phoneOperations([number])));
    const work = mirror.refresh();
    const seen: number[] = [];
    let next = setImmediate(function look() {
      seen.push(mirror.of("phone").size);
      next = setImmediate(look);
    });
    assert.equal((await work).get("phone")?.size, 1_200);
    clearImmediate(next);
    assert.ok(seen.length >= 2, `${seen.length} turns`);
    assert.deepEqual(new Set(seen), new Set([0]));
    assert.equal(mirror.of("phone").size, 1_200);
  });

  it("given a change of everything, when more is changed while it is compared, then the outcome is of one moment", async () => {
    const numbers = Array.from({ length: 600 }, (_, index) => String(20_000 + index));
    const mirror = new ConfigurationMirror(store);
    await change(store, ...numbers.flatMap((number) => phoneOperations([number])));
    const work = mirror.refresh();
    // Behind the comparison and before it: a phone that refers to a number, of which one kind has been read already.
    await change(store, ...phoneOperations(["1001"]), remove("phone", "phone-20000"));
    const touched = await work;
    assert.equal(mirror.sequence, store.sequence());
    assert.equal(mirror.get("phone", "phone-20000"), undefined);
    assert.ok(namesIn(touched, "phone").includes("phone-1001"));
    for (const { lines } of mirror.of("phone").values()) {
      for (const { directoryNumber } of lines) assert.ok(mirror.get("directory-number", directoryNumber) !== undefined);
    }
    assert.equal((await mirror.refresh()).size, 0);
  });

  it("given a writer that never rests, when everything is compared, then that ends, with one moment", async () => {
    const mirror = new ConfigurationMirror(store);
    const bulk = (round: number): Promise<unknown> =>
      change(
        store,
        ...Array.from({ length: 600 }, (_, index) => {
          return put("directory-number", {
            number: String(20_000 + index),
            description: `${round} ${"x".repeat(180)}`,
          });
        }),
      );
    await bulk(0);
    let [rounds, isDone] = [0, false];
    const work = mirror.refresh().finally(() => (isDone = true));
    while (!isDone && rounds < 100) {
      await bulk(++rounds);
      await new Promise(setImmediate);
    }
    await work;
    assert.ok(rounds < 100, "it ends");
    const descriptions = [...mirror.of("directory-number").values()].map(({ description }) => description);
    assert.equal(new Set(descriptions).size, 1);
  });

  it("given a change that another connection to the file makes, when it is refreshed, then it holds that", async () => {
    const folder = new TemporaryDirectory("mirror");
    const open = (): SqliteStore => {
      return new SqliteStore({ path: folder.join("c.db"), clock: new SystemClock(), keeper: openKeeper });
    };
    const [reader, writer] = [open(), open()];
    try {
      const mirror = new ConfigurationMirror(reader);
      await change(writer, put("partition", { name: "theirs" }));
      assert.deepEqual(namesIn(await mirror.refresh(), "partition"), ["theirs"]);
    } finally {
      reader.close();
      writer.close();
      folder.close();
    }
  });
});

describe("ServiceParameters", () => {
  it("given a parameter, when it is set and taken back, then its value is what was set and the default again", async () => {
    const store = await keptConfiguration();
    const mirror = new ConfigurationMirror(store);
    const parameters = new ServiceParameters(mirror);
    assert.equal(parameters.number("ForwardMaximumHopCount"), 12);
    assert.equal(parameters.isOn("CDREnabled"), true);
    assert.equal(parameters.text("CountryCode"), "");
    await change(
      store,
      put("service-parameter", { name: "ForwardMaximumHopCount", value: 3 }),
      put("service-parameter", { name: "CDREnabled", value: false }),
      put("service-parameter", { name: "CountryCode", value: "49" }),
    );
    await mirror.refresh();
    assert.equal(parameters.number("ForwardMaximumHopCount"), 3);
    assert.equal(parameters.isOn("CDREnabled"), false);
    assert.equal(parameters.text("CountryCode"), "49");
    await change(store, remove("service-parameter", "ForwardMaximumHopCount"));
    await mirror.refresh();
    assert.equal(parameters.number("ForwardMaximumHopCount"), 12);
    store.close();
  });

  it("given a stored value that is out of range, when it is read, then it does not count", () => {
    const value = { name: "ForwardMaximumHopCount", value: 900 };
    const parameters = new ServiceParameters({ get: () => value as never });
    assert.equal(parameters.number("ForwardMaximumHopCount"), 12);
  });

  it("given a name or a type that is wrong, when it is read, then that is an error of the program", () => {
    const parameters = new ServiceParameters({ get: () => undefined });
    assert.throws(() => parameters.number("Nothing"), /there is no service parameter Nothing/);
    assert.throws(() => parameters.number("CDREnabled"), /CDREnabled is no number/);
    assert.throws(() => parameters.text("CDREnabled"), /CDREnabled is no text/);
    assert.throws(() => parameters.isOn("CountryCode"), /CountryCode is not on or off/);
  });
});
