import { errorCodeOf } from "../../../common/index.ts";
import { DatabaseError, type Violation } from "../../../database/index.ts";
import { PROBLEMS, type ProblemCode } from "./problem-codes.ts";
import { RestError, type RestViolation } from "./rest-error.ts";

export const PROBLEM_TYPE = "application/problem+json";

/** An error as it is answered (RFC 9457). `type` names the code within this API. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly violations?: readonly RestViolation[];
}

/** A problem with the headers that belong to it. */
export interface Problem {
  readonly document: ProblemDocument;
  readonly headers: Readonly<Record<string, string>>;
  /** True when it is a fault of ours that belongs into the log. */
  readonly isOurs: boolean;
}

const MAX_VIOLATIONS = 100;
/** Codes of Fastify and of Node that are problems of requests; every other one of them is ours. */
const FOREIGN_CODES: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_BAD_URL: ["bad-request", "the address is not percent-encoded as it should be"],
  FST_ERR_MAX_PARAM_LENGTH: ["no-such-route", "an id of this length does not exist"],
  FST_ERR_CTP_BODY_TOO_LARGE: ["body-too-large", "the body is larger than this route takes"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["bad-request", "Content-Length does not agree with the body"],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["unsupported-media-type", "bodies are application/json"],
  FST_ERR_CTP_INVALID_CONTENT_TYPE: ["unsupported-media-type", "bodies are application/json"],
  HPE_HEADER_OVERFLOW: ["headers-too-large", "the header of the request is larger than 16 KiB"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ["body-too-large", "the chunk extensions of the body are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["request-timeout", "the request did not arrive in time"],
  ECONNRESET: ["bad-request", "the request ended before its body"],
  "not-connected": ["unavailable", "a service of the node does not answer"],
  "timed-out": ["unavailable", "a service of the node does not answer"],
  "unknown-method": ["unavailable", "a service of the node does not know that yet"],
  "unknown-device": ["not-found", "there is no such device or number"],
  "lamp-invalid-target": ["not-found", "there is no such line, or its partition has to be named"],
  "unknown-call": ["not-found", "no such call goes on or is on record"],
  "bad-cursor": ["bad-parameter", "after: is not the `next` of a page before"],
  "records-unavailable": ["unavailable", "the table of call records cannot be read now"],
  "too-many-queries": ["unavailable", "too many questions about call records at a time"],
  "bad-params": ["bad-parameter", "the service refused the parameters"],
};

/** What is answered for anything that was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof DatabaseError) {
    const violations = error.violations.slice(0, MAX_VIOLATIONS).map(restViolation);
    const detail = error.code === "database-failed" ? "see the log of the admin service" : error.message;
    return problem(error.code, detail, violations, error.code === "database-busy" ? { "retry-after": "1" } : {});
  }
  if (error instanceof RestError) {
    return problem(error.code, error.message, error.extras.violations, error.extras.headers);
  }
  const [code, detail] = FOREIGN_CODES[errorCodeOf(error) ?? ""] ?? ["failed", "see the log of the admin service"];
  return problem(code, detail, undefined, code === "unavailable" ? { "retry-after": "2" } : {});
}

function problem(
  code: ProblemCode,
  detail: string,
  violations: readonly RestViolation[] = [],
  headers: Readonly<Record<string, string>> = {},
): Problem {
  const { status, title } = PROBLEMS[code];
  const document = { type: `urn:tandem:problem:${code}`, title, status, detail, code };
  return {
    document: violations.length === 0 ? document : { ...document, violations },
    headers,
    isOurs: status === 500,
  };
}

function restViolation({ kind, name, path, message }: Violation): RestViolation {
  return { kind, id: name, path: path.map(String).join("."), message };
}
