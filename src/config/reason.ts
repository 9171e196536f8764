import type { z } from "zod";

/** A value of the file that is wrong. */
export interface FoundValue {
  readonly value: unknown;
  /** The scalar as it stands in the file; absent for anything else. */
  readonly written?: string | undefined;
  readonly isSecret: boolean;
}

/** Says what is wrong with a value, in words of the person who wrote the file. */
export function reasonOf(issue: z.core.$ZodIssue, { value: found, written, isSecret }: FoundValue): string {
  const shown = isSecret ? "***" : show(found);
  if (issue.code === "invalid_type") return wrongType(issue.expected, { value: found, written, isSecret });
  if (found === undefined && (issue.code === "invalid_union" || issue.code === "invalid_value")) return "is missing";
  if (issue.code === "invalid_value") return `expected ${issue.values.map(String).join(" or ")}, found ${shown}`;
  if (issue.code === "too_small") {
    return `must ${limit(issue.origin, "at least", issue.minimum)}, found ${measure(found)}`;
  }
  if (issue.code === "too_big") return `must ${limit(issue.origin, "at most", issue.maximum)}, found ${measure(found)}`;
  return found === undefined || typeof found === "object" ? issue.message : `${issue.message}, found ${shown}`;
}

const MAX_SHOWN_LENGTH = 64;
const WORDS: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  object: "a mapping (key: value)",
  record: "a mapping (key: value)",
  array: "a list (- item)",
};

function wrongType(expected: string, { value, written, isSecret }: FoundValue): string {
  if (value === undefined) return "is missing";
  const wanted = `expected ${WORDS[expected] ?? expected}`;
  const needsQuotes = expected === "string" && (typeof value === "number" || typeof value === "boolean");
  if (isSecret) return `${wanted}, found ***${needsQuotes ? "; write it in quotes" : ""}`;
  if (!needsQuotes) return `${wanted}, found ${show(value)}`;
  // What YAML makes of 0123 or 1e3 is not what was meant.
  const text = (written ?? show(value)).slice(0, MAX_SHOWN_LENGTH);
  return `${wanted}, found ${text}; write it in quotes: "${text}"`;
}

function limit(origin: string, word: string, bound: number | bigint): string {
  if (origin === "string") return `have ${word} ${bound} characters`;
  if (origin === "array") return `have ${word} ${bound} ${bound === 1 ? "entry" : "entries"}`;
  return `be ${word} ${bound}`;
}

function measure(found: unknown): string {
  return typeof found === "string" || Array.isArray(found) ? String(found.length) : show(found);
}

function show(found: unknown): string {
  if (found === null) return "nothing";
  if (Array.isArray(found)) return "a list";
  if (typeof found === "object") return "a mapping";
  if (typeof found === "string") return JSON.stringify(found.slice(0, MAX_SHOWN_LENGTH));
  return typeof found === "number" || typeof found === "boolean" ? String(found) : typeof found;
}
