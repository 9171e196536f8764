import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A path to a TCP port that can be cut. */
export class TcpForwarder {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Listens on 127.0.0.1 and passes on what comes, both ways. */
  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpForwarder> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const forwarder = new TcpForwarder(server);
    server.on("connection", (near) => forwarder.#join(near, connect(target)));
    return forwarder;
  }

  /** Connections that are passed on now. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Breaks all connections and takes no more; may be called twice. */
  cut(): void {
    this.#server.close();
    this.disconnect();
  }

  /** Breaks all connections; it goes on listening. */
  disconnect(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
