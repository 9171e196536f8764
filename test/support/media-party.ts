import { headOf, splitSdp } from "../../src/call/model/session/sdp-sections.ts";
import type { SipMessage } from "../../src/sip/message/index.ts";
import type { PhoneCall } from "./sip-phone.ts";

/** A media line that a phone has; the first of a type is used. */
export interface MediaLine {
  readonly type: "audio" | "video";
  readonly port: number;
  /** Such as `8 PCMA/8000`, the preferred one first. */
  readonly formats: readonly string[];
  /** SRTP with keys in the SDP. */
  readonly isEncrypted?: boolean;
}

const WAIT_MS = 30_000;

/** The SDP side of a phone in one dialog: offers all that it has, answers with one format of each line, or 488. */
export class MediaParty {
  readonly #lines: readonly MediaLine[];
  /** Types of the lines of its dialog. */
  #types: readonly string[] = [];
  #version = 0;
  /** What was wrong with what it was told (RFC 3264 8). */
  readonly faults: string[] = [];
  /** What it was told, the last at the end. */
  readonly heard: string[] = [];
  invites = 0;

  constructor(...lines: readonly MediaLine[]) {
    this.#lines = lines;
  }

  offer(): string {
    const left = new Map(this.#lines.map((line) => [line.type as string, line]));
    const lines = this.#types.map((type) => {
      const line = left.get(type);
      left.delete(type);
      return line === undefined ? `m=${type} 0 RTP/AVP 0\r\n` : written(line, line.formats);
    });
    return this.#write([...lines, ...[...left.values()].map((line) => written(line, line.formats))]);
  }

  /** Undefined: 488. */
  answer(offer: string): string | undefined {
    const left = new Map(this.#lines.map((line) => [line.type as string, line]));
    let takesAny = false;
    const lines = splitSdp(offer).media.map((section) => {
      const { type, isRefused } = headOf(section);
      const line = left.get(type);
      const isFit = line !== undefined && !isRefused && (line.isEncrypted === true) === section.includes("RTP/SAVP");
      const common = isFit ? line.formats.find((format) => offers(section, format)) : undefined;
      if (line === undefined || common === undefined) {
        const head = section.split(/\r?\n/, 1)[0] ?? "";
        return `${head.replace(/^(m=\S+ )\d+/, "$10")}\r\n`;
      }
      left.delete(type);
      takesAny = true;
      return written(line, [common]);
    });
    if (!takesAny) return undefined;
    this.take(offer);
    return this.#write(lines);
  }

  /** An offer or answer of the switch. */
  take(sdp: string): void {
    const types = splitSdp(sdp).media.map((section) => headOf(section).type);
    const before = this.heard.at(-1);
    if (types.length < this.#types.length) this.faults.push("fewer lines");
    if (this.#types.some((type, index) => types[index] !== type)) this.faults.push("another type");
    if (before !== undefined && originOf(before) !== originOf(sdp)) this.faults.push("another session");
    this.#types = types;
    this.heard.push(sdp);
  }

  /** Takes all INVITEs inside its call until there are no more. */
  serve(call: PhoneCall): void {
    const take = async (): Promise<void> => {
      for (let round = 0; round < 50; round += 1) {
        const invite = await call.request("INVITE", WAIT_MS);
        this.invites += 1;
        await this.#reply(call, invite);
      }
    };
    // What is not asked for before the test is over is no failure.
    take().catch(() => undefined);
  }

  async #reply(call: PhoneCall, invite: SipMessage): Promise<void> {
    const sdp = invite.body === "" ? this.offer() : this.answer(invite.body);
    if (sdp === undefined) return call.respond(invite, 488);
    call.respond(invite, 200, { sdp });
    const ack = await call.request("ACK", WAIT_MS);
    if (invite.body !== "") return;
    if (ack.body === "") this.faults.push("no answer");
    else this.take(ack.body);
  }

  #write(lines: readonly string[]): string {
    this.#version += 1;
    const session = `v=0\r\no=- 1 ${this.#version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n`;
    return `${session}${lines.join("")}`;
  }
}

function written({ type, port, isEncrypted = false }: MediaLine, formats: readonly string[]): string {
  const numbers = formats.map((format) => format.split(" ")[0]).join(" ");
  const maps = formats.map((format) => `a=rtpmap:${format}\r\n`).join("");
  const keys = isEncrypted ? `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${"A".repeat(40)}\r\n` : "";
  return `m=${type} ${port} RTP/${isEncrypted ? "SAVP" : "AVP"} ${numbers}\r\n${maps}${keys}a=sendrecv\r\n`;
}

function offers(section: string, format: string): boolean {
  return section.includes(`a=rtpmap:${format}\r\n`);
}

function originOf(sdp: string): string | undefined {
  return /^o=\S+ (\d+)/m.exec(sdp)?.[1];
}
