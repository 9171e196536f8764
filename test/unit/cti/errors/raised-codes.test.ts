import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogueCodeOf } from "../../../../src/cti/errors/cti-error-code.ts";
import { CODE_OF_FAILURE } from "../../../../src/cti/errors/failure-error.ts";
import { ERROR_CATALOGUE, type ErrorCode } from "../../../../src/protocol/index.ts";

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

/** Whether one of the texts has one of the names as a string, or at the beginning of one. */
function areNamed(texts: readonly string[], ...names: readonly string[]): boolean {
  return texts.some((text) => names.some((name) => new RegExp(`["\`]${name}(?:["\`]| [$a-z])`).test(text)));
}

/** Failures of call control that an application is told by this code. */
function failuresOf(code: ErrorCode): readonly string[] {
  if (code === "TRANSFER_LEG_LOST") return ["party-gone"];
  const all = Object.entries(CODE_OF_FAILURE);
  return all.filter(([, of]) => catalogueCodeOf(of) === code).map(([failure]) => failure);
}

describe("codes of errors of CTI applications", () => {
  const ctiSources = [
    ...textsOf("src/cti", (name) => !name.endsWith("failure-error.ts")),
    ...textsOf("src/main/service", (name) => name.startsWith("cti")),
  ];
  const isRaisedByCti = (code: ErrorCode): boolean => areNamed(ctiSources, code, kebab(code));

  it("given the sources of sessions, devices and operations, when they throw, then it is a CtiError: its code is of the catalogue", () => {
    const parts = ["call", "device", "errors", "operations", "session"].flatMap((part) => textsOf(`src/cti/${part}`));
    assert.ok(parts.length > 40);
    const others = parts.flatMap((text) =>
      [...text.matchAll(/(?:throw|reject\() ?new (?!CtiError\b)\w+/g)].map(([found]) => found),
    );
    assert.deepEqual(others, []);
  });
  it("given the sources, when looked through, then each code of the catalogue can be raised", () => {
    const callSources = textsOf("src/call");
    const unused = CODES.filter((code) => !isRaisedByCti(code) && !areNamed(callSources, ...failuresOf(code)));
    assert.deepEqual(unused, []);
  });
  it("given the tests, when looked through, then each code of the catalogue is provoked by one", () => {
    const isTest = (name: string): boolean => name.endsWith(".test.ts") && !LISTS.some((list) => name.endsWith(list));
    const ctiTests = textsOf("test", (name) => isTest(name) && /(?:^|[/-])(?:cti|sdk)[/-]/.test(name));
    const callTests = textsOf("test", (name) => isTest(name) && /(?:^|[/-])call[/-]/.test(name));
    const unprovoked = CODES.filter(
      (code) =>
        !areNamed(ctiTests, code, kebab(code)) && (isRaisedByCti(code) || !areNamed(callTests, ...failuresOf(code))),
    );
    assert.deepEqual(unprovoked, []);
  });
});
