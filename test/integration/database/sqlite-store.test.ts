import assert from "node:assert/strict";
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import Database from "libsql";
import type { ConfigurationStore } from "../../../src/database/index.ts";
import { change, create, merge, openNewStore, openStore, temporaryFolder } from "../../support/configuration-store.ts";
import { describeStoreContract } from "./configuration-store-contract.ts";

describe("SqliteStore", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let stores: ConfigurationStore[];

  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, "configuration.db");
    stores = [];
  });

  afterEach(() => {
    for (const store of stores) store.close();
    folder.remove();
  });

  const kept = <Store extends ConfigurationStore>(store: Store): Store => {
    stores.push(store);
    return store;
  };

  describe("in memory", () =>
    describeStoreContract((history) => kept(openStore(history === undefined ? {} : { history }))));
  describe("in a file", () =>
    describeStoreContract((history) => {
      if (history === undefined) return kept(openStore({ path: file }));
      return kept(openStore({ path: join(folder.path, "small.db"), history }));
    }));

  it("given a new file, when opened, then it and what is beside it are for its owner alone", async () => {
    kept(await openNewStore({ path: file }));
    const modes = readdirSync(folder.path).map((name) => statSync(join(folder.path, name)).mode & 0o777);
    assert.ok(modes.length >= 2);
    for (const mode of modes) assert.equal(mode, 0o600);
  });

  it("given a configuration on file, when opened again, then it is as it was", async () => {
    const store = await openNewStore({ path: file });
    await change(store, create("region", { name: "a" }));
    store.close();
    const again = kept(openStore({ path: file }));
    assert.equal(again.sequence(), 2);
    assert.ok(again.get("region", "a"));
  });

  it("given a large change, when it is made, then it is told how far it is; who throws then ends it, and nothing is done", async () => {
    const store = kept(await openNewStore({ path: file }));
    const operations = Array.from({ length: 1_000 }, (_, index) => create("partition", { name: `p${index}` }));
    const request = { author: "test", summary: "", operations };
    const stop = (share: number): void => {
      if (share > 0.8) throw new Error("enough");
    };
    await assert.rejects(store.apply({ ...request, onProgress: stop }), /enough/);
    assert.deepEqual([store.sequence(), store.get("partition", "p0")], [1, undefined]);
    for (const work of ["check", "apply"] as const) {
      const shares: number[] = [];
      await store[work]({ ...request, onProgress: (share) => void shares.push(share) });
      assert.ok(shares.length > 20 && (shares.at(-1) ?? 0) > 0.7, String(shares));
      assert.deepEqual(
        shares,
        [...shares].sort((a, b) => a - b),
      );
    }
    assert.equal(store.sequence(), 2);
  });

  it("given two that have the file open, when one changes it, then the other sees it, but not within a snapshot", async () => {
    const one = kept(await openNewStore({ path: file }));
    const other = kept(openStore({ path: file }));
    await change(one, create("region", { name: "a" }));
    assert.ok(other.get("region", "a"));
    const third = new Database(file);
    other.snapshot((seen) => {
      assert.equal(seen.count("region"), 2);
      third.exec("DELETE FROM object WHERE kind = 'region' AND name = 'a'");
      assert.ok(seen.get("region", "a"));
    });
    third.close();
    assert.equal(other.get("region", "a"), undefined);
  });

  it("given a large change in the making, when others read and look, then they go on and see the state before", async () => {
    const store = kept(await openNewStore({ path: file }));
    const made = change(store, ...Array.from({ length: 3_000 }, (_, index) => create("region", { name: `r${index}` })));
    let turns = 0;
    let isMade = false;
    void made.then(() => (isMade = true));
    while (!isMade && turns < 100_000) {
      if (store.sequence() === 1) assert.equal(store.count("region"), 1);
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(turns > 20, `only ${turns} turns`);
    assert.equal(store.count("region"), 3_001);
  });

  it("given another writer that does not end, when a change is asked for, then reads go on, and it is made when the other ends", async () => {
    const store = kept(await openNewStore({ path: file }));
    const other = new Database(file);
    other.exec("BEGIN IMMEDIATE");
    const made = change(store, merge("region", "default", { description: "later" }));
    const first = await Promise.race([made, new Promise((resolve) => setTimeout(resolve, 100, "waits"))]);
    assert.equal(first, "waits");
    assert.equal(store.get("region", "default")?.body.description, undefined);
    other.exec("COMMIT");
    other.close();
    await made;
    assert.equal(store.get("region", "default")?.body.description, "later");
  });

  it("given a writer that does not end, when another process opens the file, then it is open at once", async () => {
    (await openNewStore({ path: file })).close();
    const other = new Database(file);
    other.exec("BEGIN IMMEDIATE");
    other.exec("DELETE FROM reference");
    const beganMs = performance.now();
    const store = kept(openStore({ path: file }));
    assert.equal(store.sequence(), 1);
    assert.ok(performance.now() - beganMs < 5_000, "it waited for the writer");
    other.exec("ROLLBACK");
    other.close();
  });

  describe("opening", () => {
    const refused = (path: string, message: RegExp): void => {
      assert.throws(() => openStore({ path }), { code: "database-failed", message });
    };

    it("given a file that is no database, when opened, then it is refused and stays as it is", () => {
      const text = "phones: []\n".repeat(1_000);
      writeFileSync(file, text);
      refused(file, /configuration\.db: file is not a database/);
      assert.equal(statSync(file).size, text.length);
    });

    it("given a database of another program, when opened, then it is refused", () => {
      const other = new Database(file);
      other.exec("CREATE TABLE object (a)");
      other.close();
      refused(file, /is a database of another program/);
    });

    it("given a file of another format, when opened, then both formats are told", async () => {
      (await openNewStore({ path: file })).close();
      const db = new Database(file);
      db.exec("PRAGMA user_version = 7");
      db.close();
      refused(file, /has format 7; this version of Tandem knows 1/);
    });

    it("given a folder that is not there, or a folder in the place of the file, when opened, then it is refused", () => {
      refused(join(folder.path, "none", "c.db"), /ENOENT/);
      refused(folder.path, /EISDIR/);
    });

    it("given a folder that may not be written, when opened, then it is refused", () => {
      chmodSync(folder.path, 0o500);
      const program = `import { openStore } from "./test/support/configuration-store.ts";
        try { openStore({ path: ${JSON.stringify(file)} }); } catch (error) { console.log(error.code, error.message); }`;
      const node = [process.execPath, "--import", "tsx", "--input-type=module", "-e", program];
      const isRoot = process.getuid?.() === 0;
      // Root may write anywhere unless it gives that up.
      const command = isRoot ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all", ...node] : node;
      const { stdout, stderr } = spawnSync(command[0] ?? "", command.slice(1), { encoding: "utf8", timeout: 30_000 });
      chmodSync(folder.path, 0o700);
      assert.match(stdout, /^database-failed .*EACCES/, stderr);
    });
  });

  describe("bodies that an older version wrote", () => {
    const rewrite = (sql: string): void => {
      const db = new Database(file);
      db.exec(sql);
      db.exec("UPDATE setting SET value = 'of another version' WHERE key = 'schema'");
      db.close();
    };

    it("given fields that have come since, when opened, then defaults are filled in, and references and keys made anew", async () => {
      const store = await openNewStore({ path: file });
      await change(store, create("directory-number", { number: "1001" }));
      await change(store, create("phone", { name: "p", lines: [{ directoryNumber: "1001" }] }));
      store.close();
      rewrite(`UPDATE object SET body = json_remove(body, '$.maxCalls', '$.tollGuard') WHERE kind = 'phone';
        DELETE FROM reference; DELETE FROM unique_key`);
      const again = kept(openStore({ path: file }));
      const phone = again.get("phone", "p");
      assert.deepEqual([phone?.body.maxCalls, phone?.body.tollGuard.callsPerHour, phone?.revision], [4, 600, 3]);
      assert.equal(again.referrers("directory-number", "1001@internal").length, 1);
      assert.equal(again.getDevice("p")?.kind, "phone");
      const digest = new Database(file).prepare("SELECT value FROM setting WHERE key = 'schema'").get() as {
        value: string;
      };
      assert.match(digest.value, /^[0-9a-f]{64}$/);
    });

    it("given bounds of calls that nobody has set for devices of applications, when opened, then they are as they are now, once, and what was set stays", async () => {
      const store = await openNewStore({ path: file });
      const guard = { callsPerHour: 600, concurrentCalls: 50 };
      await change(
        store,
        create("route-point", { name: "as-before", tollGuard: { ...guard, international: true } }),
        create("cti-port", { name: "set", tollGuard: { ...guard, callsPerHour: 601 } }),
        create("phone", { name: "phone" }),
      );
      store.close();
      const boundsIn = (opened: ConfigurationStore): readonly unknown[] => {
        const [point, port, phone] = [
          opened.get("route-point", "as-before"),
          opened.get("cti-port", "set"),
          opened.get("phone", "phone"),
        ].map((one) => one?.body.tollGuard);
        return [
          [point?.callsPerHour, point?.concurrentCalls, point?.international],
          port?.callsPerHour,
          phone?.callsPerHour,
        ];
      };
      rewrite("DELETE FROM setting WHERE key = 'defaults'");
      const again = openStore({ path: file });
      assert.deepEqual(boundsIn(again), [[1_000_000, 100_000, true], 601, 600]);
      await change(again, merge("route-point", "as-before", { tollGuard: guard }));
      again.close();
      rewrite("");
      assert.deepEqual(boundsIn(kept(openStore({ path: file }))), [[600, 50, true], 601, 600]);
    });

    it("given trunks whose addresses were not the same then, when opened, then both are told", async () => {
      const store = await openNewStore({ path: file });
      const trunk = (name: string, address: string) => {
        return create("trunk", { name, uri: "sip:192.0.2.1", addresses: [address] });
      };
      await change(store, trunk("a", "10.0.0.1"), trunk("b", "10.0.0.2"));
      store.close();
      rewrite(`UPDATE object SET body = json_set(body, '$.addresses[0]', '10.0.0.1/32') WHERE name = 'b'`);
      const message = /trunk b addresses\.0: trunk a has the same trunk address 10\.0\.0\.1/;
      assert.throws(() => openStore({ path: file }), { code: "database-failed", message });
    });

    it("given what the model has no more, when opened, then it is left out and the rest stays", async () => {
      const store = await openNewStore({ path: file });
      await change(
        store,
        create("region", { name: "far", codecs: ["PCMA"], to: [{ region: "default", codecs: ["PCMU"] }] }),
        create("service-parameter", { name: "CountryCode", value: "49" }),
      );
      store.close();
      rewrite(`UPDATE object SET body = json_set(body, '$.dateFormat', 'iso') WHERE kind = 'date-time-group';
        UPDATE object SET body = json('{"name": "far", "codecs": ["PCMA", "telephone-event"], "to": [
          {"region": "default", "codecs": ["telephone-event"]}, {"region": "far", "codecs": ["PCMU"]}]}')
          WHERE kind = 'region' AND name = 'far';
        INSERT INTO object VALUES ('service-parameter', 'T302Timer', 2, '{"name": "T302Timer", "value": 9}')`);
      const again = kept(openStore({ path: file }));
      assert.deepEqual(again.get("date-time-group", "default")?.body, { name: "default", timeZone: "UTC" });
      assert.deepEqual(again.get("region", "far")?.body, { name: "far", codecs: ["PCMA"], to: [] });
      assert.deepEqual(
        again.all("service-parameter").map(({ name }) => name),
        ["CountryCode"],
      );
    });

    it("given fields that this version does not know, when opened, then it is refused and the file stays as it is", async () => {
      (await openNewStore({ path: file })).close();
      rewrite(`UPDATE object SET body = json_set(body, '$.fromTheFuture', 1) WHERE kind = 'region'`);
      const open = (): unknown => openStore({ path: file });
      const message =
        /another version of Tandem and is not understood: region default: Unrecognized key: "fromTheFuture"/;
      assert.throws(open, { code: "database-failed", message });
      assert.throws(open, { code: "database-failed", message });
    });
  });
});
