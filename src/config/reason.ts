import type { z } from "zod";

/** Says what is wrong with `found`, in words of the person who wrote the file. */
export function reasonOf(issue: z.core.$ZodIssue, found: unknown, isSecret: boolean): string {
  const shown = isSecret ? "***" : show(found);
  if (issue.code === "invalid_type") return wrongType(issue.expected, found, shown);
  if (issue.code === "invalid_value") return `expected ${issue.values.map(String).join(" or ")}, found ${shown}`;
  if (issue.code === "too_small") {
    return `must ${limit(issue.origin, "at least", issue.minimum)}, found ${measure(found)}`;
  }
  if (issue.code === "too_big") return `must ${limit(issue.origin, "at most", issue.maximum)}, found ${measure(found)}`;
  return found === undefined || typeof found === "object" ? issue.message : `${issue.message}, found ${shown}`;
}

const WORDS: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  object: "a mapping (key: value)",
  record: "a mapping (key: value)",
  array: "a list (- item)",
};

function wrongType(expected: string, found: unknown, shown: string): string {
  if (found === undefined) return "is missing";
  const hint = expected === "string" && typeof found === "number" ? `; write it in quotes: "${shown}"` : "";
  return `expected ${WORDS[expected] ?? expected}, found ${shown}${hint}`;
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
  if (typeof found === "string") return JSON.stringify(found.slice(0, 64));
  return typeof found === "number" || typeof found === "boolean" ? String(found) : typeof found;
}
