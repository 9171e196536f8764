import assert from "node:assert/strict";
import { ConfiguredFeatures } from "../../../src/call/device/index.ts";
import { silentLogger } from "../../../src/common/index.ts";
import type { SqliteStore } from "../../../src/database/sqlite/sqlite-store.ts";
import { FollowedInventory } from "../../../src/main/configuration/followed-inventory.ts";
import { change, keptConfiguration, phoneOperations } from "../../support/kept-configuration.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describe("FollowedInventory", () => {
  let store: SqliteStore;
  let followed: FollowedInventory;
  let isFailing: boolean;
  let taken: string[][];
  let onTaken: () => void = () => undefined;
  beforeEach(async () => {
    store = await keptConfiguration();
    [isFailing, taken] = [false, []];
    const fail = (): void => {
      if (isFailing) throw new Error("the disk is full");
    };
    followed = new FollowedInventory({
      store,
      clock: new ManualClock(),
      logger: { ...silentLogger, error: fail, warn: fail },
      realm: "tandem.test",
      node: "node-1",
      profiles: new Map(),
      onChanged: (touched) => {
        taken.push([...(touched.get("phone") ?? [])]);
        onTaken();
      },
    });
  });
  afterEach(() => {
    followed.close();
    store.close();
  });

  it("given a change that could not be taken up, when it is looked again, then it is not passed over", async () => {
    await change(store, ...phoneOperations(["1001"]));
    isFailing = true;
    await assert.rejects(followed.refresh());
    assert.deepEqual(taken, []);
    isFailing = false;
    await change(store, ...phoneOperations(["1002"]));
    assert.equal(await followed.refresh(), store.sequence());
    assert.deepEqual(taken, [["phone-1001", "phone-1002"]]);
  });

  it("given a setting that a phone changes, when it is looked, then features go by it", async () => {
    await change(store, ...phoneOperations(["1001"]));
    await followed.refresh();
    const features = new ConfiguredFeatures({
      store,
      clock: new ManualClock(),
      logger: silentLogger,
      onChanged: () => followed.look(),
    });
    const { features: settings } = followed;
    assert.equal(settings.deviceOf("phone-1001")?.privacy, false);
    const takenUp = new Promise<void>((resolve) => (onTaken = resolve));
    assert.deepEqual(await features.setPrivacy("phone-1001", true), { kind: "ok" });
    await takenUp;
    assert.equal(settings.deviceOf("phone-1001")?.privacy, true);
  });

  it("given that it was closed, when asked, then it answers with what it had taken up", async () => {
    const before = store.sequence();
    followed.close();
    await change(store, ...phoneOperations(["1001"]));
    assert.equal(await followed.refresh(), before);
  });
});
