import assert from "node:assert/strict";
import { problemsOfViolations } from "../../../../src/admin/cli/configuration/import-problems.ts";
import { formatProblem, parseYamlSource } from "../../../../src/config/index.ts";

const FILE = `# yaml-language-server: $schema=schema.json
partitions:
  - name: sales
directoryNumbers:
  - number: "1001"
  - { number: "1001", partition: sales }
phones:
  - name: ann
    lines:
      - directoryNumber: "1009"
`;

describe("what the server finds wrong with a file", () => {
  const lineOf = (kind: string, id: string, path: readonly (string | number)[] = []): string | undefined => {
    const [problem] = problemsOfViolations([{ kind, id, path, message: "is wrong" }], parseYamlSource("f", FILE), "f");
    return problem === undefined ? undefined : formatProblem(problem);
  };

  it("given a violation in an object, when shown, then it stands at the line of its value", () => {
    assert.equal(
      lineOf("phone", "ann", ["lines", 0, "directoryNumber"]),
      "f:10:26: phones[0].lines[0].directoryNumber: is wrong",
    );
  });

  it("given one of a whole object, when shown, then it stands where the object begins", () => {
    assert.equal(lineOf("partition", "sales"), "f:3:5: partitions[0]: is wrong");
  });

  it("given a number in two partitions, when one is wrong, then it is the one of that partition", () => {
    assert.equal(lineOf("directory-number", "1001@internal"), "f:5:5: directoryNumbers[0]: is wrong");
    assert.equal(lineOf("directory-number", "1001@sales"), "f:6:5: directoryNumbers[1]: is wrong");
  });

  it("given an object that the file does not have, when shown, then it is named", () => {
    assert.equal(lineOf("user", "bob"), "f: user bob: is wrong");
    assert.equal(lineOf("", ""), "f: is wrong");
  });

  it("given several, when shown, then they are in the order of lines, those without one last", () => {
    const at = (kind: string, id: string) => ({ kind, id, path: [], message: "x" });
    const violations = [at("user", "bob"), at("phone", "ann"), at("partition", "sales")];
    assert.deepEqual(
      problemsOfViolations(violations, parseYamlSource("f", FILE), "f").map(({ line }) => line),
      [3, 8, undefined],
    );
  });
});
