import type { MediaView } from "../../protocol/index.ts";
import type { Unsubscribe } from "../events/emitter.ts";
import type { StreamOptions } from "../events/event-stream.ts";
import type { RouteSession, Terminal, TerminalConnection } from "./nouns.ts";

/**
 * A CTI port or route point that this application has: a lease. `close` it, or have `await using` do so. Who begins to listen
 * late is told of what waits already.
 */
export interface LeasedTerminal {
  readonly terminal: Terminal;
  /** False: another session of the group has it, and this one stands by; or it is closed. */
  readonly isOwner: boolean;
  /** Grows with each owner of the device. */
  readonly fence: number | undefined;
  readonly isClosed: boolean;
  /**
   * Calls that wait to be accepted, answered, rejected or redirected, those that are there already first. Where calls are
   * routed by dialogues it is those that are left there when a dialogue has ended.
   */
  offers(options?: StreamOptions): AsyncIterableIterator<TerminalConnection>;
  onOffer(listener: (offer: TerminalConnection) => void): Unsubscribe;
  /** Gives the device up. May be called twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** JTAPI MediaTerminal: a CTI port, or route point, whose calls this application answers. */
export interface MediaTerminal extends LeasedTerminal {
  /** RTP that is wanted, begins or ends; first what is wanted, or flows, already. */
  onMedia(listener: (media: MediaView) => void): Unsubscribe;
}

/**
 * JTAPI RouteTerminal: a route point whose calls this application sends elsewhere. A call that is routed by a dialogue is
 * offered once `end` of its route session has left it there.
 */
export interface RouteTerminal extends LeasedTerminal {
  /** Dialogues that wait for `select` or `end`: new ones, and those whose destinations have all failed. */
  routes(options?: StreamOptions): AsyncIterableIterator<RouteSession>;
  onRoute(listener: (route: RouteSession) => void): Unsubscribe;
}
