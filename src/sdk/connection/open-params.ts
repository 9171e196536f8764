import type { MethodParams, MethodResults } from "../../protocol/index.ts";
import type { CtiError } from "../cti-error.ts";
import type { CommandsOptions } from "./commands.ts";
import type { OpenSocket } from "./socket.ts";

/** Versions of the protocol that this SDK speaks, best first. */
const PROTOCOL_VERSIONS = ["1.0"];

/** What `provider.open` answers. */
export type Opened = MethodResults["provider.open"];

/** Who signs in: a user with a password, or a token; a token that is used up at once is made anew by a function. */
export type Credentials =
  { readonly user: string; readonly password: string } | { readonly token: string | (() => string | Promise<string>) };

/** What a session is opened with. */
export interface SessionOptions extends CommandsOptions {
  /** Addresses of servers, the first one first. */
  readonly servers: readonly string[];
  readonly credentials: Credentials;
  readonly client: { readonly name: string; readonly version?: string; readonly instance?: string };
  readonly heartbeatMs?: number;
  readonly leaseMs?: number;
  readonly group?: string;
  readonly standbyAfterMs?: number;
  readonly openSocket: OpenSocket;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Parameters of `provider.open`. */
export async function openParams(
  { credentials, client, heartbeatMs, leaseMs, group, standbyAfterMs }: SessionOptions,
  resume: { readonly sessionId: string; readonly epoch: string; readonly lastSeq: number } | undefined,
): Promise<MethodParams["provider.open"]> {
  return {
    ...(await proofOf(credentials)),
    client,
    protocol: PROTOCOL_VERSIONS,
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(group === undefined ? {} : { group }),
    ...(standbyAfterMs === undefined ? {} : { standbyAfterMs }),
    // The server may take longer to see that the old connection is gone.
    ...(resume === undefined ? {} : { resume, takeOver: true }),
  };
}

async function proofOf(credentials: Credentials): Promise<{ token: string } | { user: string; password: string }> {
  if ("user" in credentials) return { user: credentials.user, password: credentials.password };
  const { token } = credentials;
  return { token: typeof token === "string" ? token : await token() };
}

/** These are about the server, or pass: another one, or the same later, may do it. */
const ELSEWHERE = ["AUTH_BACKEND_DOWN", "AUTH_LOCKED", "LIMIT_CONNECTIONS", "LIMIT_RATE"];
const ELSEWHERE_FAMILIES = ["NODE", "RESOURCE", "TIMEOUT", "INTERNAL", "CLIENT"];
/** These are about the session that was to be resumed. */
const FORGOTTEN = ["SESSION_RESUME_EXPIRED", "SESSION_RESUME_GAP", "SESSION_CLOSED", "NOT_FOUND_SESSION"];

/** What follows from a refused `provider.open`. */
export function refusalKind({ code, family }: CtiError, resumes: boolean): "forgotten" | "elsewhere" | "final" {
  if (resumes && FORGOTTEN.includes(code)) return "forgotten";
  return ELSEWHERE.includes(code) || ELSEWHERE_FAMILIES.includes(family) ? "elsewhere" : "final";
}
