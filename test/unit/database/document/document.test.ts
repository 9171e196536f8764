import assert from "node:assert/strict";
import fc from "fast-check";
import {
  documentSchema,
  exportDocument,
  importDocument,
  KINDS,
  SCHEMAS,
  shortBody,
  yamlKeyOf,
  type ConfigurationStore,
  type ImportMode,
  type ImportProgress,
  type ImportResult,
} from "../../../../src/database/index.ts";
import { change, create, merge, openNewStore, openStore, refusalOf } from "../../../support/configuration-store.ts";
import { randomConfiguration } from "../../../support/random-configuration.ts";
import { sampleObjects } from "../../../support/sample-configuration.ts";

/** Without the change itself. */
const importInto = async (
  store: ConfigurationStore,
  document: unknown,
  mode: ImportMode = "replace",
  more = {},
): Promise<ImportResult> => {
  const request = { document, mode, author: "test", summary: "import", node: "n1", ...more };
  const { record: _, ...result } = await importDocument(store, request);
  return result;
};

describe("the configuration as a document", () => {
  const stores: ConfigurationStore[] = [];
  const kept = (store: ConfigurationStore): ConfigurationStore => {
    stores.push(store);
    return store;
  };
  const sample = async (): Promise<ConfigurationStore> => {
    const store = kept(openStore());
    await change(store, ...sampleObjects());
    return store;
  };
  afterEach(() => {
    for (const store of stores.splice(0)) store.close();
  });

  describe("export", () => {
    it("given the default objects, when exported, then it is short", async () => {
      assert.deepEqual(exportDocument(kept(await openNewStore()), { secrets: true }), {
        version: 1,
        nodes: [{ name: "n1" }],
        callManagerGroups: [{ name: "default", nodes: ["n1"] }],
        regions: [{ name: "default" }],
        dateTimeGroups: [{ name: "default" }],
        partitions: [{ name: "internal" }],
        callingSearchSpaces: [{ name: "internal", partitions: ["internal"] }],
        devicePools: [{ name: "default" }],
      });
    });

    it("given all kinds, when exported without secrets, then no secret is there, and with them each is", async () => {
      const store = await sample();
      const without = JSON.stringify(exportDocument(store, { secrets: false }));
      const all = JSON.stringify(exportDocument(store, { secrets: true }));
      for (const name of ["ha1", "passwordHash", "pinHash", "sealedPassword"]) {
        assert.ok(!without.includes(name) && all.includes(name), name);
      }
      for (const kind of KINDS) assert.ok(all.includes(`"${yamlKeyOf(kind)}":`), kind);
    });

    it("given an object, when shortened, then what the schema fills in is left out, and reading it gives the same", async () => {
      const store = await sample();
      const trunk = store.get("trunk", "carrier")?.body ?? assert.fail();
      assert.deepEqual(shortBody("trunk", trunk).tollGuard, { international: true, callsPerHour: 10 });
      const phone = store.get("phone", "phone1")?.body ?? assert.fail();
      assert.deepEqual(Object.keys(shortBody("phone", phone)), [
        "name",
        "devicePool",
        "callingSearchSpace",
        "owner",
        "credentials",
        "musicSource",
        "lines",
        "speedDials",
      ]);
      assert.deepEqual(shortBody("phone", phone).lines, [{ directoryNumber: "1001", label: "Me" }]);
      for (const kind of KINDS) {
        for (const { body } of store.all(kind)) assert.deepEqual(SCHEMAS[kind].parse(shortBody(kind, body)), body);
      }
    });

    it("given a document, when checked by the schema of the whole, then it is good", async () => {
      assert.ok(documentSchema().safeParse(exportDocument(await sample(), { secrets: true })).success);
    });
  });

  it("given any configuration, when exported, imported into an empty one and exported, then it is the same; once more changes nothing", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(randomConfiguration(), fc.boolean(), async (operations, secrets) => {
        const [from, to] = [openStore(), openStore()];
        try {
          await change(from, ...operations);
          const document = exportDocument(from, { secrets });
          const read = JSON.parse(JSON.stringify(document)) as unknown;
          await importInto(to, read);
          assert.deepEqual(exportDocument(to, { secrets: true }), document);
          for (const mode of ["merge", "replace"] as const) {
            const again = await importInto(to, read, mode);
            assert.deepEqual([again.sequence, again.created, again.changed, again.removed], [1, 0, 0, 0]);
            const home = await importInto(from, read, mode);
            assert.equal(home.sequence, 1, "an export that is imported again changed something");
          }
        } finally {
          from.close();
          to.close();
        }
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  describe("import", () => {
    it("given a document, when merged, then what it has is made or changed, and the rest stays", async () => {
      const store = await sample();
      const before = store.get("phone", "phone1")?.body;
      const result = await importInto(
        store,
        { version: 1, phones: [{ name: "new" }], regions: [{ name: "far" }, { name: "near" }] },
        "merge",
      );
      assert.deepEqual(result, { sequence: 2, created: 1, changed: 1, removed: 0, unchanged: 1 });
      assert.deepEqual(store.get("region", "far")?.body, { name: "far", codecs: [], to: [] });
      assert.deepEqual(store.get("phone", "phone1")?.body, before);
    });

    it("given a document, when it replaces, then what it does not have is deleted but the own node", async () => {
      const store = await sample();
      const result = await importInto(store, { version: 1, regions: [{ name: "near" }] });
      assert.deepEqual([result.created, result.changed, result.unchanged], [0, 0, 1]);
      const left = KINDS.flatMap((kind) => store.all(kind).map(({ name }) => `${kind} ${name}`));
      assert.deepEqual(left, ["node n1", "region near"]);
      assert.equal((await store.undo(2, "test")).entries.length, result.removed);
    });

    it("given a document without secrets and with a change, when imported, then the change is made and secrets stay", async () => {
      const store = await sample();
      const [hash, ha1] = [
        store.get("user", "alice")?.body.passwordHash,
        store.get("phone", "phone1")?.body.credentials,
      ];
      const document = JSON.parse(
        JSON.stringify(exportDocument(store, { secrets: false }))
          .replace('"name":"alice"', '"name":"alice","displayName":"A"')
          .replace('"label":"Bob"', '"label":"Bobby"'),
      ) as unknown;
      const result = await importInto(store, document);
      assert.deepEqual([result.created, result.changed, result.removed], [0, 2, 0]);
      assert.deepEqual(
        [store.get("user", "alice")?.body.displayName, store.get("user", "alice")?.body.passwordHash],
        ["A", hash],
      );
      assert.deepEqual(store.get("phone", "phone1")?.body.credentials, ha1);
      assert.ok(hash !== undefined && ha1?.ha1 !== undefined);
    });

    it("given passwords in clear, when imported, then hashes are kept, and the same phone password again is no change", async () => {
      const store = kept(await openNewStore());
      const document = { version: 1, phones: [{ name: "p", credentials: { password: "x" } }] };
      await importInto(store, document, "merge");
      assert.ok(store.get("phone", "p")?.body.credentials?.ha1?.MD5);
      const again = await importInto(store, document, "merge");
      assert.deepEqual(again, { sequence: 2, created: 0, changed: 0, removed: 0, unchanged: 1 });
    });

    it("given a dry run, when done, then the counts are told and nothing is done", async () => {
      const store = await sample();
      const result = await importInto(store, { version: 1, phones: [{ name: "new" }] }, "merge", { isDryRun: true });
      assert.deepEqual(result, { sequence: 1, created: 1, changed: 0, removed: 0, unchanged: 0 });
      assert.equal(store.get("phone", "new"), undefined);
      const bad = { version: 1, phones: [{ name: "new", devicePool: "none" }] };
      assert.equal((await refusalOf(importInto(store, bad, "merge", { isDryRun: true }))).length, 1);
    });

    const refuses = (what: string, document: unknown, expected: string[]): void => {
      it(`given ${what}, when imported, then it is refused and nothing is done`, async () => {
        const store = kept(await openNewStore());
        assert.deepEqual(await refusalOf(importInto(store, document)), expected);
        assert.equal(store.sequence(), 1);
      });
    };
    refuses("no object", [], ["bad-object document  : Invalid input: expected object, received array"]);
    refuses("another version", { version: 2 }, ["bad-object document  version: Invalid input: expected 1"]);
    refuses("an unknown kind", { version: 1, phoness: [] }, ['bad-object document  : Unrecognized key: "phoness"']);
    refuses("bad objects", { version: 1, regions: [{ name: "a", codecs: ["X"] }, { nam: "b" }, 7] }, [
      'bad-object region a codecs.0: Invalid option: expected one of "PCMU"|"PCMA"|"G722"|"opus"|"G729"',
      "bad-object region  name: Invalid input: expected string, received undefined",
      'bad-object region  : Unrecognized key: "nam"',
      "bad-object region  : Invalid input: expected object, received number",
    ]);
    refuses(
      "an object twice",
      {
        version: 1,
        directoryNumbers: [{ number: "1" }, { number: "1", partition: "internal" }],
        partitions: [{ name: "internal" }],
      },
      ["already-exists directory-number 1@internal : is in the document twice"],
    );
    refuses(
      "a reference to what it would delete",
      { version: 1, callingSearchSpaces: [{ name: "internal", partitions: ["internal"] }] },
      ["missing-reference calling-search-space internal partitions.0: the document has no partition internal"],
    );

    it("given an object that is changed while it is read, when imported, then it is refused", async () => {
      const store = await sample();
      const onProgress = ({ phase, done }: ImportProgress): void => {
        if (phase === "read" && done === 0) void change(store, merge("region", "far", { description: "meanwhile" }));
      };
      const imported = importInto(store, { version: 1, regions: [{ name: "far" }] }, "merge", { onProgress });
      assert.match((await refusalOf(imported))[0] ?? "", /^changed-meanwhile region far/);
    });

    it("given many objects, when imported, then progress is told in order, and others have their turn meanwhile", async () => {
      const store = kept(await openNewStore());
      const told: string[] = [];
      let turns = 0;
      const timer = setInterval(() => (turns += 1), 0);
      const regions = Array.from({ length: 1_000 }, (_, index) => ({ name: `r${index}` }));
      await importInto(store, { version: 1, regions }, "merge", {
        onProgress: ({ phase, done, total }: ImportProgress) => told.push(`${phase} ${done}/${total}`),
      });
      clearInterval(timer);
      assert.deepEqual(told, [
        "read 0/1000",
        "read 200/1000",
        "read 400/1000",
        "read 600/1000",
        "read 800/1000",
        "read 1000/1000",
        "apply 0/1000",
        "apply 1000/1000",
      ]);
      assert.ok(turns > 0);
    });

    it("given a configuration with an administrator, when a document without one replaces it, then it is refused", async () => {
      const store = kept(await openNewStore());
      await change(store, create("user", { name: "root", role: "administrator" }));
      const document = exportDocument(kept(await openNewStore()), { secrets: true });
      assert.deepEqual(await refusalOf(importInto(store, document)), [
        "rule-violated user root role: is the last administrator",
      ]);
    });
  });
});
