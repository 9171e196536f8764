import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogueCodeOf } from "../../../../src/cti/errors/cti-error-code.ts";
import { CODE_OF_FAILURE } from "../../../../src/cti/errors/failure-error.ts";
import { ERROR_CATALOGUE, type ErrorCode } from "../../../../src/protocol/index.ts";
import { wordsAssertedIn, wordsIn } from "../../../support/string-literals.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];
/** Tests that only list what there is. */
const LISTS = ["failure-error.test.ts", "raised-codes.test.ts", "catalogue.test.ts"];

function textsOf(folder: string, isMeant: (name: string) => boolean = () => true): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && isMeant(name))
    .map((name) => readFileSync(join(root, folder, name), "utf8"));
}

function kebab(code: string): string {
  return code.toLowerCase().replaceAll("_", "-");
}

function allWords(texts: readonly string[], wordsOf: (text: string) => ReadonlySet<string>): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => [...wordsOf(text)]));
}

/** Failures of call control that an application is told by this code. */
function failuresOf(code: ErrorCode): readonly string[] {
  if (code === "TRANSFER_LEG_LOST") return ["party-gone"];
  const all = Object.entries(CODE_OF_FAILURE);
  return all.filter(([, of]) => catalogueCodeOf(of) === code).map(([failure]) => failure);
}

describe("codes of errors of CTI applications", function () {
  this.timeout(60_000);
  const byCti = allWords(
    [
      ...textsOf("src/cti", (name) => !name.endsWith("failure-error.ts")),
      ...textsOf("src/main/service", (name) => name.startsWith("cti")),
    ],
    wordsIn,
  );
  const isRaisedByCti = (code: ErrorCode): boolean => byCti.has(code) || byCti.has(kebab(code));
  const isRaisedByCall = (code: ErrorCode, words: ReadonlySet<string>): boolean =>
    failuresOf(code).some((failure) => words.has(failure));

  it("given the sources of sessions, devices and operations, when they throw, then it is a CtiError: its code is of the catalogue", () => {
    const parts = ["call", "device", "errors", "operations", "session"].flatMap((part) => textsOf(`src/cti/${part}`));
    assert.ok(parts.length > 40);
    const others = parts.flatMap((text) =>
      [...text.matchAll(/(?:throw|reject\() ?new (?!CtiError\b)\w+/g)].map(([found]) => found),
    );
    assert.deepEqual(others, []);
  });
  it("given the sources, when looked through, then each code of the catalogue can be raised", () => {
    const byCall = allWords(textsOf("src/call"), wordsIn);
    const unused = CODES.filter((code) => !isRaisedByCti(code) && !isRaisedByCall(code, byCall));
    assert.deepEqual(unused, []);
  });
  it("given the tests, when looked through, then each code of the catalogue is provoked and asserted by one", () => {
    const isTest = (name: string): boolean => name.endsWith(".test.ts") && !LISTS.some((list) => name.endsWith(list));
    // Tests of the SDK with doubles of servers provoke nothing: those servers say what they are told to.
    const isOfCti = (name: string): boolean => /(?:^|[/-])cti[/-]/.test(name) || name.includes("sdk-applications");
    const inCti = allWords(
      textsOf("test", (name) => isTest(name) && isOfCti(name)),
      wordsAssertedIn,
    );
    const inCall = allWords(
      textsOf("test", (name) => isTest(name) && /(?:^|[/-])call[/-]/.test(name)),
      wordsAssertedIn,
    );
    const unprovoked = CODES.filter(
      (code) => !inCti.has(code) && !inCti.has(kebab(code)) && (isRaisedByCti(code) || !isRaisedByCall(code, inCall)),
    );
    assert.deepEqual(unprovoked, []);
  });
  it("given comments, lists that nobody goes through, and answers of doubles, when a test is looked through, then nothing of them is asserted", () => {
    const source = `
      // assert.equal(code, "IN_COMMENT")
      const LIST: readonly string[] = ["IN_LIST"];
      const TYPES = [] as "IN_TYPE"[];
      const ROWS = [["a", "IN_ROW"]];
      for (const [what, code] of ROWS) it(what, () => assert.equal(LIST.length, code));
      it("IN_TITLE", async () => {
        server.handlers.set("m", () => { throw new Refusal("OF_DOUBLE"); });
        for (const one of ["IN_LOOP"]) console.log(one);
        assert.equal(LIST.length, 1);
        await refused(call(), "IN_REFUSED");
        await assert.rejects(call(), (error) => error.code === "IN_REJECTS");
        assert.deepEqual([one.code, \`IN_TEMPLATE \${one.path}\`], []);
      });`;
    assert.deepEqual([...wordsAssertedIn(source)].sort(), ["IN_REFUSED", "IN_REJECTS", "IN_ROW", "IN_TEMPLATE", "a"]);
    assert.ok(!wordsIn(source).has("IN_COMMENT") && !wordsIn(source).has("IN_TYPE"));
  });
});
