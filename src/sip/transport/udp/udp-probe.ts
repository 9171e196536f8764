import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { Clock, Timer } from "../../../common/index.ts";
import type { ListenAddress, SendFailureHandler } from "../flow.ts";
import { literalLookup } from "../literal-lookup.ts";
import { isUnreachable } from "../transport-error.ts";

/** How long "port unreachable" is waited for. */
const WATCH_MS = 1_000;

/** What a probe needs and tells. */
export interface UdpProbeOptions {
  /** The listener, with its real port: the probe sends from the same place. */
  readonly local: ListenAddress;
  readonly address: string;
  readonly port: number;
  readonly clock: Clock;
  /** The peer lives: what it sent while it was watched. */
  onDatagram(datagram: Buffer, remote: RemoteInfo): void;
  /**
   * Called once.
   * @param cause what the network said when it said that the peer is unreachable
   * @param unsent what the probe was given and did not send
   */
  onEnd(cause: Error | undefined, unsent: readonly QueuedDatagram[]): void;
}

/** A message on its way. */
export interface QueuedDatagram {
  readonly text: string;
  readonly onFailure: SendFailureHandler;
}

/**
 * Watches one silent UDP peer for "port unreachable". The kernel tells that to connected sockets only, so this is a
 * second socket on the listener's port, connected to the peer, for a second. What is sent over it looks the same on
 * the wire, and what the peer sends comes to it, being the closer match, and is handed on.
 */
export class UdpProbe {
  readonly #options: UdpProbeOptions;
  readonly #socket: Socket;
  readonly #waiting: QueuedDatagram[] = [];
  readonly #sent: QueuedDatagram[] = [];
  readonly #timer: Timer;
  #isConnected = false;
  #isClosed = false;

  constructor(options: UdpProbeOptions) {
    this.#options = options;
    const isV6 = options.address.includes(":");
    const type = isV6 ? "udp6" : "udp4";
    const socket = createSocket({ type, ipv6Only: isV6, reuseAddr: true, lookup: literalLookup });
    this.#socket = socket;
    socket.on("error", (error) => this.#onError(error));
    socket.on("message", (datagram, remote) => this.#onMessage(datagram, remote));
    socket.on("connect", () => this.#onConnect());
    this.#timer = options.clock.after(WATCH_MS, () => setImmediate(() => this.#end(undefined)));
  }

  /** Begins to watch; it may end within the call. */
  start(): void {
    const { local, address, port } = this.#options;
    // Bound and connected in one turn: nothing that is meant for the listener can be missed in between.
    this.#socket.bind(local.port, local.address, () => {
      if (!this.#isClosed) this.#socket.connect(port, address);
    });
  }

  /** Sends from the listener's place, at once or when the watching begins. */
  send(text: string, onFailure: SendFailureHandler): void {
    this.#waiting.push({ text, onFailure });
    if (this.#isConnected) this.#flush();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer.cancel();
    this.#socket.close();
  }

  #onConnect(): void {
    this.#isConnected = true;
    if (!this.#isClosed) this.#flush();
  }

  #flush(): void {
    for (const datagram of this.#waiting.splice(0)) {
      this.#sent.push(datagram);
      this.#socket.send(Buffer.from(datagram.text, "latin1"), (error) => {
        if (error !== null) this.#onError(error);
      });
    }
  }

  #onMessage(datagram: Buffer, remote: RemoteInfo): void {
    this.#options.onDatagram(datagram, remote);
    if (remote.port !== this.#options.port || remote.address !== this.#options.address) return;
    // What stands behind it in the kernel's queue is read in this turn, too, and would be lost with the socket.
    setImmediate(() => this.#end(undefined));
  }

  #onError(error: Error): void {
    if (this.#isClosed) return;
    if (!isUnreachable(error)) {
      this.#end(undefined);
      return;
    }
    this.#end(error);
    for (const { onFailure } of this.#sent) onFailure(error);
  }

  #end(cause: Error | undefined): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onEnd(cause, this.#waiting);
  }
}
