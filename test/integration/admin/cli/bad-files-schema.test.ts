import assert from "node:assert/strict";
import { KINDS, SCHEMAS, yamlKeyOf, type Kind } from "../../../../src/database/index.ts";
import { documentFrame, MAX_OBJECTS_OF_KIND } from "../../../../src/database/document/document-schema.ts";
import { BadFileDesk, changedDocument, firstOf } from "../../../support/bad-files/bad-file-desk.ts";
import { FULL_DOCUMENT } from "../../../support/bad-files/full-document.ts";
import { brokenRules, type BrokenRule, type Path } from "../../../support/bad-files/schema-rules.ts";

/** Rules that are functions, each with a value that breaks it. */
const FUNCTIONS: Readonly<Partial<Record<Kind, readonly (readonly [place: string, bad: unknown])[]>>> = {
  "date-time-group": [["timeZone", "Mars/Olympus"]],
  "service-parameter": [
    ["name", "NoSuchParameter"],
    ["", { name: "ForwardMaximumHopCount", value: 61 }],
  ],
  trunk: [
    ["uri", "sip:192.0.2.1:65536"],
    ["registration.registrar", "sip:[2001:db8::1]:0"],
  ],
  "route-pattern": [["pattern", "9[1"]],
  "translation-pattern": [["pattern", "9!+"]],
  "hunt-pilot": [["pattern", "5 00"]],
  "park-range": [["pattern", "?7"]],
};

describe("a bad file for each rule of the schema", () => {
  let desk: BadFileDesk;
  before(async () => {
    desk = await BadFileDesk.open();
  });
  after(() => desk.close());

  const faultsOf = async (rules: readonly BrokenRule[], place: Path): Promise<string[]> => {
    const faults: string[] = [];
    for (const { path, rule, bad, isRemoved, key, expected: reason } of rules) {
      const whole = [...place, ...path];
      const document =
        key === undefined
          ? changedDocument(whole, (parent, name) => {
              if (isRemoved === true) Reflect.deleteProperty(parent, name);
              else parent[name] = bad;
            })
          : changedDocument([...whole, key], (parent) => (parent[key] = bad));
      const at = key === undefined ? whole : [...whole, key];
      const told = rule === "function" ? placeOfFunction(whole, bad) : at;
      const fault = await desk.faultOf(document, { path: told, isKey: key !== undefined, reason });
      // An unknown key is told of the object that has it.
      const inObject = (key === undefined ? told : whole).slice(place.length);
      const answer = place.length === 0 ? undefined : await desk.answerFaultOf(document, inObject);
      for (const each of [fault, answer]) if (each !== undefined) faults.push(`${told.join(".")} ${rule}: ${each}`);
    }
    return faults;
  };

  it("given the full document, when imported, then nothing is wrong with it", async () => {
    const { status, text } = await desk.cli.rest.post("/configuration?dryRun=true", FULL_DOCUMENT);
    assert.equal(status, 200, text);
  });

  for (const kind of KINDS) {
    const rules = brokenRules(SCHEMAS[kind], new Map(FUNCTIONS[kind]));
    it(`given ${yamlKeyOf(kind)}: ${summaryOf(rules)}, when each is broken, then file, line, column, path and what was expected are told`, async function () {
      this.timeout(60_000);
      assert.deepEqual(await faultsOf(rules, firstOf(kind)), []);
    });
  }

  const frame = brokenRules(documentFrame, new Map());
  const bounds = frame.filter(({ rule }) => rule === `at most ${MAX_OBJECTS_OF_KIND}`);
  const others = frame.filter((rule) => !bounds.includes(rule));
  it(`given the document itself: ${summaryOf(others)}, when each is broken, then it is told`, async () => {
    assert.deepEqual(await faultsOf(others, []), []);
  });

  it(`given more objects of a kind than may be (${bounds.length} lists, by one of them), when imported, then it is told`, async () => {
    assert.equal(bounds.length, KINDS.length);
    assert.deepEqual(await faultsOf(bounds.slice(0, 1), []), []);
  });
});

/** A rule of an object tells of the field that is wrong. */
function placeOfFunction(whole: Path, bad: unknown): Path {
  return typeof bad === "object" ? [...whole, "value"] : whole;
}

/** How many rules of which sort. */
function summaryOf(rules: readonly BrokenRule[]): string {
  const counts = new Map<string, number>();
  for (const { rule } of rules) {
    const sort = rule.replace(/ \d+$/, "");
    counts.set(sort, (counts.get(sort) ?? 0) + 1);
  }
  const sorts = [...counts].map(([sort, count]) => `${count} ${sort}`);
  return `${rules.length} rules (${sorts.join(", ")})`;
}
