/** JTAPI Call: `idle` before its first connection, `active` with one, `invalid` for good when all are disconnected. */
export type CallState = "idle" | "active" | "invalid";

/** JTAPI CallControlConnection: a line, or a number beyond a trunk, in a call. */
export type ConnectionState =
  | "idle"
  | "offered"
  | "queued"
  | "alerting"
  | "initiated"
  | "dialing"
  | "network-reached"
  | "network-alerting"
  | "established"
  | "disconnected"
  | "failed"
  | "unknown";

/**
 * JTAPI CallControlTerminalConnection: a device in a connection. `bridged`: another device of the line has the call, and
 * this one may barge in; `in-use`: it may not.
 */
export type TerminalConnectionState =
  "idle" | "ringing" | "talking" | "held" | "bridged" | "in-use" | "dropped" | "unknown";
