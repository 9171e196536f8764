import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KINDS, REFERENCES, SCHEMAS, yamlKeyOf, type BodyOf, type Kind } from "../../../../src/database/index.ts";
import { textsAt } from "../../../../src/database/model/paths.ts";
import { uniqueKeysOf } from "../../../../src/database/model/unique-keys.ts";
import { BadFileDesk } from "../../../support/bad-files/bad-file-desk.ts";
import { FULL_DOCUMENT } from "../../../support/bad-files/full-document.ts";
import { documentWith, LATER_RULE_CASES, RULE_CASES, type RuleCase } from "../../../support/bad-files/rule-cases.ts";
import type { Path } from "../../../support/bad-files/schema-rules.ts";

const MODEL = join(import.meta.dirname, "../../../../src/database/model");
const NOWHERE = "9999";

describe("a bad file for each rule between objects", () => {
  let desk: BadFileDesk;
  before(async () => {
    desk = await BadFileDesk.open();
  });
  after(() => desk.close());

  const check = async ({ set, path, reason, mode }: RuleCase): Promise<void> => {
    const fault = await desk.faultOf(documentWith(set), { path, reason }, mode);
    assert.equal(fault, undefined);
  };

  for (const { kind, path, target } of references()) {
    const place = `${yamlKeyOf(kind)}.${path.join(".")}`;
    it(`given ${place} names no ${target}, when imported, then file, line, column, path and what is missing are told`, async () => {
      const at = placeOfReference(kind, path);
      const set = [[at, NOWHERE]] as const;
      const what = target.replaceAll("-", " ");
      await check({ set, path: at, reason: new RegExp(`^there is no ${what} ${NOWHERE}(?:@internal)?$`) });
      const reason = new RegExp(`^the document has no ${what} ${NOWHERE}(?:@internal)?$`);
      await check({ set, path: at, reason, mode: "replace" });
    });
  }

  for (const { kind, scope, path } of keys()) {
    it(`given two ${yamlKeyOf(kind)} or others with the same ${scope} (${path.join(".")}), when imported, then the second is told`, () =>
      check(sameKey(kind, path)));
  }

  for (const kind of KINDS) {
    it(`given an object of ${yamlKeyOf(kind)} twice, when imported, then the second is told`, async () => {
      const key = yamlKeyOf(kind);
      const list = FULL_DOCUMENT[key] as readonly unknown[];
      await check({
        set: [[[key, list.length], list[0]]],
        path: [key, list.length],
        reason: /^is in the document twice$/,
      });
    });
  }

  for (const each of RULE_CASES) {
    it(`given ${each.path.join(".")} that breaks ${String(each.reason)}, when imported, then it is told`, () =>
      check(each));
  }

  describe("and of what is on file", () => {
    before(async () => {
      await desk.cli.rest.post("/configuration", documentWith([[["users", 0, "role"], "administrator"]]));
    });
    for (const each of LATER_RULE_CASES) {
      it(`given ${each.path.join(".")} that breaks ${String(each.reason)}, when imported, then it is told`, () =>
        check(each));
    }
  });

  it("given the sources of the rules, when their sentences are counted, then there is a bad file for each", () => {
    const cases = [...RULE_CASES, ...LATER_RULE_CASES].map(({ reason }) => reason.source);
    const sentences = ["rules.ts", "dial-plan-rules.ts"].flatMap((file) => sentencesOf(join(MODEL, file)));
    assert.ok(sentences.length >= 20, String(sentences.length));
    const plain = (text: string): string => text.replace(/[\\^$]/g, "");
    // The words of a sentence between its values.
    const isBroken = (sentence: string): boolean =>
      cases.some((reason) => {
        const words = sentence.split(/\$\{[^}]*\}/).filter((part) => part.trim() !== "");
        return words.every((part) => plain(reason).includes(plain(part.trim()).slice(0, 20)));
      });
    assert.deepEqual(
      sentences.filter((sentence) => !isBroken(sentence)),
      [],
    );
  });
});

function sentencesOf(file: string): string[] {
  const found = readFileSync(file, "utf8").matchAll(/(?:message: |fault\("\w+", )(?:"([^"]+)"|`([^`]+)`)/g);
  return [...found].map(([, text, template]) => text ?? template ?? "");
}

function references(): { kind: Kind; path: readonly string[]; target: string }[] {
  return KINDS.flatMap((kind) => REFERENCES[kind].map(({ path, target }) => ({ kind, path, target })));
}

/** The place of a reference in the first object of the full document that has it. */
function placeOfReference(kind: Kind, path: readonly string[]): Path {
  const key = yamlKeyOf(kind);
  for (const [index, body] of (FULL_DOCUMENT[key] as readonly unknown[]).entries()) {
    const [found] = textsAt(body, path);
    if (found !== undefined) return [key, index, ...found.path];
  }
  throw new Error(`the full document has no ${key}.${path.join(".")}`);
}

function keys(): { kind: Kind; scope: string; path: Path }[] {
  return KINDS.flatMap((kind) => {
    const body = SCHEMAS[kind].parse((FULL_DOCUMENT[yamlKeyOf(kind)] as readonly unknown[])[0]) as BodyOf<Kind>;
    return uniqueKeysOf(kind, body).map(({ scope, path }) => ({ kind, scope, path }));
  });
}

/** An object of the same kind, or of another where the key is its name, with the same key; that of a later kind is told. */
function sameKey(kind: Kind, path: Path): RuleCase {
  const [own] = FULL_DOCUMENT[yamlKeyOf(kind)] as readonly Record<string, unknown>[];
  const reason = /^[a-z-]+ [^ ]+ has the same /;
  if (path[0] === "name") {
    const body = kind === "trunk" ? { name: own?.["name"] } : { name: own?.["name"], uri: "sip:192.0.2.9" };
    const other = kind === "trunk" ? "phones" : "trunks";
    const [key, at] = kind === "trunk" ? ["trunks", 0] : ["trunks", 1];
    const last = (FULL_DOCUMENT[other] as readonly unknown[]).length;
    return { set: [[[other, last], body]], path: [key, at, "name"], reason };
  }
  if (path[0] === "number" || path[0] === "pattern") {
    const text = String(own?.[path[0]]).replace(".", "");
    if (kind === "park-range") {
      return {
        set: [[["huntPilots", 1], { pattern: text, noCoverage: "1" }]],
        path: ["parkRanges", 0, "pattern"],
        reason,
      };
    }
    return {
      set: [
        [["parkRanges", 1], { pattern: text.replace("!", "X") }],
        ...(text.includes("!")
          ? [[[yamlKeyOf(kind), 0, "pattern"], `${text.replace("!", "X").slice(0, 1)}.X`] as const]
          : []),
      ],
      path: ["parkRanges", 1, "pattern"],
      reason,
    };
  }
  const place = yamlKeyOf(kind);
  const next = (FULL_DOCUMENT[place] as readonly unknown[]).length;
  return { set: [[[place, next], { ...own, name: "second" }]], path: [place, next, ...path], reason };
}
