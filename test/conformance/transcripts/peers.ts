import { createSocket, type Socket } from "node:dgram";
import { parseSipMessage, type SipMessage } from "../../../src/sip/message/index.ts";
import { Inbox } from "../../support/inbox.ts";

interface Arrival {
  readonly peer: string;
  readonly text: string;
}

/** The SIP ends of a transcript, each a UDP socket on the address that it had there. */
export class Peers {
  readonly #sockets = new Map<string, Socket>();
  readonly #inbox = new Inbox<Arrival>(({ peer, text }) => `${text.slice(0, text.indexOf("\r\n"))} at ${peer}`);
  readonly #requests: Arrival[] = [];

  /** Opens a peer; `name` is its address in the transcript. Returns its port. */
  async open(name: string): Promise<number> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, name.split(":")[0], resolve);
    });
    socket.on("message", (bytes) => {
      const arrival = { peer: name, text: bytes.toString("latin1") };
      if (!arrival.text.startsWith("SIP/2.0")) this.#requests.push(arrival);
      this.#inbox.put(arrival);
    });
    this.#sockets.set(name, socket);
    return socket.address().port;
  }

  has(name: string): boolean {
    return this.#sockets.has(name);
  }

  send(name: string, port: number, text: string): void {
    this.#sockets.get(name)?.send(Buffer.from(text, "latin1"), port, "127.0.0.1");
  }

  /** Waits until a peer has been sent exactly this. */
  async delivered(name: string, text: string): Promise<void> {
    await this.#inbox.take((each) => each.peer === name && each.text === text, `message as it was told for ${name}`);
  }

  /** The last request of a method and call that a peer was sent, now or soon. */
  async requestAt(name: string, method: string, callId: string): Promise<SipMessage> {
    const matches = ({ peer, text }: Arrival): boolean => {
      return peer === name && text.startsWith(`${method} `) && text.includes(`Call-ID: ${callId}\r\n`);
    };
    const { text } = this.#requests.findLast(matches) ?? (await this.#inbox.take(matches, `${method} at ${name}`));
    const parsed = parseSipMessage(text);
    if (!parsed.ok) throw new Error(`${name} was sent what is no message: ${parsed.reason}`);
    return parsed.value;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.values()) await new Promise<void>((resolve) => socket.close(resolve));
  }
}

/**
 * The message of a peer, made again from what the server delivered of it: a request as it was, but for what the server
 * wrote into its Via; a response with the fields that it must copy from the request it answers.
 */
export function peerMessage(translated: SipMessage, request: SipMessage | undefined): string {
  if (request === undefined) return translated.text.replace(/;rport=\d+/, ";rport");
  const copied = new Set(["via", "from", "to", "call-id", "cseq", "record-route"]);
  const lines = translated.fields
    .filter(({ name }) => !copied.has(name))
    .map((each) => `${each.rawName}: ${each.value}`);
  const kept = request.fields.filter(({ name }) => copied.has(name) && name !== "to");
  const tag = /;tag=[^;]*/.exec(translated.get("to") ?? "")?.[0] ?? "";
  const to = request.get("to") ?? "";
  return [
    translated.text.slice(0, translated.text.indexOf("\r\n")),
    ...kept.map(({ rawName, value }) => `${rawName}: ${value}`),
    `To: ${to.includes(";tag=") ? to : to + tag}`,
    ...lines,
    "",
    translated.body,
  ].join("\r\n");
}
