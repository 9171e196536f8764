import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { computeHa1, SwitchError } from "../../../src/common/index.ts";
import { nodePaths, type NodePaths } from "../../../src/config/node-paths.ts";
import { SqliteStore } from "../../../src/database/sqlite/sqlite-store.ts";
import { applyDeclared } from "../../../src/main/configuration/apply-declared.ts";
import type { PeerRecord, PhoneRecord } from "../../../src/main/node/node-file.ts";
import { change, openKeeper, put, remove } from "../../support/kept-configuration.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

function phone(directoryNumber: string, changes: Partial<PhoneRecord> = {}): PhoneRecord {
  const user = directoryNumber;
  return {
    name: `phone-${directoryNumber}`,
    directoryNumber,
    user,
    ha1: computeHa1(["MD5", "SHA-256"], { user, realm: "tandem.test", password: "secret" }),
    profile: "standard-phone",
    maxCalls: 4,
    ...changes,
  };
}

const carrier: PeerRecord = {
  name: "carrier",
  addresses: ["192.0.2.1"],
  uri: "sip:192.0.2.1",
  prefixes: ["0"],
  profile: "trunk",
  maxCalls: 10,
  transit: false,
};

describe("applyDeclared", () => {
  let folder: TemporaryDirectory;
  let paths: NodePaths;
  let store: SqliteStore;
  let reports: string[];

  beforeEach(() => {
    folder = new TemporaryDirectory("declared");
    paths = nodePaths(folder.join("data"));
    mkdirSync(paths.runDir, { recursive: true });
    mkdirSync(paths.stateDir, { recursive: true });
    store = new SqliteStore({ path: ":memory:", clock: new ManualClock(), keeper: openKeeper });
    reports = [];
  });
  afterEach(() => {
    store.close();
    folder.close();
  });

  const start = (phones: readonly PhoneRecord[], peers: readonly PeerRecord[] = []): Promise<void> =>
    applyDeclared(store, { name: "test", phones, peers }, paths, (line) => void reports.push(line));
  const conflict = async (work: Promise<void>): Promise<string> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof SwitchError);
    assert.equal(error.code, "configuration-conflict");
    return error.message;
  };

  it("given an empty database, when the node starts, then it holds the defaults, the phones with their numbers and the peers", async () => {
    await start([phone("1001", { displayName: "Ada" })], [carrier]);
    assert.equal(store.sequence(), 1);
    assert.deepEqual(store.changesAfter(0, 1)[0]?.author, "tandem.yaml");
    assert.deepEqual(store.get("call-manager-group", "default")?.body.nodes, ["test"]);
    assert.equal(store.get("directory-number", "1001@internal")?.body.displayName, "Ada");
    assert.deepEqual(store.get("phone", "phone-1001")?.body.credentials, {
      user: "1001",
      ha1: phone("1001").ha1,
    });
    assert.equal(store.get("trunk", "carrier")?.body.pingSeconds, 0);
  });

  it("given the same file, when the node starts again, then there is no change", async () => {
    await start([phone("1001")], [carrier]);
    await start([phone("1001")], [carrier]);
    assert.equal(store.sequence(), 1);
    assert.deepEqual(reports, []);
  });

  it("given a node that has been described, when it starts again, then that stays", async () => {
    await start([]);
    await change(store, put("node", { name: "test", description: "in the cellar" }));
    await start([]);
    assert.equal(store.get("node", "test")?.body.description, "in the cellar");
  });

  it("given a node that is new to the configuration, when it starts, then it joins the default group, and once only", async () => {
    await applyDeclared(store, { name: "first", phones: [], peers: [] }, paths, () => undefined);
    await start([]);
    const nodes = (): readonly string[] | undefined => store.get("call-manager-group", "default")?.body.nodes;
    assert.deepEqual(nodes(), ["first", "test"]);
    await change(store, put("call-manager-group", { name: "default", nodes: ["first"] }));
    await start([]);
    assert.deepEqual(nodes(), ["first"]);
  });

  it("given what was added by other means, when the node starts again, then it stays, and what the file says counts", async () => {
    await start([phone("1001")], [carrier]);
    await change(
      store,
      put("directory-number", { number: "1777" }),
      {
        type: "merge",
        kind: "phone",
        name: "phone-1001",
        body: { maxCalls: 9, description: "hall", lines: [{ directoryNumber: "1777" }, { directoryNumber: "1001" }] },
      },
      { type: "merge", kind: "trunk", name: "carrier", body: { pingSeconds: 60, maxCalls: 3 } },
      { type: "merge", kind: "directory-number", name: "1001@internal", body: { busyTrigger: 2 } },
    );
    await start([phone("1001")], [carrier]);
    const { maxCalls, description, lines } = store.get("phone", "phone-1001")?.body ?? {};
    assert.deepEqual([maxCalls, description], [4, "hall"]);
    assert.deepEqual(
      lines?.map(({ directoryNumber }) => directoryNumber),
      ["1001@internal", "1777@internal"],
    );
    const trunk = store.get("trunk", "carrier")?.body;
    assert.deepEqual([trunk?.pingSeconds, trunk?.maxCalls], [60, 10]);
    assert.equal(store.get("directory-number", "1001@internal")?.body.busyTrigger, 2);
  });

  it("given a phone that is no longer in the file, when the node starts, then it and its number are gone; others stay", async () => {
    await start([phone("1001"), phone("1002")], [carrier]);
    await change(store, put("phone", { name: "by-rest" }));
    await start([phone("1001")]);
    assert.equal(store.get("phone", "phone-1002"), undefined);
    assert.equal(store.get("directory-number", "1002@internal"), undefined);
    assert.equal(store.get("trunk", "carrier"), undefined);
    assert.notEqual(store.get("phone", "by-rest"), undefined);
    assert.notEqual(store.get("phone", "phone-1001"), undefined);
  });

  it("given a phone that has been deleted by other means, when the file still has it, then it is there again", async () => {
    await start([phone("1001")]);
    await change(store, remove("phone", "phone-1001"));
    await start([phone("1001")]);
    assert.notEqual(store.get("phone", "phone-1001"), undefined);
    await change(store, remove("phone", "phone-1001"), remove("directory-number", "1001@internal"));
    await start([]);
    assert.equal(store.get("phone", "phone-1001"), undefined);
  });

  it("given a phone with another number, when the node starts, then it has that alone, and the old number is gone", async () => {
    await start([phone("1001", { name: "hall" })]);
    await start([phone("1005", { name: "hall" })]);
    assert.deepEqual(
      store.get("phone", "hall")?.body.lines.map(({ directoryNumber }) => directoryNumber),
      ["1005@internal"],
    );
    assert.equal(store.get("directory-number", "1001@internal"), undefined);
  });

  it("given two phones that exchange their numbers and users, when the node starts, then each has the other's", async () => {
    await start([phone("1001", { name: "a" }), phone("1002", { name: "b" })]);
    await start([phone("1002", { name: "a" }), phone("1001", { name: "b" })]);
    assert.equal(store.get("phone", "a")?.body.credentials?.user, "1002");
    const linesOf = (name: string) =>
      store.get("phone", name)?.body.lines.map(({ directoryNumber }) => directoryNumber);
    assert.deepEqual([linesOf("a"), linesOf("b")], [["1002@internal"], ["1001@internal"]]);
  });

  it("given a number that others refer to, when the file has it no more, then it is kept and that is reported; a later start removes it", async () => {
    await start([phone("1001"), phone("1002"), phone("1003")]);
    await change(store, put("phone", { name: "by-rest", lines: [{ directoryNumber: "1002" }] }));
    await start([phone("1001")]);
    assert.notEqual(store.get("directory-number", "1002@internal"), undefined);
    assert.equal(store.get("phone", "phone-1002"), undefined);
    assert.equal(store.get("directory-number", "1003@internal"), undefined);
    assert.match(reports.join("\n"), /kept, though no longer declared: directory-number 1002@internal.*by-rest/);
    await change(store, remove("phone", "by-rest"));
    await start([phone("1001")]);
    assert.equal(store.get("directory-number", "1002@internal"), undefined);
  });

  it("given something made by other means that the file now clashes with, when the node starts, then that is told and nothing changes", async () => {
    await start([phone("1001")]);
    await change(store, put("cti-port", { name: "phone-1002" }));
    const sequence = store.sequence();
    assert.match(
      await conflict(start([phone("1002")])),
      /phone phone-1002: cti-port phone-1002 has the same device name/,
    );
    assert.equal(store.sequence(), sequence);
    assert.notEqual(store.get("phone", "phone-1001"), undefined);
  });

  it("given a node that goes on while its supervisor starts, when somebody changes what is declared, then nothing is lost", async () => {
    await start([phone("1001"), phone("1002")], [carrier]);
    await change(store, put("directory-number", { number: "1009" }));
    const apply = store.apply.bind(store);
    let isFirst = true;
    store.apply = async (request) => {
      if (isFirst) {
        isFirst = false;
        const lines = [{ directoryNumber: "1001" }, { directoryNumber: "1009" }];
        const merge = { type: "merge", kind: "phone", name: "phone-1001", body: { lines } } as const;
        await apply({ author: "ada", summary: "", operations: [merge, remove("phone", "phone-1002")] });
      }
      return apply(request);
    };
    await start([phone("1001", { maxCalls: 7 })], [carrier]);
    const { lines, maxCalls } = store.get("phone", "phone-1001")?.body ?? {};
    assert.deepEqual(
      [lines?.map(({ directoryNumber }) => directoryNumber), maxCalls],
      [["1001@internal", "1009@internal"], 7],
    );
    assert.equal(store.get("phone", "phone-1002"), undefined);
    assert.equal(store.get("directory-number", "1002@internal"), undefined);
  });

  it("given what has been written of the node itself, when it starts again, then that stays", async () => {
    await start([]);
    await change(store, put("node", { name: "test", description: "in the cellar" }));
    await start([]);
    assert.equal(store.get("node", "test")?.body.description, "in the cellar");
  });

  it("given a record of the last start that is broken, when the node starts, then nothing is deleted", async () => {
    await start([phone("1001")]);
    for (const text of ["", "{", "{}", '[1, null, {"kind": "nope", "name": "phone-1001"}]']) {
      writeFileSync(paths.declaredFile, text);
      await start([]);
      assert.notEqual(store.get("phone", "phone-1001"), undefined);
    }
    assert.equal(readFileSync(paths.declaredFile, "utf8"), "[]");
  });
});
