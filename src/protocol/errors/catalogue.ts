import type { ErrorEnvelope } from "../generated/types.ts";
import { CALL_ERRORS } from "./call-errors.ts";
import { ERROR_FAMILIES, type ErrorEntry } from "./error-entry.ts";
import { SESSION_ERRORS } from "./session-errors.ts";

/** Codes of all errors; a code is never renamed and never used for anything else. */
export type ErrorCode = keyof typeof SESSION_ERRORS | keyof typeof CALL_ERRORS;

/** Every error that there is. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, ErrorEntry>> = { ...SESSION_ERRORS, ...CALL_ERRORS };

/** Where the page of a code is. */
const DOCUMENTATION = "docs/cti/errors";

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}

/** What JSON-RPC has as `error.code`: its own number where it has one, else that of the family. */
export function jsonRpcNumberOf(code: ErrorCode): number {
  const { number, family } = ERROR_CATALOGUE[code];
  return number ?? ERROR_FAMILIES[family].number;
}

/** Status of HTTP. */
export function restStatusOf(code: ErrorCode): number {
  const { status, family } = ERROR_CATALOGUE[code];
  return status ?? ERROR_FAMILIES[family].status;
}

/** Path of the page that describes an error, from the top of the documentation's repository. */
export function errorPageOf(code: ErrorCode): string {
  return `${DOCUMENTATION}/${code}.md`;
}

/** How long to wait where nothing says how long it takes. */
const RETRY_AFTER_MS = 1_000;

/** Facts of one error; what is absent is as the catalogue says. */
export type ErrorFacts = Partial<Omit<ErrorEnvelope, "code" | "family" | "doc">>;

/** What an application is told about an error. */
export function errorEnvelope(code: ErrorCode, facts: ErrorFacts = {}): ErrorEnvelope {
  const { family, message, outcome, retry } = ERROR_CATALOGUE[code];
  // What has been done is to be found out before anything else; other nodes do not know the key.
  const isOpen = facts.outcome === "unknown" && (retry === "never" || retry === "other_node");
  const wait = retry === "after" ? { retryAfterMs: RETRY_AFTER_MS } : {};
  const seen = isOpen ? "reconcile" : retry;
  return { code, family, message, outcome, retry: seen, ...wait, ...facts, doc: errorPageOf(code) };
}
