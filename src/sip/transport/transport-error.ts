import { errorCodeOf, errorMessageOf, SwitchError } from "../../common/index.ts";
import type { ListenAddress } from "./flow.ts";

/**
 * `address-in-use`, `address-not-available`, `permission-denied`, `listen-failed`: a listener could not be bound;
 * `protocol-not-available`: nothing listens with that protocol; `address-unreachable`: the network says that nothing
 * is there; `send-failed`: the system refused it; `connect-failed`, `connect-timeout`, `connection-lost`: a connection; `queue-full`: more waits for the
 * peer than is kept; `too-many-connections`; `not-connected`: a WebSocket peer is reached over the connection that it
 * made and has none; `flow-gone`: the only flow that the peer can be reached by has ended; `bad-certificate`: certificate files that can not be used; `closed`: the layer is closed.
 */
export type TransportErrorCode =
  | "address-in-use"
  | "address-not-available"
  | "permission-denied"
  | "listen-failed"
  | "protocol-not-available"
  | "address-unreachable"
  | "send-failed"
  | "connect-failed"
  | "connect-timeout"
  | "connection-lost"
  | "queue-full"
  | "too-many-connections"
  | "not-connected"
  | "flow-gone"
  | "bad-certificate"
  | "closed";

export class TransportError extends SwitchError<TransportErrorCode> {}

const LISTEN_CODES: Readonly<Record<string, TransportErrorCode>> = {
  EADDRINUSE: "address-in-use",
  EADDRNOTAVAIL: "address-not-available",
  EACCES: "permission-denied",
};

/** Why a listener could not be bound, naming it. */
export function listenError({ protocol, address, port }: ListenAddress, cause: unknown): TransportError {
  const code = LISTEN_CODES[errorCodeOf(cause) ?? ""] ?? "listen-failed";
  const text = `can not listen on ${protocol} ${address} port ${port}: ${errorMessageOf(cause)}`;
  return new TransportError(code, text, { protocol, address, port }, { cause });
}

const UNREACHABLE = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"]);

/** Why a datagram could not be sent, naming its destination. */
export function sendError({ protocol, address, port }: ListenAddress, cause: unknown): TransportError {
  const code = isUnreachable(cause) ? "address-unreachable" : "send-failed";
  const text = `can not send to ${protocol} ${address} port ${port}: ${errorMessageOf(cause)}`;
  return new TransportError(code, text, { protocol, address, port }, { cause });
}

/** True for what the system says when nothing is there to receive. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.has(errorCodeOf(error) ?? "");
}
