import { SwitchError, type Clock, type Timer } from "../../src/common/index.ts";
import type { CallControlLink, CallControlListener } from "../../src/cti/call-control-link.ts";

/** The clock of a process that can die: no timer of it fires after that. */
export class MortalClock implements Clock {
  readonly #clock: Clock;
  #isDead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#clock.after(delayMs, () => {
      if (!this.#isDead) run();
    });
  }

  die(): void {
    this.#isDead = true;
  }
}

/** The link of a process that can die: what it asks after that reaches nobody, and nobody reaches it. */
export function mortalLink(link: CallControlLink): CallControlLink & { die(): void } {
  let isDead = false;
  const alive = (): CallControlLink => {
    if (isDead) throw new SwitchError("not-connected", "the process is dead");
    return link;
  };
  return {
    get isConnected() {
      return !isDead && link.isConnected;
    },
    start: (listener: CallControlListener) => alive().start(listener),
    attach: async (request) => alive().attach(request),
    ack: async (position) => alive().ack(position),
    snapshot: async () => alive().snapshot(),
    endedCall: async (callId) => alive().endedCall(callId),
    mediaQuality: async (callId, timeoutMs) => alive().mediaQuality(callId, timeoutMs),
    command: async (request, timeoutMs) => alive().command(request, timeoutMs),
    device: async (request) => alive().device(request),
    close: () => {
      if (!isDead) link.close();
    },
    die: () => {
      isDead = true;
    },
  };
}
