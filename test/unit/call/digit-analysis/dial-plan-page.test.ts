import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatExplanation } from "../../../../src/admin/view/dial-plan-text.ts";
import { explainDialed } from "../../../../src/call/digit-analysis/explain-dialed.ts";
import { FEATURE_CODES, FEATURE_NAMES, type FeatureName } from "../../../../src/database/index.ts";
import { routePatterns, samplePlan, targetText } from "../../../support/sample-plan.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/dial-plan.md"), "utf8");

/** The rows of the table that has this head. */
function rowsOf(head: string): string[][] {
  const [, ...lines] = page.slice(page.indexOf(`| ${head} |`)).split("\n");
  const end = lines.findIndex((line) => !line.startsWith("|"));
  assert.ok(end > 1, head);
  return lines.slice(1, end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

const codesOf = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
const query = { partitions: ["internal", "outside"], nowMs: 0 };

describe("docs/dial-plan.md", () => {
  for (const [cell, matching = "", others = ""] of rowsOf("Pattern | It matches | It does not match")) {
    const [pattern = ""] = codesOf(cell);
    it(`given ${pattern}, when numbers are dialed, then it matches as the page says`, () => {
      const plan = samplePlan({ routePatterns: [{ pattern, trunk: "gateway" }] });
      const matches = (number: string): boolean => plan.analyzeDigits(number, query).target.kind === "route";
      for (const number of matching.split(", ")) assert.ok(matches(number), number);
      for (const number of others.split(", ")) assert.ok(!matches(number), number);
    });
  }

  for (const [cell, digits = "", winner] of rowsOf("Patterns | Dialed | Winner | Why")) {
    it(`given ${cell}, when ${digits} is dialed, then ${winner} wins`, () => {
      const names = codesOf(cell);
      const plan = samplePlan({ routePatterns: routePatterns(...names) });
      const target = targetText(plan.analyzeDigits(digits, query));
      const [expected = ""] = codesOf(winner);
      assert.equal(target, expected.includes("@") ? expected : `${expected}@internal`);
    });
  }

  for (const [cell, changes, digits = "", result] of rowsOf("Pattern | Changes | Dialed | Becomes")) {
    it(`given ${cell} with ${changes}, when ${digits} is dialed, then it becomes ${result}`, () => {
      const [pattern = ""] = codesOf(cell);
      const fields = Object.fromEntries(codesOf(changes).map((code) => code.split(": "))) as Readonly<
        Record<string, string>
      >;
      const plan = samplePlan({ routePatterns: [{ pattern, trunk: "gateway", ...fields }] });
      assert.equal(plan.analyzeDigits(digits, query).number, result);
    });
  }

  it("given the table of feature codes, when it is compared with those there are, then they are the same", () => {
    const rows = rowsOf("Code | Behind it | Feature | What it does");
    const shown = rows.map(([code, behind = "", feature, effect]) => [
      ...codesOf(code),
      ...codesOf(feature),
      behind,
      effect,
    ]);
    const behind = {
      none: (text: string) => text === "",
      optional: (text: string) => text.endsWith(", or nothing"),
      required: (text: string) => text !== "",
    };
    assert.deepEqual(
      shown.map(([code, feature, , effect]) => [code, feature, effect]),
      FEATURE_NAMES.map((feature) => [FEATURE_CODES[feature].default, feature, FEATURE_CODES[feature].effect]),
    );
    for (const [, feature, text = ""] of shown) {
      assert.ok(behind[FEATURE_CODES[feature as FeatureName].argument](text), feature);
    }
  });

  it("given the example of an explanation, when it is made, then it is as the page shows it", () => {
    const plan = samplePlan({
      callingSearchSpaces: [{ name: "internal", partitions: ["internal", "outside"] }],
      devicePools: [{ name: "default" }],
      directoryNumbers: [{ number: "1001" }, { number: "1002" }],
      phones: [
        { name: "desk", lines: [{ directoryNumber: "1001" }] },
        { name: "lab", lines: [{ directoryNumber: "1002" }] },
      ],
      routePatterns: routePatterns("1XXX"),
      translationPatterns: [{ pattern: "7X", calledMask: "100X", urgent: true }],
    });
    const nowMs = Date.parse("2026-11-27T12:00:00Z");
    const context = { plan, nowMs, services: new Map<string, string>(), emergency: undefined };
    const text = formatExplanation(explainDialed("desk", "72", context)).join("\n");
    assert.ok(page.includes(`\`\`\`text\n${text}\n\`\`\``), text);
  });
});
