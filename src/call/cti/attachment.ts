import type { Outbox } from "./outbox.ts";

/** The other end of a connection of a CTIManager. */
export interface FeedPeer {
  /** @param json of `{signals: PlacedSignal[]}`; it is on its way when this returns */
  send(json: string): void;
  /** Octets, about, that it has not taken. */
  readonly unreadBytes: number;
  close(): void;
}

/** It is sent more as soon as it has taken what it was sent. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024;
const EVENT_BYTES = 1024 * 1024;

/** A CTIManager that is connected: it is sent what its outbox has, as fast as it takes it. */
export class Attachment {
  readonly peer: FeedPeer;
  readonly #outbox: Outbox;
  #sent: number;

  /** @param position up to which it has all */
  constructor(outbox: Outbox, peer: FeedPeer, position: number) {
    this.#outbox = outbox;
    this.peer = peer;
    this.#sent = position;
  }

  /** Sends what there is. @returns how many signals those were */
  pump(): number {
    // What it has acknowledged it has, wherever from.
    this.#sent = Math.max(this.#sent, this.#outbox.acknowledged);
    const before = this.#sent;
    while (this.#sent < this.#outbox.last && this.peer.unreadBytes < HIGH_WATER_BYTES) {
      const placed = this.#outbox.after(this.#sent, EVENT_BYTES);
      if (placed.length === 0) break;
      this.peer.send(`{"signals":[${placed.join(",")}]}`);
      this.#sent += placed.length;
    }
    return this.#sent - before;
  }
}
