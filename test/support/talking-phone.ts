import { setTimeout as delay } from "node:timers/promises";
import type { SipMessage } from "../../src/sip/message/index.ts";
import { heardDigits, TONES, untilHears, untilHearsAll, type Ear, type Heard } from "./ear.ts";
import { eventually } from "./eventually.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "./rtp-phone.ts";
import type { MessageParts, PhoneCall, PhoneTransaction, SipPhone } from "./sip-phone.ts";
import type { PhoneSetUp, SwitchFixture } from "./switch-fixture.ts";
import { sendTone } from "./tone-phone.ts";

/** How a phone holds: by a direction, or by the address of RFC 2543. */
export type HoldKind = "sendonly" | "inactive" | "address";
export type { Heard } from "./ear.ts";

const POLL_MS = 250;
const KEY_MS = 60;

/** One call of a `TalkingPhone`: it sends its tone when it may, and answers what comes inside the dialog as phones do. */
export class Talk {
  readonly call: PhoneCall;
  readonly toneHz: number;
  /** Statuses of the NOTIFYs so far. */
  readonly notified: number[] = [];
  /** What it was last offered or answered. */
  remoteSdp = "";
  byeReason: string | undefined;
  hasHungUp = false;
  readonly #rtp: RtpPhone;
  #version = 1;
  #hold: HoldKind | undefined;
  #stopTone: (() => void) | undefined;
  #sentTo = 0;
  #events = 0;
  #isOver = false;
  /** The next re-INVITE of the switch gets this instead of 200. */
  refusesNext: number | undefined;
  /** What it says of itself from now on has no telephone events. */
  hasNoEvents = false;
  /** A re-INVITE of its own waits for its answer. */
  #isAsking = false;

