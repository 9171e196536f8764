import type { z } from "zod";

export type Path = readonly (string | number)[];

/** One rule of a schema, and a value that breaks it. */
export interface BrokenRule {
  /** Of the value that the rule is about. */
  readonly path: Path;
  /** For example `type string`, `at most 64 characters`, `unknown key`. */
  readonly rule: string;
  /** In its place; with `isRemoved` it is taken out. */
  readonly bad: unknown;
  readonly isRemoved?: boolean;
  /** Where the problem is, if not at `path`. */
  readonly key?: string;
  /** What the problem has to say. */
  readonly expected: RegExp;
}

interface Check {
  readonly check: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly value?: number;
  readonly pattern?: RegExp;
}

interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
  readonly options?: readonly z.ZodType[];
}

/** Texts of which one breaks any pattern of ours. */
const STRANGE = ["!", "\u0007", "\u0007 long enough", "a b"];
const UNKNOWN = "noSuchKey";

/**
 * Every rule of a schema, each broken by one value.
 * @param special values for rules that are functions, by `customKey`
 * @throws {Error} when there is a rule that it does not know how to break
 */
export function brokenRules(schema: z.ZodType, special: ReadonlyMap<string, unknown>): BrokenRule[] {
  return [...rulesOf(schema, [], special)];
}

/** Names a function of a schema: `timeZone`, `lines.*.label`. */
export function customKey(path: Path): string {
  return path.map((part) => (typeof part === "number" ? "*" : part)).join(".");
}

function* rulesOf(outer: z.ZodType, path: Path, special: ReadonlyMap<string, unknown>): Generator<BrokenRule> {
  const schema = unwrapped(outer);
  const definition = definitionOf(schema);
  if (definition.type === "unknown") return;
  yield { path, ...typeRule(definition) };
  for (const check of definition.checks ?? []) {
    const { rule, bad, expected } = brokenCheck(schema, check._zod.def, path, special);
    yield { path, rule, bad, expected };
  }
  if (definition.element !== undefined) yield* rulesOf(definition.element, [...path, 0], special);
  if (definition.shape === undefined) return;
  yield { path, rule: "unknown key", bad: 1, key: UNKNOWN, expected: /^unknown key; (?:known here: |did you mean )/ };
  for (const [key, inner] of Object.entries(definition.shape)) {
    const own = [...path, key];
    if (!inner.safeParse(undefined).success) {
      yield { path: own, rule: "missing", bad: undefined, isRemoved: true, expected: /^is missing$/ };
    }
    yield* rulesOf(inner, own, special);
  }
}

type TypeRule = Pick<BrokenRule, "rule" | "bad" | "expected">;

function typeRule({ type, format, entries, values, options }: Definition): TypeRule {
  switch (type) {
    case "string":
      if (format === "date") return { rule: "date", bad: "2026-13-01", expected: /^expected a date such as / };
      return { rule: "type", bad: 1_001, expected: /^expected text, found (?:1001|\*\*\*); write it in quotes/ };
    case "number":
      if (format !== "safeint") break;
      return { rule: "whole number", bad: 1.5, expected: /^expected a whole number, found 1\.5$/ };
    case "boolean":
      return { rule: "type", bad: "maybe", expected: /^expected true or false, found "maybe"$/ };
    case "array":
      return { rule: "type", bad: "none", expected: /^expected a list \(- item\), found "none"$/ };
    case "object":
      return { rule: "type", bad: "none", expected: /^expected a mapping \(key: value\), found (?:"none"|\*\*\*)$/ };
    case "enum":
      return { rule: "words", bad: "no-word", expected: wordsOf(Object.values(entries ?? {})) };
    case "literal":
      return { rule: "words", bad: "no-word", expected: wordsOf(values ?? []) };
    case "union":
      if (options === undefined) break;
      return { rule: "alternatives", bad: { a: 1 }, expected: /^expected / };
  }
  throw new Error(`no value is known that breaks ${type} ${format ?? ""}`);
}

function wordsOf(words: readonly unknown[]): RegExp {
  return new RegExp(`^expected ${words.map(String).join(" or ")}, found "no-word"$`);
}

function brokenCheck(schema: z.ZodType, check: Check, path: Path, special: ReadonlyMap<string, unknown>): TypeRule {
  const isText = definitionOf(schema).type === "string";
  const limit = (word: string, bound: number): RegExp =>
    new RegExp(`^must have at ${word} ${bound} (?:${isText ? "characters" : "entry|entries"}), found \\d+$`);
  const { minimum = 0, maximum = 0, value = 0, pattern } = check;
  switch (check.check) {
    case "min_length":
      return { rule: `at least ${minimum}`, bad: ofLength(schema, minimum - 1), expected: limit("least", minimum) };
    case "max_length":
      return { rule: `at most ${maximum}`, bad: ofLength(schema, maximum + 1), expected: limit("most", maximum) };
    case "greater_than":
      return { rule: `from ${value}`, bad: value - 1, expected: new RegExp(`^must be at least ${value}, found `) };
    case "less_than":
      return { rule: `to ${value}`, bad: value + 1, expected: new RegExp(`^must be at most ${value}, found `) };
    case "string_format": {
      const bad = STRANGE.find((text) => {
        const { issues = [] } = schema.safeParse(text).error ?? {};
        return issues[0]?.code === "invalid_format" && issues.slice(1).every(({ code }) => code === "custom");
      });
      if (bad === undefined) throw new Error(`no text is known that breaks ${String(pattern)}`);
      return { rule: "pattern", bad, expected: /^(?:expected |must not contain )/ };
    }
    case "custom": {
      const key = customKey(path);
      if (!special.has(key)) throw new Error(`no value is known that breaks the function at ${key}`);
      return { rule: "function", bad: special.get(key), expected: /./ };
    }
  }
  throw new Error(`no value is known that breaks ${check.check}`);
}

/** Of so many characters or entries, and good otherwise. */
function ofLength(schema: z.ZodType, length: number): unknown {
  if (definitionOf(schema).type === "string") return "a".repeat(length);
  const { element } = definitionOf(schema);
  return Array.from({ length }, () => goodEntry(element));
}

/** Entries are many and need to be no more than of their type: a list that is too long is told as such. */
function goodEntry(element: z.ZodType | undefined): unknown {
  if (element === undefined) throw new Error("a list without entries");
  for (const entry of [
    { name: "a" },
    "1001",
    "192.0.2.1",
    "monday",
    "PCMA",
    "srtp-keys",
    { directoryNumber: "1001" },
  ]) {
    if (element.safeParse(entry).success) return entry;
  }
  for (const entry of [
    { label: "l", destination: "1" },
    { region: "far", codecs: ["PCMA"] },
    { routeGroup: "g" },
    {},
  ]) {
    if (element.safeParse(entry).success) return entry;
  }
  throw new Error("no entry is known that is good");
}

function unwrapped(schema: z.ZodType): z.ZodType {
  const { innerType, in: input } = definitionOf(schema);
  const inner = innerType ?? input;
  return inner === undefined ? schema : unwrapped(inner);
}

function definitionOf(schema: z.ZodType): Definition {
  return schema.def;
}
