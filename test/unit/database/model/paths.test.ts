import assert from "node:assert/strict";
import { mergePatch, textsAt, withoutTexts, withoutUndefined } from "../../../../src/database/model/paths.ts";

describe("paths into bodies", () => {
  const body = { a: { b: [{ c: "x" }, { c: "y", d: 1 }, { d: "x" }] }, list: ["x", "y", "x"], key: "x" };

  it("given a path, when followed, then each text is found with its place, and nothing else", () => {
    assert.deepEqual(textsAt(body, ["a", "b", "*", "c"]), [
      { path: ["a", "b", 0, "c"], value: "x" },
      { path: ["a", "b", 1, "c"], value: "y" },
    ]);
    assert.deepEqual(
      textsAt(body, ["list", "*"]).map(({ path }) => path),
      [
        ["list", 0],
        ["list", 1],
        ["list", 2],
      ],
    );
    for (const path of [["none"], ["a"], ["key", "length"], ["key", "*"], ["a", "b", "c"], ["constructor", "name"]]) {
      assert.deepEqual(textsAt(body, path), []);
    }
    assert.deepEqual(textsAt(undefined, ["a"]), []);
  });

  it("given texts that are gone, when taken out, then list entries or keys go and the rest stays", () => {
    const isX = (text: string): boolean => text === "x";
    assert.deepEqual(withoutTexts(body, ["key"], isX), { a: body.a, list: body.list });
    assert.deepEqual(withoutTexts(body, ["list", "*"], isX), { ...body, list: ["y"] });
    assert.deepEqual(withoutTexts(body, ["a", "b", "*", "c"], isX), {
      ...body,
      a: { b: [{ c: "y", d: 1 }, { d: "x" }] },
    });
    assert.equal(withoutTexts(body, ["none"], isX), body);
    assert.deepEqual(
      withoutTexts(body, ["key"], () => false),
      body,
    );
  });

  it("given keys that are undefined, when cleaned, then they are not there", () => {
    const cleaned = withoutUndefined({ a: undefined, b: [{ c: undefined, d: null }] });
    assert.deepEqual(Object.keys(cleaned as object), ["b"]);
    assert.deepEqual(cleaned, { b: [{ d: null }] });
  });
});

describe("mergePatch", () => {
  // RFC 7396, appendix A.
  const cases: readonly (readonly [unknown, unknown, unknown])[] = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  cases.forEach(([target, patch, expected], index) => {
    it(`given case ${index + 1} of RFC 7396, when merged, then it is as there`, () => {
      assert.deepEqual(mergePatch(target, patch), expected);
    });
  });

  it("given keys that mean something to JavaScript, when merged, then no prototype changes", () => {
    const patch = JSON.parse(
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    ) as object;
    const merged = mergePatch({ a: 1 }, patch) as Record<string, unknown>;
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
    assert.ok(Object.hasOwn(merged, "__proto__"));
    assert.equal(Object.getPrototypeOf(merged), Object.prototype);
  });

  it("given a patch nested 100,000 deep, when merged, then it ends", () => {
    let patch: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) patch = { a: patch };
    assert.ok(mergePatch({}, patch));
  });
});
