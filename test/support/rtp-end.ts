import { createSocket, type Socket } from "node:dgram";
import type { SipMessage } from "../../src/sip/message/index.ts";
import { sdpLine } from "./established-call.ts";
import { eventually } from "./eventually.ts";

const HEADER_BYTES = 12;
/** PCMA, behind the first bytes: as loud as nothing else that is played, and the same behind a mixer. */
const SOUND = 0x00;

/** An RTP socket of a phone on loopback that sends when told and counts what it hears, by sender. */
export class RtpEnd {
  readonly #socket: Socket;
  /** Packets heard, by who sent them, which stands in their sound: the relay gives them the SSRC of what it has played before. */
  readonly #heard = new Map<number, number>();
  #sequence = 0;
  #loud = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (packet) => {
      const ssrc = packet.readUInt32BE(HEADER_BYTES);
      this.#heard.set(ssrc, this.heardFrom(ssrc) + 1);
      if (packet.subarray(-40).every((byte) => byte === SOUND)) this.#loud += 1;
    });
  }

  static async open(): Promise<RtpEnd> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new RtpEnd(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get ssrc(): number {
    return this.port;
  }

  /** Packets heard in all. */
  get heard(): number {
    return [...this.#heard.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Packets heard that sound as those that ends send, also where a mixer has sent them on. */
  get heardSpeech(): number {
    return this.#loud;
  }

  heardFrom(ssrc: number): number {
    return this.#heard.get(ssrc) ?? 0;
  }

  /** Sends one packet of PCMA to where a message's session description says. */
  send(description: SipMessage): void {
    const packet = Buffer.alloc(172, SOUND);
    packet[0] = 0x80;
    packet[1] = 8;
    packet.writeUInt16BE((this.#sequence += 1), 2);
    packet.writeUInt32BE(this.#sequence * 160, 4);
    packet.writeUInt32BE(this.ssrc, 8);
    packet.writeUInt32BE(this.ssrc, HEADER_BYTES);
    const port = Number(/^m=audio (\d+)/.exec(sdpLine(description, "m="))?.[1]);
    const address = sdpLine(description, "c=").split(" ")[2];
    this.#socket.send(packet, port, address);
  }

  /** Sends until `listener` has heard `count` more packets of this end. @throws {Error} when it does not in 3 s */
  async sendUntilHeard(description: SipMessage, listener: RtpEnd, count = 5): Promise<void> {
    const before = listener.heardFrom(this.ssrc);
    await eventually(
      () => {
        this.send(description);
        const heard = listener.heardFrom(this.ssrc) - before;
        if (heard < count) throw new Error(`${heard} of ${count} packets heard`);
      },
      { timeoutMs: 3_000, intervalMs: 20 },
    );
  }

  close(): void {
    this.#socket.close();
  }
}
