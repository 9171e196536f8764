import assert from "node:assert/strict";
import { defaultObjects } from "../../../src/database/index.ts";
import { SqliteStore } from "../../../src/database/sqlite/sqlite-store.ts";
import { change, openKeeper, put } from "../../support/kept-configuration.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("SIP profiles of devices", () => {
  const all = new Map([
    ["standard-phone", "phone"],
    ["baresip", "phone"],
    ["cti-port", "phone"],
    ["trunk", "trunk"],
  ] as const);
  let folder: TemporaryDirectory;
  let store: SqliteStore;
  const open = (profiles?: ReadonlyMap<string, "phone" | "trunk">): SqliteStore => {
    return new SqliteStore({ path: folder.join("c.db"), clock: new ManualClock(), keeper: openKeeper, profiles });
  };
  beforeEach(async () => {
    folder = new TemporaryDirectory("profiles");
    store = open(all);
    await change(store, ...defaultObjects("test"));
  });
  afterEach(() => {
    store.close();
    folder.close();
  });

  it("given profiles that are there, when devices have them, then that is done", async () => {
    await change(
      store,
      put("phone", { name: "a", profile: "baresip" }),
      put("cti-port", { name: "b" }),
      put("trunk", { name: "c", uri: "sip:192.0.2.1" }),
    );
    assert.equal(store.get("phone", "a")?.body.profile, "baresip");
  });

  it("given a profile that is not there, or of another kind, when a device gets it, then that is refused and names those that there are", async () => {
    await assert.rejects(change(store, put("phone", { name: "a", profile: "nope" })), {
      code: "missing-reference",
      message: "phone a profile: there is no SIP profile nope of kind phone; known: baresip, cti-port, standard-phone",
    });
    await assert.rejects(change(store, put("trunk", { name: "c", uri: "sip:192.0.2.1", profile: "baresip" })), {
      message: "trunk c profile: there is no SIP profile baresip of kind trunk; known: trunk",
    });
    assert.equal(store.get("phone", "a"), undefined);
  });

  it("given a device whose profile has gone, when it is changed otherwise, then that is done; another such one is refused", async () => {
    await change(store, put("phone", { name: "a", profile: "baresip" }));
    store.close();
    store = open(new Map([["standard-phone", "phone"]]));
    await change(store, { type: "merge", kind: "phone", name: "a", body: { maxCalls: 7 } });
    await assert.rejects(change(store, { type: "merge", kind: "phone", name: "a", body: { profile: "cti-port" } }), {
      code: "missing-reference",
    });
  });
});
