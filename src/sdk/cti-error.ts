import type { ErrorCode, ErrorEnvelope, Outcome, Retry } from "../protocol/index.ts";

/** What is said of an error: `ErrorEnvelope` of the protocol, and what later servers say beside it. */
export type CtiErrorEnvelope = ErrorEnvelope & { readonly [more: string]: unknown };

/** Errors that the SDK finds itself. */
export type ClientErrorCode =
  /** No answer by the deadline. */
  | "CLIENT_TIMEOUT"
  /** No server could be reached in time. */
  | "CLIENT_UNREACHABLE"
  /** The session is lost, and with it the answer. */
  | "CLIENT_SESSION_LOST"
  /** The provider is shut down. */
  | "CLIENT_CLOSED"
  /** Too much was asked for at a time, or nobody takes the events of a stream. */
  | "CLIENT_LIMIT"
  /** What the server says is not the protocol; or an option makes no sense. */
  | "CLIENT_PROTOCOL"
  /** There is no such object in what the provider knows. */
  | "CLIENT_NOT_KNOWN"
  /** None of the devices that the application may control is in the call: there is nobody by whom it could be done. */
  | "CLIENT_NO_PARTY";

/** A refusal of a server, with all it says of it, or a failure that the SDK found (family `CLIENT`). */
export class CtiError extends Error {
  /** Codes of later servers are none of these. */
  readonly code: ErrorCode | ClientErrorCode | (string & {});
  readonly family: string;
  readonly outcome: Outcome;
  readonly retry: Retry;
  readonly envelope: CtiErrorEnvelope;

  constructor(envelope: CtiErrorEnvelope, options?: ErrorOptions) {
    super(`${envelope.message} (${envelope.code})`, options);
    this.name = "CtiError";
    this.code = envelope.code;
    this.family = envelope.family;
    this.outcome = envelope.outcome;
    this.retry = envelope.retry;
    this.envelope = envelope;
  }
}

/** An error of the SDK itself. */
export function clientError(
  code: ClientErrorCode,
  message: string,
  outcome: Outcome = "not_applied",
  options?: ErrorOptions,
): CtiError {
  const retry: Retry = outcome === "unknown" ? "reconcile" : FOR_GOOD.includes(code) ? "never" : "after";
  return new CtiError({ code, family: "CLIENT", message, outcome, retry }, options);
}

/** What a server says is not the protocol. @param error what came of taking it */
export function protocolError(what: string, error: unknown, outcome: Outcome = "unknown"): CtiError {
  const detail = error instanceof Error ? error.message : String(error);
  return clientError("CLIENT_PROTOCOL", `${what} is malformed: ${detail}`, outcome, { cause: error });
}

/** The error of a JSON-RPC answer. One without an envelope is a defect of a server: what it did is not known. */
export function errorOf(error: unknown): CtiError {
  const { message, data } = isRecord(error) ? error : { message: String(error), data: undefined };
  const text = typeof message === "string" ? message : "refused";
  if (!isRecord(data) || typeof data["code"] !== "string") {
    return clientError("CLIENT_PROTOCOL", `the server refused without saying why: ${text}`, "unknown");
  }
  const { code, family, outcome, retry } = data;
  return new CtiError({
    ...data,
    code,
    family: typeof family === "string" ? family : (code.split("_")[0] ?? code),
    message: text,
    outcome: outcome === "applied" || outcome === "not_applied" ? outcome : "unknown",
    retry: RETRIES.find((one) => one === retry) ?? "never",
  });
}

/** The server has refused it, and would again; all else may pass. */
export function isForGood(error: unknown): error is CtiError {
  if (!(error instanceof CtiError) || PASSING.includes(error.family)) return false;
  return error.retry === "never" || error.retry === "reconcile" || error.family === "DEVICE";
}

/** It would be the same if it were tried again. */
const FOR_GOOD: readonly ClientErrorCode[] = ["CLIENT_CLOSED", "CLIENT_NO_PARTY", "CLIENT_PROTOCOL"];
const PASSING: readonly string[] = ["CLIENT", "NODE", "TIMEOUT", "INTERNAL", "RESOURCE"];
const RETRIES: readonly Retry[] = ["never", "same", "after", "reconcile", "other_node"];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
