import type { DatabaseErrorCode } from "../../../database/index.ts";

/** HTTP status and title of a kind of problem. */
export interface ProblemKind {
  readonly status: number;
  /** The same for all problems of the kind. */
  readonly title: string;
}

const kind = (status: number, title: string): ProblemKind => ({ status, title });

/** The only place where failures of the configuration become HTTP. */
export const DATABASE_PROBLEMS: Readonly<Record<DatabaseErrorCode, ProblemKind>> = {
  "not-found": kind(404, "There is no such object"),
  "already-exists": kind(409, "There is one already"),
  "bad-object": kind(422, "The object is not valid"),
  "missing-reference": kind(422, "It names what is not there"),
  "in-use": kind(409, "Others refer to it"),
  "changed-meanwhile": kind(412, "It has been changed since it was read"),
  "rule-violated": kind(422, "A rule between objects is violated"),
  "nothing-to-undo": kind(409, "There is nothing to undo"),
  "database-busy": kind(503, "Another process is writing the configuration"),
  "database-failed": kind(500, "The configuration cannot be read or written"),
};

/** Problems of requests and of the service, by code. */
export const REQUEST_PROBLEMS = {
  "bad-request": kind(400, "The request is not HTTP as it should be"),
  "malformed-json": kind(400, "The body is not JSON"),
  "bad-parameter": kind(400, "A parameter is not valid"),
  "sign-in-needed": kind(401, "A sign-in is needed"),
  "sign-in-refused": kind(401, "The sign-in is refused"),
  forbidden: kind(403, "The role does not allow it"),
  "password-must-change": kind(403, "The password has to be changed first"),
  "host-refused": kind(403, "The Host is not one of this listener"),
  "origin-refused": kind(403, "Other origins are refused"),
  "no-such-route": kind(404, "There is nothing at this address"),
  "method-not-allowed": kind(405, "The method is not allowed here"),
  "not-acceptable": kind(406, "The answer cannot be had in that form"),
  "request-timeout": kind(408, "The request took too long to arrive"),
  "body-too-large": kind(413, "The body is too large"),
  "too-many-operations": kind(413, "There are too many operations"),
  "unsupported-media-type": kind(415, "The body has a type that is not taken"),
  "bad-body": kind(422, "The body is not what is expected"),
  "precondition-needed": kind(428, "The request needs a condition"),
  "too-many-attempts": kind(429, "Too many sign-ins were refused"),
  "headers-too-large": kind(431, "The header is too large"),
  failed: kind(500, "The request failed"),
  "too-busy": kind(503, "Too many sign-ins at a time"),
  unavailable: kind(503, "A service of the node does not answer"),
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type RequestProblemCode = keyof typeof REQUEST_PROBLEMS;
export type ProblemCode = DatabaseErrorCode | RequestProblemCode;

/** Every code there is. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = { ...DATABASE_PROBLEMS, ...REQUEST_PROBLEMS };
