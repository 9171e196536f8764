import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const ADDRESS = "127.0.1.30";
const INTERVAL_MS = 1_000;

/** What is no SIP, is cut off, lies about its length, belongs to nothing or contradicts itself. */
const MESSAGES: readonly string[] = [
  "\0\0\0\0",
  "not SIP at all\r\n\r\n",
  "INVITE sip:2000@tandem SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.1.30",
  "INVITE sip:2000@tandem SIP/9.9\r\nVia: SIP/2.0/UDP 127.0.1.30;branch=z9hG4bKa\r\nContent-Length: 99999\r\n\r\n",
  "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.1.30;branch=z9hG4bKnobody\r\nCSeq: 1 INVITE\r\nCall-ID: x\r\n\r\n",
  request("BYE", "bye", "sip:2000@tandem", ";tag=none"),
  request("CANCEL", "cancel", "sip:2000@tandem", ""),
  request("INVITE", "nobody", "sip:2000@tandem", ""),
  request("UNHEARD-OF", "method", "sip:2000@tandem", ""),
];

/** A stranger that sends bad input, one message a second, and listens to no answer. */
export class BadInput {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #isClosed = false;

  private constructor(socket: Socket, host: string, port: number) {
    this.#socket = socket;
    this.#timer = setInterval(() => {
      const text = MESSAGES[this.#sent % MESSAGES.length] ?? "";
      this.#sent += 1;
      // Each round has transactions of its own.
      socket.send(Buffer.from(text.replaceAll("#", String(this.#sent)), "latin1"), port, host);
    }, INTERVAL_MS);
  }

  /** @param target `host:port` of SIP over UDP */
  static async start(target: string): Promise<BadInput> {
    const socket = createSocket("udp4");
    socket.bind(0, ADDRESS);
    await once(socket, "listening");
    const [host = "", port = ""] = target.split(":");
    return new BadInput(socket, host, Number(port));
  }

  get sent(): number {
    return this.#sent;
  }

  /** May be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#socket.close();
  }
}

function request(method: string, id: string, uri: string, toTag: string): string {
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${ADDRESS}:9;branch=z9hG4bK${id}#`,
    `From: <sip:stranger@${ADDRESS}>;tag=${id}`,
    `To: <${uri}>${toTag}`,
    `Call-ID: ${id}#@${ADDRESS}`,
    `CSeq: 1 ${method}`,
    "Max-Forwards: 70",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}
