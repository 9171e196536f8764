import type { Endpoint } from "../../model/index.ts";
import type { QueuePlace } from "../routing/call-routing-options.ts";
import type { Origination, ReachedService } from "../session/origination.ts";

/** Where the party waits that a call of the switch itself is for, when it leads to a queue and nobody has been rung. */
export class WaitingRoom {
  /** How a routing asks for it; undefined: the party is not to wait. */
  readonly enqueue: ((place: QueuePlace) => Endpoint | undefined) | undefined;
  #reached: ReachedService | undefined;
  #isClosed = false;

  constructor(roomIn: Origination["roomIn"]) {
    this.enqueue = roomIn && ((place) => this.#enter(place, roomIn(place)));
  }

  /** It waits there; undefined: nowhere. */
  get reached(): ReachedService | undefined {
    return this.#reached;
  }

  /** From now on members are rung: after that the call ends as any. */
  close(): void {
    this.#isClosed = true;
  }

  #enter(queue: QueuePlace, service: Endpoint | undefined): Endpoint | undefined {
    if (this.#isClosed || service === undefined) return undefined;
    this.#reached = { service, queue };
    return service;
  }
}
