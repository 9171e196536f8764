import type { RouteDestination, RouteView } from "../../../signals/index.ts";
import type { TransitionTable } from "../transition-table.ts";

/**
 * A route dialogue. `routing`: the application is asked where the call goes; `trying`: an element of its list is asked;
 * `returning`: that could not be had, and the call is on its way back to the route point; `used`: it has taken the call.
 */
export type RouteState = "routing" | "trying" | "returning" | "used" | "ended";

export const ROUTE_TRANSITIONS: TransitionTable<RouteState> = {
  routing: ["trying", "ended"],
  trying: ["returning", "routing", "used", "ended"],
  returning: ["trying", "routing", "ended"],
  used: ["ended"],
  ended: [],
};

/** One about a call that is offered to a route point; it is remembered until that session is over, so that who is late is told so. */
export interface Routing {
  readonly routeId: string;
  /** The session that is offered; the key of its table. */
  readonly sessionId: string;
  readonly callId: string;
  readonly device: string;
  readonly line: string;
  readonly callingNumber: string;
  readonly calledNumber: string;
  readonly callerAddress?: string;
  /** How long the application may take, each time that it is asked. */
  readonly selectMs: number;
  readonly state: RouteState;
  /** Dialogues about this session so far, and what has been told of this one. */
  readonly count: number;
  readonly ver: number;
  readonly destinations: readonly RouteDestination[];
  /** Which of them is being tried, or was last. */
  readonly attempt: number;
  /** Lists of which all have failed. */
  readonly lists: number;
  /** The command that has selected them. */
  readonly commandId?: string;
  readonly ended?: NonNullable<RouteView["ended"]>;
}
