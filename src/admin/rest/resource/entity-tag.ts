import { RestError } from "../problem/rest-error.ts";

/** The condition of a request (RFC 9110 section 13.1): any representation, or one of these tags. */
export type TagCondition = "any" | readonly string[];

const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
const MAX_TAGS = 100;

/** The entity tag of a revision. */
export function tagOf(revision: number): string {
  return `"${revision}"`;
}

/**
 * Reads `If-Match` or `If-None-Match`; absent: no condition.
 * @throws {RestError} `bad-parameter`
 */
export function readCondition(name: string, text: string | undefined): TagCondition | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === "*") return "any";
  const tags = text.split(",").map((tag) => tag.trim());
  if (tags.length > MAX_TAGS || !tags.every((tag) => TAG.test(tag))) {
    throw new RestError("bad-parameter", `${name}: expected * or entity tags such as "7"`);
  }
  return tags;
}

/** If-Match: strong comparison, so that a weak tag never matches. */
export function matchesStrongly(condition: TagCondition, tag: string): boolean {
  return condition === "any" || condition.includes(tag);
}

/** If-None-Match: weak comparison. */
export function matchesWeakly(condition: TagCondition, tag: string): boolean {
  return condition === "any" || condition.some((each) => each.replace(/^W\//, "") === tag);
}
