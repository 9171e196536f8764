import { createSocket, type Socket } from "node:dgram";
import { Inbox } from "../../support/inbox.ts";
import { RawTcp } from "../../support/raw-sip.ts";
import { headerOf } from "../../support/sip-peer.ts";

/** Where the sender of torture messages is. */
export const SENDER_ADDRESS = "127.0.0.9";

/** Ports of what is tortured, on 127.0.0.1. */
export interface Ports {
  readonly udp: number;
  readonly tcp: number;
}

/** Sends messages over one transport, and asks over UDP whether anyone still lives. */
export class TortureLink {
  readonly #ports: Ports;
  readonly #socket: Socket;
  readonly #tcp: RawTcp | undefined;
  readonly #datagrams = new Inbox<string>((text) => text.slice(0, text.indexOf("\r\n")));
  #aliveCalls = 0;
  #receivedDatagrams: string[] = [];

  private constructor(ports: Ports, socket: Socket, tcp: RawTcp | undefined) {
    this.#ports = ports;
    this.#socket = socket;
    this.#tcp = tcp;
    socket.on("message", (bytes) => {
      const text = bytes.toString("latin1");
      this.#receivedDatagrams.push(text);
      this.#datagrams.put(text);
    });
  }

  static async open(transport: "udp" | "tcp", ports: Ports): Promise<TortureLink> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, SENDER_ADDRESS, resolve));
    const target = { host: "127.0.0.1", port: ports.tcp };
    const tcp = transport === "tcp" ? await RawTcp.connect(target, SENDER_ADDRESS) : undefined;
    return new TortureLink(ports, socket, tcp);
  }

  get isClosed(): boolean {
    return this.#tcp?.open === false;
  }

  /** Everything that was sent to this end, liveness answers included. */
  get received(): string[] {
    // A body may hold a status line, but nothing here answers with one.
    const overTcp = this.#tcp?.received.split(/(?=SIP\/2\.0 \d{3} )/).filter((text) => text !== "") ?? [];
    return [...overTcp, ...this.#receivedDatagrams];
  }

  /** Status codes of final responses but to the liveness requests, in order. */
  get finals(): string[] {
    return this.received
      .filter((text) => !headerOf(text, "Call-ID").startsWith("alive-"))
      .map((text) => text.slice("SIP/2.0 ".length, "SIP/2.0 ".length + 3))
      .filter((status) => status >= "200");
  }

  send(text: string): void {
    if (this.#tcp !== undefined) this.#tcp.socket.write(text, "latin1");
    else this.#socket.send(Buffer.from(text, "latin1"), this.#ports.udp, "127.0.0.1");
  }

  /** Waits for a final response; who sent it has nothing else to say. */
  async final(status: string): Promise<void> {
    if (this.#tcp === undefined) {
      await this.#datagrams.take((text) => text.startsWith(`SIP/2.0 ${status} `), `final response ${status}`);
    } else await this.#tcp.matching(new RegExp(`SIP/2\\.0 ${status} `), 3_000);
  }

  /** Waits for the end of the connection. */
  async closed(): Promise<void> {
    await this.#tcp?.closed(3_000);
  }

  /** Sends OPTIONS behind what was sent before, over the same transport while that is open. Returns its Call-ID. */
  askIfAlive(overUdp: boolean): string {
    this.#aliveCalls += 1;
    const port = this.#socket.address().port;
    const callId = `alive-${port}-${this.#aliveCalls}`;
    const useTcp = this.#tcp !== undefined && !overUdp;
    const text = [
      `OPTIONS sip:127.0.0.1:${this.#ports.udp} SIP/2.0`,
      `Via: SIP/2.0/${useTcp ? "TCP" : "UDP"} ${SENDER_ADDRESS}:${port};branch=z9hG4bK${callId}`,
      `From: <sip:alive@${SENDER_ADDRESS}>;tag=1`,
      "To: <sip:127.0.0.1>",
      `Call-ID: ${callId}`,
      "CSeq: 1 OPTIONS",
      "Max-Forwards: 70",
      "Content-Length: 0",
      "\r\n",
    ].join("\r\n");
    if (useTcp) this.send(text);
    else this.#socket.send(text, this.#ports.udp, "127.0.0.1");
    return callId;
  }

  /** Waits for the answer to a liveness request. */
  async alive(callId: string): Promise<void> {
    const isAnswer = new RegExp(`SIP/2\\.0 200 [^]*${callId}`);
    const overUdp = this.#datagrams.take((text) => isAnswer.test(text), "answer to OPTIONS");
    await (this.#tcp === undefined || this.isClosed
      ? overUdp
      : Promise.any([overUdp, this.#tcp.matching(isAnswer, 3_000)]));
  }

  async close(): Promise<void> {
    this.#tcp?.close();
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }
}
