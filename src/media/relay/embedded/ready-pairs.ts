import { errorCodeOf, type Clock, type Timer } from "../../../common/index.ts";
import type { PortPool } from "./port-pool.ts";
import { bindSocketPair, type SocketPair } from "./socket-pair.ts";

/** Options of `ReadyPairs`. */
export interface ReadyPairsOptions {
  readonly pool: PortPool;
  /** Local address of the sockets. */
  readonly address: string;
  readonly clock: Clock;
  /** Pairs that are kept ready at most; at most a quarter of the pool's ports. */
  readonly maxPairs: number;
}

/** A call that is being set up is done with the processor by then. */
const REFILL_DELAY_MS = 20;
/** Pairs bound in one event-loop turn. */
const PAIRS_A_TURN = 4;

/**
 * Socket pairs that are bound before a call needs them, so that binding is not a part of setting it up. What comes to
 * them before they are taken is thrown away.
 */
export class ReadyPairs {
  readonly #options: ReadyPairsOptions;
  readonly #size: number;
  #pairs: SocketPair[] = [];
  /** Being bound. */
  #binding = 0;
  #refill: Timer | undefined;
  #isFilling = false;
  #isClosed = false;

  constructor(options: ReadyPairsOptions) {
    this.#options = options;
    this.#size = Math.min(options.maxPairs, Math.floor(options.pool.capacity / 4));
  }

  /** Pairs that can be taken. */
  get count(): number {
    return this.#pairs.length;
  }

  /** Ports of the pool that it has: those of `count` and those that are being bound. */
  get held(): number {
    return this.#pairs.length + this.#binding;
  }

  /**
   * Binds what is missing, passing over ports that another program has. Ends early when there is no free port, or the
   * system gives no more sockets; the next `take` begins again.
   */
  async fill(): Promise<void> {
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      // Each port that is not to be had rests, so the pool runs out at the latest.
      for (let bound = 1; this.#pairs.length < this.#size && (await this.#bindOne()); bound += 1) {
        if (bound % PAIRS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      this.#isFilling = false;
    }
  }

  /** The pair that has been ready longest; `undefined` when there is none. Another is bound soon after. */
  take(): SocketPair | undefined {
    const pair = this.#pairs.shift();
    if (this.#pairs.length < this.#size && !this.#isClosed) {
      this.#refill ??= this.#options.clock.after(REFILL_DELAY_MS, () => {
        this.#refill = undefined;
        void this.fill();
      });
    }
    return pair;
  }

  /** Closes the sockets that nobody took. May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#refill?.cancel();
    for (const pair of this.#pairs.splice(0)) this.#giveBack(pair);
  }

  /** False when it is no use to go on. */
  async #bindOne(): Promise<boolean> {
    const { pool, address } = this.#options;
    const port = this.#isClosed ? undefined : pool.take();
    if (port === undefined) return false;
    this.#binding += 1;
    try {
      const pair = await bindSocketPair(address, port);
      this.#pairs.push(pair);
      if (this.#isClosed) this.close();
      return !this.#isClosed;
    } catch (error) {
      pool.free(port);
      return errorCodeOf(error) === "EADDRINUSE";
    } finally {
      this.#binding -= 1;
    }
  }

  #giveBack(pair: SocketPair): void {
    pair.close();
    this.#options.pool.free(pair.port);
  }
}
