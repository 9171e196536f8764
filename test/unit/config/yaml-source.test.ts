import assert from "node:assert/strict";
import { formatPath, parseYamlSource } from "../../../src/config/yaml-source.ts";

const text = `# a comment
sip:
  realm: here
phones:
  - name: a
    number: "1001"
  - { name: b }
copy: &anchor { x: 1 }
again: *anchor
`;

describe("parseYamlSource", () => {
  const source = parseYamlSource("t.yaml", text);

  it("given a document, when read, then it is plain values", () => {
    assert.deepEqual(source.value, {
      sip: { realm: "here" },
      phones: [{ name: "a", number: "1001" }, { name: "b" }],
      copy: { x: 1 },
      again: { x: 1 },
    });
    assert.deepEqual(source.problems, []);
  });

  it("given a path to a value, when a problem is there, then it has the value's line and column", () => {
    const problem = source.problemAt(["phones", 0, "number"], "bad");
    assert.deepEqual(problem, { file: "t.yaml", line: 6, column: 13, path: "phones[0].number", reason: "bad" });
  });

  it("given a path to a value that is missing, when a problem is there, then it stands at the nearest place above", () => {
    const problem = source.problemAt(["phones", 1, "number"], "is missing");
    assert.deepEqual([problem.line, problem.column, problem.path], [7, 5, "phones[1].number"]);
    assert.equal(source.problemAt(["nowhere", "at", "all"], "x").line, 2);
  });

  it("given a key, when a problem is there, then it stands at the key", () => {
    assert.deepEqual(source.problemAtKey(["sip"], "realm", "x"), {
      file: "t.yaml",
      line: 3,
      column: 3,
      path: "sip.realm",
      reason: "x",
    });
  });

  it("given faulty YAML, when parsed, then each fault has its place", () => {
    const { problems, value } = parseYamlSource("t.yaml", "a: 1\na: 2\nb: [");
    assert.equal(value, undefined);
    assert.deepEqual(
      problems.map(({ line }) => line),
      [2, 3],
    );
  });

  it("given an empty file, when parsed, then there is no value and problems stand at its start", () => {
    const empty = parseYamlSource("t.yaml", "");
    assert.equal(empty.value, null);
    assert.deepEqual([empty.problemAt([], "x").line, empty.problemAt([], "x").column], [1, 1]);
  });

  it("given aliases that multiply, when read, then it is refused instead of filling the memory", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
    for (const [one, other] of ["ab", "bc", "cd", "de", "ef"]) {
      bomb.push(`${other}: &${other} [${Array.from({ length: 10 }, () => `*${one}`).join(", ")}]`);
    }
    const { problems, value } = parseYamlSource("t.yaml", bomb.join("\n"));
    assert.equal(value, undefined);
    assert.match(problems[0]?.reason ?? "", /alias/);
  });
});

describe("formatPath", () => {
  it("given keys and indexes, when formatted, then it reads as people write it", () => {
    assert.equal(formatPath(["phones", 3, "ha1", "MD5"]), "phones[3].ha1.MD5");
    assert.equal(formatPath([]), "");
  });
});
