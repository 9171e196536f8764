import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { silentLogger, type Clock } from "../../../../src/common/index.ts";
import {
  type Flow,
  type Target,
  TransportLayer,
  type TransportLayerOptions,
  type TransportProtocol,
} from "../../../../src/sip/transport/index.ts";
import { withinMs } from "../../../support/within-ms.ts";

/** A list that can be waited for. */
export class Inbox<Item> {
  readonly items: Item[] = [];
  readonly #waiting: { readonly isDone: () => boolean; readonly done: () => void }[] = [];

  push(item: Item): void {
    this.items.push(item);
    for (const { isDone, done } of this.#waiting) if (isDone()) done();
  }

  /** Resolves when there are that many items. */
  async count(wanted: number): Promise<readonly Item[]> {
    const isDone = (): boolean => this.items.length >= wanted;
    if (!isDone()) {
      const all = new Promise<void>((done) => this.#waiting.push({ isDone, done }));
      await withinMs(5_000, all, () => `${wanted} items awaited, got ${this.items.length}`);
    }
    return this.items;
  }
}

export interface Received {
  readonly text: string;
  readonly flow: Flow;
}

/** A transport on 127.0.0.1, one port for each protocol, that keeps what it receives. */
export class TransportUnderTest {
  readonly messages = new Inbox<Received>();
  readonly bad = new Inbox<Received & { readonly reason: string }>();
  readonly failures = new Inbox<Error>();
  readonly layer: TransportLayer;

  private constructor(options: Partial<TransportLayerOptions> & { readonly clock: Clock }) {
    this.layer = new TransportLayer({
      listeners: [
        { protocol: "udp", address: "127.0.0.1", port: 0 },
        { protocol: "tcp", address: "127.0.0.1", port: 0 },
      ],
      logger: silentLogger,
      onMessage: (text, flow) => this.messages.push({ text, flow }),
      onBadInput: (reason, flow, text) => this.bad.push({ reason, flow, text }),
      ...options,
    });
  }

  static async start(options: Partial<TransportLayerOptions> & { readonly clock: Clock }): Promise<TransportUnderTest> {
    const made = new TransportUnderTest(options);
    await made.layer.start();
    return made;
  }

  /** Where it listens. */
  port(protocol: TransportProtocol): number {
    return this.layer.localAddresses.find((each) => each.protocol === protocol)?.port ?? 0;
  }

  target(protocol: TransportProtocol): { readonly host: string; readonly port: number } {
    return { host: "127.0.0.1", port: this.port(protocol) };
  }

  readonly onFailure = (error: Error): void => this.failures.push(error);

  send(target: Target, text: string): void {
    this.layer.send(target, text, this.onFailure);
  }

  value(name: string, label?: string): number {
    const samples = this.layer.counters().filter((sample) => sample.name === name);
    const found = samples.find(({ labels }) => label === undefined || Object.values(labels ?? {}).includes(label));
    return found?.value ?? 0;
  }

  close(): Promise<void> {
    return this.layer.close();
  }
}

/** A UDP socket of a peer. */
export class UdpEnd {
  readonly received = new Inbox<{ readonly text: string; readonly remote: RemoteInfo }>();
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (datagram, remote) => this.received.push({ text: datagram.toString("latin1"), remote }));
  }

  static async open(address = "127.0.0.1"): Promise<UdpEnd> {
    const socket = createSocket("udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    return new UdpEnd(socket);
  }

  get target(): Target {
    const { address, port } = this.#socket.address();
    return { protocol: "udp", address, port };
  }

  async send(bytes: string, port: number, address = "127.0.0.1"): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(Buffer.from(bytes, "latin1"), port, address, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, "close");
  }
}

/** A message that the transport takes for whole. */
export function sipText(body = "", name = "MESSAGE"): string {
  return `${name} sip:a@b SIP/2.0\r\nCall-ID: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Waits until something holds that sends no event, a turn of the event loop at a time. */
export async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`never: ${String(holds)}`);
    await new Promise(setImmediate);
  }
}
