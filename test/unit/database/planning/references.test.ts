import assert from "node:assert/strict";
import { KINDS, REFERENCES, textsAt, type ConfigurationStore } from "../../../../src/database/index.ts";
import {
  change,
  create,
  merge,
  openNewStore,
  openStore,
  refusalOf,
  remove,
} from "../../../support/configuration-store.ts";
import { sampleObjects } from "../../../support/sample-configuration.ts";

describe("references", () => {
  let store: ConfigurationStore;
  afterEach(() => store.close());

  describe("of a configuration that has all of them", () => {
    beforeEach(async () => {
      store = openStore();
      await change(store, ...sampleObjects());
    });

    for (const kind of KINDS) {
      for (const { path, target, onDelete } of REFERENCES[kind]) {
        const place = path.join(".");
        const find = (): { name: string; to: string } => {
          for (const { name, body } of store.all(kind)) {
            const [found] = textsAt(body, path).filter(({ value }) => value !== name && value !== "default");
            if (found !== undefined) return { name, to: found.value };
          }
          return assert.fail(`the sample has no ${kind} with ${place}`);
        };
        const targetKind = target === "device" ? "phone" : target;

        it(`given ${kind} ${place}, when what it names is deleted, then it is ${onDelete === "refuse" ? "refused" : "taken out"}`, async () => {
          const { name, to } = find();
          const others = store.referrers(targetKind, to).filter((one) => one.name !== name || one.path !== place);
          assert.ok(store.referrers(targetKind, to).some((one) => one.name === name && one.path === place));
          if (onDelete === "refuse") {
            const refused = await refusalOf(change(store, remove(targetKind, to)));
            assert.ok(
              refused.includes(`in-use ${targetKind} ${to} : ${kind} ${name} refers to it (${place})`),
              refused.join("\n"),
            );
            assert.ok(store.get(targetKind, to));
            return;
          }
          // Devices refuse that a line of theirs is deleted.
          const devices = others.filter((one) => one.path === "lines.*.directoryNumber");
          await change(store, ...devices.map((one) => merge(one.kind, one.name, { lines: [] })));
          await change(store, remove(targetKind, to));
          const after = store.get(kind, name)?.body;
          assert.ok(after !== undefined);
          assert.ok(!textsAt(after, path).some(({ value }) => value === to));
        });

        it(`given ${kind} ${place}, when it names what is not there, then it is refused`, async () => {
          const { name } = find();
          const missing = targetKind === "directory-number" ? "4711@internal" : "nowhere";
          const body = replaceFirst(store.get(kind, name)?.body, path, missing);
          const [first] = await refusalOf(change(store, { type: "replace", kind, name, body }));
          const noun = target.replaceAll("-", " ");
          // The name of a pattern or number holds its partition.
          if (place === "partition") assert.match(first ?? "", /^bad-object .*the name cannot change/);
          else assert.match(first ?? "", new RegExp(`^missing-reference ${kind} .*: there is no ${noun} ${missing}$`));
        });
      }
    }
  });

  it("given a reference made and its target deleted in one change, when applied, then it is refused", async () => {
    store = await openNewStore();
    await change(store, create("directory-number", { number: "1" }));
    const both = [
      create("phone", { name: "p", lines: [{ directoryNumber: "1" }] }),
      remove("directory-number", "1@internal"),
    ];
    for (const operations of [both, [...both].reverse()]) {
      assert.deepEqual(await refusalOf(change(store, ...operations)), [
        "missing-reference phone p lines.0.directoryNumber: there is no directory number 1@internal",
      ]);
    }
  });

  it("given a target that is deleted and made again in one change, when applied, then references to it stay", async () => {
    store = await openNewStore();
    await change(store, create("user", { name: "u" }), create("phone", { name: "p", owner: "u" }));
    await change(store, remove("user", "u"), create("user", { name: "u", displayName: "New" }));
    assert.equal(store.get("phone", "p")?.body.owner, "u");
  });

  it("given an object and who refers to it deleted together, when applied, then both are gone in either order", async () => {
    store = await openNewStore();
    for (const order of [0, 1]) {
      await change(
        store,
        create("directory-number", { number: "1" }),
        create("phone", { name: "p", lines: [{ directoryNumber: "1" }] }),
      );
      const both = [remove("directory-number", "1@internal"), remove("phone", "p")];
      await change(store, ...(order === 0 ? both : both.reverse()));
      assert.deepEqual([store.count("phone"), store.count("directory-number")], [0, 0]);
    }
  });

  it("given a deleted user, when gone, then its devices stay without owner", async () => {
    store = await openNewStore();
    await change(
      store,
      create("phone", { name: "p" }),
      create("user", { name: "u", devices: ["p"] }),
      merge("phone", "p", { owner: "u" }),
    );
    await change(store, remove("user", "u"));
    assert.equal(store.get("phone", "p")?.body.owner, undefined);
    assert.deepEqual(store.referrers("phone", "p"), []);
  });

  it("given a deleted device, when a device of another kind takes its name, then users keep it", async () => {
    store = await openNewStore();
    await change(store, create("phone", { name: "p" }), create("user", { name: "u", devices: ["p"] }));
    await change(store, remove("phone", "p"), create("cti-port", { name: "p" }));
    assert.deepEqual(store.get("user", "u")?.body.devices, ["p"]);
    await change(store, remove("cti-port", "p"));
    assert.deepEqual(store.get("user", "u")?.body.devices, []);
  });
});

/** The body with the first text that a path leads to replaced. */
function replaceFirst(body: unknown, [part, ...rest]: readonly string[], text: string): unknown {
  if (part === undefined) return text;
  if (part === "*")
    return (body as unknown[]).map((entry, index) => (index === 0 ? replaceFirst(entry, rest, text) : entry));
  const fields = body as Record<string, unknown>;
  return { ...fields, [part]: replaceFirst(fields[part], rest, text) };
}
