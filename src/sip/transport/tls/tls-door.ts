import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { TlsIdentity } from "./tls-identity.ts";

/** What is told of the peers that come through. */
export interface TlsDoorEvents {
  onSecure(socket: TLSSocket): void;
  onFailed(error: Error): void;
}

/** Puts TLS 1.2 or later over sockets that peers have made. Whoever admits the sockets bounds how long it may take. */
export class TlsDoor {
  readonly #server: Server;
  readonly #identity: TlsIdentity;

  constructor(identity: TlsIdentity, events: TlsDoorEvents) {
    this.#identity = identity;
    this.#server = createServer({
      ...identity.options,
      requestCert: identity.requestsClientCertificate,
      rejectUnauthorized: false,
      SNICallback: (name, done) => done(null, identity.contextFor(name)),
    });
    this.#server.on("secureConnection", (socket) => events.onSecure(socket));
    this.#server.on("tlsClientError", (error, socket) => {
      socket.destroy();
      events.onFailed(error);
    });
  }

  /** Takes a socket that was just accepted. */
  enter(socket: Socket): void {
    this.#server.emit("connection", socket);
  }

  /** Shows what the identity has become to those who come from now on. */
  renew(): void {
    this.#server.setSecureContext(this.#identity.options);
  }
}
