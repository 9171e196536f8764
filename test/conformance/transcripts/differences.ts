import type { InsertedCommands } from "./replay.ts";

/** A frame in which the edge is meant to differ from the recorded server. */
export interface Difference {
  readonly transcript: string;
  /** The number of the frame and what differs, as `replay` tells it. */
  readonly difference: RegExp;
  readonly why: string;
}

/** All differences; any other one, and one of these that is gone, is a failure. */
export const DIFFERENCES: readonly Difference[] = [
  {
    transcript: "10-proxy",
    difference: /^7: record-route "<(sip:127\.0\.0\.1:\d+;lr);proxied=[0-9a-f]{16}>" for "<\1>"$/,
    why: "the edge knows its own Record-Route again by a signature, so that nobody has it forward what it did not proxy",
  },
  {
    transcript: "13-subscribe",
    difference: /^9: with contact$/,
    why: "RFC 6665 3.1.3 and 8.2.1: a NOTIFY has a Contact; the recorded server leaves it out",
  },
  {
    transcript: "13-subscribe",
    difference: /^12: with contact$/,
    why: "the same in the second NOTIFY",
  },
];

/**
 * What the application has to say here and did not in the transcript: `20-outbound` was recorded on a connection that
 * the server made to the application, for one request. The edge makes no such connections; an application connects and
 * routes.
 */
export const INSERTED: Readonly<Record<string, InsertedCommands>> = {
  "20-outbound": new Map([[3, ["route|invite"]]]),
};
