import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { withinMs } from "./within-ms.ts";

/** A packet that a phone got. */
export interface HeardPacket {
  readonly packet: Buffer;
  readonly fromPort: number;
  readonly fromAddress: string;
}

/** Options of `rtpPacket`; numbers default to 1 and PCMU. */
export interface RtpFields {
  readonly sequence?: number;
  readonly timestamp?: number;
  readonly ssrc?: number;
  readonly payloadType?: number;
  readonly marker?: boolean;
  readonly payload?: Buffer;
}

/** An RTP packet; the timestamp follows the sequence at 20 ms of 8 kHz. */
export function rtpPacket(fields: RtpFields = {}): Buffer {
  const { sequence = 1, ssrc = 1, payloadType = 0, marker = false, payload = Buffer.alloc(160, 0xff) } = fields;
  const packet = Buffer.alloc(12 + payload.length);
  packet[0] = 0x80;
  packet[1] = payloadType | (marker ? 0x80 : 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((fields.timestamp ?? sequence * 160) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  payload.copy(packet, 12);
  return packet;
}

/** The RTP and RTCP sockets of a phone on loopback, and its SDP. Keeps what it hears in order. */
export class RtpPhone {
  readonly address: string;
  readonly rtp: Socket;
  readonly rtcp: Socket;
  readonly heard: HeardPacket[] = [];
  readonly heardRtcp: HeardPacket[] = [];

  private constructor(address: string, rtp: Socket, rtcp: Socket) {
    this.address = address;
    this.rtp = rtp;
    this.rtcp = rtcp;
    rtp.on("message", (packet, source) => this.#keep(this.heard, packet, source));
    rtcp.on("message", (packet, source) => this.#keep(this.heardRtcp, packet, source));
  }

  static async start(address = "127.0.0.1"): Promise<RtpPhone> {
    const sockets = [createSocket("udp4"), createSocket("udp4")] as const;
    for (const socket of sockets) {
      socket.bind(0, address);
      await once(socket, "listening");
    }
    return new RtpPhone(address, ...sockets);
  }

  get port(): number {
    return this.rtp.address().port;
  }

  get rtcpPort(): number {
    return this.rtcp.address().port;
  }

  /** An offer or answer of audio; `lines` go at the end of its section. */
  sdp({ codecs = "0 8 101", lines = ["a=sendrecv"], port = this.port, address = this.address } = {}): string {
    return [
      "v=0",
      `o=phone 1 1 IN IP4 ${address}`,
      "s=-",
      `c=IN IP4 ${address}`,
      "t=0 0",
      `m=audio ${port} RTP/AVP ${codecs}`,
      "a=rtpmap:0 PCMU/8000",
      "a=rtpmap:8 PCMA/8000",
      "a=rtpmap:101 telephone-event/8000",
      "a=fmtp:101 0-15",
      `a=rtcp:${this.rtcpPort} IN IP4 ${address}`,
      ...lines,
      "",
    ].join("\r\n");
  }

  send(packet: Buffer, port: number, address = "127.0.0.1"): void {
    this.rtp.send(packet, port, address);
  }

  sendRtcp(packet: Buffer, port: number, address = "127.0.0.1"): void {
    this.rtcp.send(packet, port, address);
  }

  /** The `count`-th RTP packet since the start, waiting for it. */
  async nthHeard(count: number, timeoutMs = 3000): Promise<HeardPacket> {
    return this.#nth(this.rtp, this.heard, count, timeoutMs);
  }

  async nthHeardRtcp(count: number, timeoutMs = 3000): Promise<HeardPacket> {
    return this.#nth(this.rtcp, this.heardRtcp, count, timeoutMs);
  }

  async close(): Promise<void> {
    for (const socket of [this.rtp, this.rtcp]) {
      socket.close();
      await once(socket, "close");
    }
  }

  #keep(list: HeardPacket[], packet: Buffer, source: { port: number; address: string }): void {
    list.push({ packet, fromPort: source.port, fromAddress: source.address });
  }

  async #nth(socket: Socket, list: HeardPacket[], count: number, timeoutMs: number): Promise<HeardPacket> {
    const arrived = async (): Promise<HeardPacket> => {
      for (;;) {
        const packet = list[count - 1];
        if (packet !== undefined) return packet;
        await once(socket, "message");
      }
    };
    return withinMs(timeoutMs, arrived(), () => `${list.length} of ${count} packets heard`);
  }
}

/** Ports of the first media line in an SDP. */
export function audioPortOf(sdp: string): number {
  return Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
}
