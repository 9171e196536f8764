import { errorMessageOf, type Logger } from "../../common/index.ts";
import type { Peer } from "../device/index.ts";
import type { EdgeControl } from "./edge-control.ts";

/** Shorter delays are every day's. */
const REPORT_DELAY_ABOVE_MS = 50;

/** Tells the edge what it ought to know and can do without; with a stock drachtio server nobody is told. */
export class EdgeMessenger {
  readonly #edge: EdgeControl | undefined;
  readonly #logger: Logger;

  constructor(edge: EdgeControl | undefined, logger: Logger) {
    this.#edge = edge;
    this.#logger = logger;
  }

  ban(address: string): void {
    this.#tell((edge) => edge.ban(address));
  }

  trust(addresses: readonly string[]): void {
    this.#tell((edge) => edge.trust(addresses));
  }

  /** Tells what the trunks are known by. */
  know(peers: readonly Peer[]): void {
    const addresses = peers.flatMap((peer) => peer.addresses);
    const certificateNames = peers.flatMap((peer) => peer.certificateNames ?? []);
    this.#tell((edge) => edge.know({ addresses, certificateNames }));
  }

  reportDelay(delayMs: number): void {
    if (delayMs >= REPORT_DELAY_ABOVE_MS) this.#tell((edge) => edge.reportDelay(delayMs), true);
  }

  #tell(tell: (edge: EdgeControl) => Promise<void>, isFrequent = false): void {
    if (this.#edge === undefined) return;
    tell(this.#edge).catch((error: unknown) => {
      const fields = { error: errorMessageOf(error) };
      if (isFrequent) this.#logger.debug("the edge was not told", fields);
      else this.#logger.warn("the edge was not told", fields);
    });
  }
}
