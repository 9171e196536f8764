import type { SipHeader } from "./sip-header.ts";
import type { Why } from "./why.ts";

/** One destination of a route: elements of a list are walked until one takes the call. */
export interface RouteDestination {
  /** Digits, or a SIP URI. */
  readonly to: string;
  readonly searchSpace?: "default" | "calling" | "redirecting";
  /** How the caller is shown; absent: as it is. */
  readonly callingNumber?: string;
  readonly originalCalled?: "unchanged" | "reset" | { readonly number: string };
  /** Header fields of the INVITEs to this destination; absent: none. */
  readonly headers?: readonly SipHeader[];
}

/**
 * `request`: the application is asked to select; `re-route`: all of its list have failed, and it is asked again;
 * `attempt`: an element is being tried; `failed`: it could not be had; `used`: it has taken the call; `end`: the dialogue is
 * over.
 */
export type RouteMoment = "request" | "re-route" | "attempt" | "failed" | "used" | "end";

/** A route dialogue about one call at a route point (JTAPI RouteSession). */
export interface RouteView {
  readonly routeId: string;
  readonly ver: number;
  readonly callId: string;
  readonly device: string;
  /** The line of the route point that was called. */
  readonly line: string;
  readonly callingNumber: string;
  readonly calledNumber: string;
  /** Where the caller's SIP comes from, `192.0.2.7`; absent: not known. */
  readonly callerAddress?: string;
  readonly state: "routing" | "trying" | "used" | "ended";
  /** Until then the application is waited for; milliseconds since 1970. Absent: it is not. */
  readonly untilMs?: number;
  /** The element that is, or was, tried. */
  readonly destination?: RouteDestination;
  readonly why?: Why;
  /** Of the end: `used`, `timer-expired`, `exhausted` (too many lists have failed), `application` (it ended the dialogue), `abandoned`, `owner-lost`. */
  readonly ended?: "used" | "timer-expired" | "exhausted" | "application" | "abandoned" | "owner-lost";
}
