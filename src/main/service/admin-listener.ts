import type { AdminServer } from "../../admin/http/admin-server.ts";
import { errorMessageOf, type Logger } from "../../common/index.ts";
import { isLoopbackAddress } from "../../config/index.ts";

export interface AdminListenerOptions {
  /** Makes a server that listens on an address; `onIdle` is told when no request is being answered. */
  readonly make: (address: string, onIdle: () => void) => AdminServer;
  /** The configured address. */
  readonly address: string;
  /** True while everybody who can read the first password may sign in with it. */
  readonly isFirstPassword: () => boolean;
  readonly logger: Logger;
}

const LOOPBACK = "127.0.0.1";

/** Listens on loopback alone until the first password has been changed, and from then on where it was configured. */
export class AdminListener {
  readonly #options: AdminListenerOptions;
  #server: AdminServer;
  #address: string;
  #warning: string | undefined;
  #former = { requests: 0, refused: 0 };
  #move: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: AdminListenerOptions) {
    this.#options = options;
    const { address, isFirstPassword, logger } = options;
    const isHeldBack = isFirstPassword() && !isLoopbackAddress(address);
    this.#address = isHeldBack ? LOOPBACK : address;
    this.#server = this.#make();
    if (!isHeldBack) return;
    this.#warning = "HTTP listens on loopback alone until the first password of user admin is changed";
    logger.warn(this.#warning, { wanted: address, listening: LOOPBACK });
  }

  /** Requests in all, and those that were refused. */
  get counts(): { readonly requests: number; readonly refused: number } {
    const { requests, refused } = this.#server.counts;
    return { requests: this.#former.requests + requests, refused: this.#former.refused + refused };
  }

  /** Facts for `tandem status`. */
  get status(): Readonly<Record<string, unknown>> {
    const http = `${this.#address}:${this.#server.port}`;
    return this.#warning === undefined ? { http } : { http, warning: this.#warning };
  }

  /** @throws {SwitchError} `address-in-use`, `listen-failed` */
  start(): Promise<void> {
    return this.#server.start();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#move;
    await this.#server.close();
  }

  #make(): AdminServer {
    return this.#options.make(this.#address, () => {
      const isDue = this.#address !== this.#options.address && !this.#options.isFirstPassword();
      if (!isDue || this.#isClosed) return;
      this.#move ??= this.#moveNow().catch((error: unknown) => {
        this.#options.logger.error("HTTP does not listen any more", { error: errorMessageOf(error) });
      });
    });
  }

  /** One of the addresses may hold the other, so that they are not listened on at a time. */
  async #moveNow(): Promise<void> {
    const { address, logger } = this.#options;
    await this.#listen(address).then(
      () => {
        this.#warning = undefined;
        logger.info("the first password is changed: HTTP listens where it is configured", { address });
      },
      async (error: unknown) => {
        this.#warning = `HTTP listens on loopback alone: ${errorMessageOf(error)}`;
        logger.error("HTTP cannot listen where it is configured", { address, error: errorMessageOf(error) });
        await this.#listen(LOOPBACK);
      },
    );
  }

  async #listen(address: string): Promise<void> {
    this.#former = this.counts;
    await this.#server.close();
    this.#address = address;
    this.#server = this.#make();
    if (!this.#isClosed) await this.#server.start();
  }
}
