import { createServer, type Server, type Socket } from "node:net";
import { errorMessageOf, type Logger } from "../../../common/index.ts";
import type { ListenAddress } from "../flow.ts";
import { listenError } from "../transport-error.ts";
import { KEEP_ALIVE_MS } from "./connection-table.ts";

/** One TCP port that peers connect to, whatever they speak over it. */
export class StreamListener {
  readonly #listen: ListenAddress;
  readonly #logger: Logger;
  readonly #server: Server;
  #local: ListenAddress;

  constructor(listen: ListenAddress, logger: Logger, onConnection: (socket: Socket) => void) {
    this.#listen = listen;
    this.#logger = logger;
    this.#local = listen;
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    this.#server = createServer(options, onConnection);
  }

  /** Where it listens; the real port once it is bound. */
  get local(): ListenAddress {
    return this.#local;
  }

  /** @throws {TransportError} when the port can not be bound */
  async bind(): Promise<void> {
    const { address: host, port } = this.#listen;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, ipv6Only: true, exclusive: true }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    }).catch((error: unknown) => {
      throw listenError(this.#listen, error);
    });
    const bound = this.#server.address();
    if (bound !== null && typeof bound === "object") this.#local = { ...this.#listen, port: bound.port };
    // Too many open files, for one: the connection is lost, the listener goes on.
    this.#server.on("error", (error) => {
      this.#logger.warn("SIP listener error", { ...this.#local, error: errorMessageOf(error) });
    });
  }

  /** Stops to listen; connections are not touched. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    // The call-back comes when the accepted connections are gone, too: whoever owns them closes them.
    this.#server.close();
  }
}
