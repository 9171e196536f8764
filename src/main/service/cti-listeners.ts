import { refuseForeignOrigin } from "../../admin/http/request-guard.ts";
import type { Clock, Logger } from "../../common/index.ts";
import { RpcConnection, WebSocketListener, type TlsFace } from "../../cti/index.ts";
import { TlsIdentity } from "../../sip/transport/tls/tls-identity.ts";
import type { NodeFile } from "../node/node-file.ts";

type RpcOptions = ConstructorParameters<typeof RpcConnection>[0];

export interface CtiListenersOptions {
  readonly node: NodeFile;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What each connection works with. */
  readonly rpc: Omit<RpcOptions, "connection">;
}

/** Where applications connect: all listeners of CTIManager. */
export class CtiListeners {
  readonly #options: CtiListenersOptions;
  readonly #tls: TlsIdentity | undefined;
  #listeners: readonly WebSocketListener[] = [];

  constructor(options: CtiListenersOptions) {
    this.#options = options;
    const { node, clock, logger } = options;
    const isSecure = node.cti.listeners.some(({ transport }) => transport === "wss");
    if (isSecure && node.tls !== undefined) this.#tls = new TlsIdentity(node.tls, clock, logger);
  }

  get connections(): number {
    return this.#listeners.reduce((sum, { connections }) => sum + connections, 0);
  }

  get refused(): number {
    return this.#listeners.reduce((sum, { refused }) => sum + refused, 0);
  }

  /** @throws {SwitchError} `address-in-use`, `listen-failed`, `bad-certificate` */
  async start(): Promise<void> {
    await this.#tls?.start();
    const { listeners } = this.#options.node.cti;
    this.#listeners = listeners.map((listener) => this.#listenerOf(listener));
    for (const listener of this.#listeners) await listener.start();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#tls?.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #listenerOf({ transport, address, port }: NodeFile["cti"]["listeners"][number]): WebSocketListener {
    const { node, clock, logger, rpc } = this.#options;
    const { hostNames, maxSessions } = node.cti;
    return new WebSocketListener({
      address,
      port,
      ...(transport === "wss" ? { tls: this.#tls as TlsFace } : {}),
      maxMessageBytes: rpc.limits.messageBytes,
      // Some are on their way in or out.
      maxConnections: 2 * maxSessions + 16,
      clock,
      logger,
      refuse: ({ headers }) =>
        refuseForeignOrigin(
          { host: headers.host, origin: headers.origin, fetchSite: textOf(headers["sec-fetch-site"]) },
          hostNames,
        ),
      onConnection: (connection) => new RpcConnection({ ...rpc, connection }),
    });
  }
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