  constructor(call: PhoneCall, rtp: RtpPhone, toneHz: number) {
    this.call = call;
    this.#rtp = rtp;
    this.toneHz = toneHz;
    void this.#serve("INVITE", (request) => this.#takeInvite(request));
    void this.#serve("NOTIFY", (request) => this.#takeNotify(request));
    void this.#serve("CANCEL", () => {
      this.progress(487);
      this.byeReason = "";
    });
    void this.#serve("BYE", (request) => this.#takeBye(request));
  }

  /** The switch has ended it. */
  get isEnded(): boolean {
    return this.byeReason !== undefined;
  }

  /** Its own description, as it holds now; `offered`: what it answers. */
  sdp(offered?: string): string {
    this.#version += 1;
    const shown = this.#hold === "address" ? { shown: "0.0.0.0" } : {};
    const said = description(this.#rtp, { version: this.#version, direction: this.#direction(offered), ...shown });
    return this.hasNoEvents ? said.replace(/( 101(?=\r\n)|a=rtpmap:101 .*\r\n)/g, "") : said;
  }

  /** Takes what the switch says, and talks as it may. */
  adopt(sdp: string): void {
    this.remoteSdp = sdp;
    const port = audioPortOf(sdp);
    const mayTalk = this.#hold === undefined && /^a=(sendonly|inactive)/m.exec(sdp) === null;
    if (mayTalk && this.#sentTo === port) return;
    this.#stopTone?.();
    this.#stopTone = mayTalk ? sendTone(this.#rtp, port, this.toneHz, "PCMA") : undefined;
    this.#sentTo = mayTalk ? port : 0;
  }

  /** Presses a key: packets of one telephone event (RFC 4733), its end three times. @param event 0 to 15 */
  async press(event: number): Promise<void> {
    const port = audioPortOf(this.remoteSdp);
    const timestamp = (this.#events += 10_000);
    for (const [index, isOver] of [false, false, false, true, true, true].entries()) {
      const payload = Buffer.from([event, isOver ? 0x8a : 0x0a, 0, 160 * Math.min(index, 3)]);
      const ssrc = this.#rtp.port;
      this.#rtp.send(rtpPacket({ sequence: timestamp / 10 + index, timestamp, ssrc, payloadType: 101, payload }), port);
    }
    // As long as a key is pressed, at least.
    await delay(KEY_MS);
  }

  /** Re-INVITEs once. @returns the final response; acknowledged */
  async reinvite(hold: HoldKind | undefined): Promise<SipMessage> {
    const before = this.#hold;
    this.#hold = hold;
    this.#isAsking = true;
    const sent = this.call.send("INVITE", { sdp: this.sdp() });
    const response = await sent.final(10_000);
    this.#isAsking = false;
    if (response.status === 200) {
      this.call.ack(sent, response);
      this.adopt(response.body);
    } else this.#hold = before;
    return response;
  }

  /** Puts the call on hold, or takes it back; tries again after glares as phones do. @returns how often it took */
  async change(hold: HoldKind | undefined): Promise<number> {
    for (let tries = 1; tries < 10; tries += 1) {
      const { status } = await this.reinvite(hold);
      if (status === 200) return tries;
      if (status !== 491 && status !== 500) throw new Error(`hold was answered ${status}`);
      await delay(100 * tries + (this.toneHz % 100));
    }
    throw new Error("hold was not taken");
  }

  /** Answers the INVITE that began it, other than by 2xx. */
  progress(status: number): void {
    if (this.call.offer !== undefined) this.call.respond(this.call.offer, status);
  }

  refer(to: string, headers: MessageParts["headers"] = []): PhoneTransaction {
    return this.call.send("REFER", { headers: [["Refer-To", to], ...headers] });
  }

  /** The Refer-To that names another call of this phone as the one to replace. */
  replacing(other: Talk, number: string, parameters = ""): string {
    return `<sip:${number}@127.0.0.1?Replaces=${encodeURIComponent(other.named + parameters)}>`;
  }

  /** Its dialog as a Replaces of this phone names it. */
  get named(): string {
    const tag = /;tag=([^;>]+)/.exec(this.call.remote)?.[1] ?? "";
    return `${this.call.callId};to-tag=${tag};from-tag=${this.call.localTag}`;
  }

  async hangUp(): Promise<void> {
    this.#stopTone?.();
    this.hasHungUp = true;
    this.#isOver = true;
    await this.call.bye();
  }

  /** Waits until the switch has ended it. @returns the Reason of its BYE */
  ended(timeoutMs = 4_000): Promise<string> {
    return eventually(
      () => {
        if (this.byeReason === undefined) throw new Error(`${this.toneHz} Hz was not ended`);
        return this.byeReason;
      },
      { timeoutMs },
    );
  }

  async untilNotified(...statuses: readonly number[]): Promise<void> {
    await eventually(
      () => {
        const seen = JSON.stringify(this.notified);
        if (seen !== JSON.stringify(statuses)) throw new Error(`NOTIFYs: ${seen}`);
      },
      { timeoutMs: 4_000 },
    );
  }

  /** Waits until it hears this. @throws {Error} with what it heard instead */
  untilHears(wanted: Heard, timeoutMs?: number): Promise<void> {
    return untilHears(this.#ear, wanted, timeoutMs);
  }

  /** Waits until it hears these tones at once, and no other. @throws {Error} with those it heard instead */
  untilHearsAll(wanted: readonly number[], timeoutMs?: number): Promise<void> {
    return untilHearsAll(this.#ear, wanted, timeoutMs);
  }

  /** Keys that the other party has pressed, as events in its RTP (RFC 4733): those that are over. */
  get heardDigits(): string {
    return heardDigits(this.#rtp.heard);
  }

  get #ear(): Ear {
    return { name: `${this.toneHz} Hz`, rtp: this.#rtp };
  }

  /** Ends all it does by itself. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#stopTone?.();
    await this.#rtp.close();
  }

  #direction(offered: string | undefined): string {
    const wanted = this.#hold === undefined || this.#hold === "address" ? "sendrecv" : this.#hold;
    const asked = offered === undefined ? undefined : /^a=(sendonly|recvonly|inactive)/m.exec(offered)?.[1];
    if (asked === undefined || wanted === "inactive") return wanted;
    if (asked === "sendonly") return wanted === "sendonly" ? "inactive" : "recvonly";
    return asked === "recvonly" ? "sendonly" : "inactive";
  }

  async #serve(method: string, take: (request: SipMessage) => void): Promise<void> {
    while (!this.#isOver) {
      try {
        take(await this.call.request(method, POLL_MS));
      } catch {
        // None has come yet.
      }
    }
  }

  #takeInvite(request: SipMessage): void {
    // RFC 3261 14.2.
    const refusal = this.refusesNext ?? (this.#isAsking ? 491 : undefined);
    this.refusesNext = undefined;
    if (refusal !== undefined) return this.call.respond(request, refusal);
    const answer = this.sdp(request.body === "" ? undefined : request.body);
    this.call.respond(request, 200, { sdp: answer });
    if (request.body !== "") this.adopt(request.body);
  }

  #takeNotify(request: SipMessage): void {
    this.notified.push(Number(/^SIP\/2\.0 (\d{3})/.exec(request.body)?.[1]));
    this.call.respond(request, 200);
  }

  #takeBye(request: SipMessage): void {
    this.byeReason = request.getAll("reason").join(", ");
    this.#stopTone?.();
    this.call.respond(request, 200);
  }
}

export interface TalkingSetUp extends PhoneSetUp {
  /** Which of the tones, from 1; absent: the number's last digit. */
  readonly tone?: number;
}

/** A phone with a tone of its own and RTP, for tests that tell who hears whom. */
export class TalkingPhone {
  readonly sip: SipPhone;
  readonly toneHz: number;
  readonly #talks: Talk[] = [];

  private constructor(sip: SipPhone, toneHz: number) {
    this.sip = sip;
    this.toneHz = toneHz;
  }

  /** Registers the phone of a number; its tone follows from the number's last digit, 1 to 5. */
  static async start(node: SwitchFixture, number: string, setUp: TalkingSetUp = {}): Promise<TalkingPhone> {
    const { tone = Number(number.at(-1)), ...phone } = setUp;
    return new TalkingPhone(await node.phone(number, phone), TONES[tone - 1] ?? 0);
  }

  static of(sip: SipPhone, toneHz: number): TalkingPhone {
    return new TalkingPhone(sip, toneHz);
  }

  /** Calls a number; to be followed by `establish`. */
  async dial(number: string, parts: MessageParts = {}): Promise<Talk> {
    const rtp = await RtpPhone.start();
    // The description names the socket: it is there before the call is.
    const sdp = description(rtp);
    const talk = new Talk(await this.sip.call(number, { sdp, ...parts }), rtp, this.toneHz);
    this.#talks.push(talk);
    return talk;
  }

  /** The next call from outside, not answered yet. */
  async offered(withinMs?: number): Promise<Talk> {
    const talk = new Talk(await this.sip.offered(withinMs), await RtpPhone.start(), this.toneHz);
    this.#talks.push(talk);
    return talk;
  }

  /** Calls another phone, which answers. @returns both sides */
  async talkTo(other: TalkingPhone): Promise<readonly [Talk, Talk]> {
    const near = await this.dial(other.sip.number);
    const far = await other.offered();
    await Promise.all([answer(far), establish(near)]);
    return [near, far];
  }

  async close(): Promise<void> {
    for (const talk of this.#talks.splice(0)) await talk.close();
  }
}

/** The caller's side: waits for the 200 and acknowledges. */
export async function establish(talk: Talk): Promise<void> {
  talk.adopt((await talk.call.established()).body);
}

/** The callee's side: answers with 200. */
export async function answer(talk: Talk): Promise<void> {
  const offer = talk.call.offer?.body ?? "";
  const acked = talk.call.answer({ sdp: talk.sdp(offer === "" ? undefined : offer) });
  const ack = await acked;
  talk.adopt(offer === "" ? ack.body : offer);
}

/** One audio stream of G.711 and digits. */
function description(
  { port, address }: RtpPhone,
  { version = 1, direction = "sendrecv", shown = address } = {},
): string {
  return [
    "v=0",
    `o=- 1 ${version} IN IP4 ${address}`,
    "s=-",
    `c=IN IP4 ${shown}`,
    "t=0 0",
    `m=audio ${port} RTP/AVP 8 0 101`,
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    `a=${direction}`,
    "",
  ].join("\r\n");
}
