import assert from "node:assert/strict";
import type { Side } from "../../../../../src/call/model/index.ts";

/** An INVITE of the switch that waits for its final response. */
export interface Asked<Place> {
  readonly room: Place;
  readonly ticket: number;
  readonly sdp: string | undefined;
  isCancelled: boolean;
}

export interface PhoneKind {
  readonly name: string;
  /** Of its audio. */
  readonly formats: readonly string[];
  readonly hasVideo: boolean;
  /** Its offers have the video first. */
  readonly isVideoFirst?: boolean;
}

/** A phone in one dialog: answers by the rules, and checks what it is told by those of RFC 3264 8. */
export class ImaginedPhone<Place = object> {
  readonly name: string;
  readonly #kind: PhoneKind;
  readonly asked: Asked<Place>[] = [];
  readonly #places: { readonly room: Place; readonly side: Side }[] = [];
  isOver = false;
  /** ACKs that it owes. */
  owes = 0;
  /** ACKs that it is owed. */
  unacknowledged = 0;
  /** Its re-INVITE that is not answered. */
  transaction: string | undefined;
  /** That has made no offer: the answer goes with the ACK. */
  isDelayed = false;
  isHolding = false;
  /** What it has said and heard last. */
  said = "";
  heard = "";
  #offersInAnswer = 0;
  #version = 0;
  #beforeOffer = "";
  #before = "";

  constructor(kind: PhoneKind) {
    this.name = kind.name;
    this.#kind = kind;
  }

  wasIn(room: Place, side: Side): boolean {
    return this.#places.some((place) => place.room === room && place.side === side);
  }

  leaves(room: Place, side: Side): void {
    this.#places.push({ room, side });
  }

  /** All that it can, with the lines of its dialog. */
  say(): string {
    const { formats, hasVideo, isVideoFirst = false } = this.#kind;
    const fresh = new Map([["audio", audio(formats.join(" "), this.isHolding)]]);
    if (hasVideo) fresh.set("video", video(5_000));
    const lines = typesOf(this.heard).map((type) => {
      const line = fresh.get(type) ?? `m=${type} 0 RTP/AVP 8\r\n`;
      fresh.delete(type);
      return line;
    });
    const added = [...fresh.values()];
    return this.#write([...lines, ...(isVideoFirst ? added.reverse() : added)]);
  }

  /** Begins a re-INVITE. @returns its offer, when it makes one */
  change(isOffering: boolean): string | undefined {
    this.#before = this.said;
    this.isDelayed = !isOffering;
    return isOffering ? this.say() : undefined;
  }

  /** Its re-INVITE was refused: all is as before. */
  takeRefusal(): void {
    this.isDelayed = false;
    this.said = this.#before;
  }

  /** Undefined: it takes nothing. */
  answer(offer: string): string | undefined {
    const { formats, hasVideo } = this.#kind;
    let takes = false;
    const lines = [...offer.matchAll(/^m=(\S+) (\d+) RTP\/AVP ([\d ]+)/gm)].map(([, type = "", port, offered = ""]) => {
      const common = type === "audio" && !takes ? offered.split(" ").find((one) => formats.includes(one)) : undefined;
      if (port !== "0" && common !== undefined) {
        takes = true;
        return audio(common, this.isHolding);
      }
      return type === "video" && hasVideo && port !== "0" ? video(5000) : `m=${type} 0 RTP/AVP ${offered}\r\n`;
    });
    if (!takes) return undefined;
    this.take(offer);
    return this.#write(lines);
  }

  ask(asked: Asked<Place>): void {
    assert.equal(this.isOver, false, "asked after the end");
    assert.equal(this.asked.length, 0, `${this.name} is asked while it is asked`);
    // RFC 3261 14.1: not before its own is acknowledged.
    assert.equal(this.owes, 0, `${this.name} is asked before its ACK`);
    if (asked.sdp !== undefined) this.#check(asked.sdp);
    this.asked.push(asked);
  }

  replyTo(
    { sdp, isCancelled }: Asked<Place>,
    wanted: number,
  ): { readonly status: number; readonly sdp: string | undefined } {
    if (isCancelled && wanted !== 200) return { status: 487, sdp: undefined };
    if (this.transaction !== undefined) return { status: 491, sdp: undefined };
    if (wanted !== 200) return { status: wanted, sdp: undefined };
    if (sdp === undefined) {
      this.#offersInAnswer += 1;
      this.#beforeOffer = this.said;
      return { status: 200, sdp: this.say() };
    }
    const answer = this.answer(sdp);
    return answer === undefined ? { status: 488, sdp: undefined } : { status: 200, sdp: answer };
  }

  /** No ACK comes any more: what it has offered was never answered. */
  missAcks(): void {
    if (this.#offersInAnswer > 0) this.said = this.#beforeOffer;
    this.#offersInAnswer = 0;
    this.unacknowledged = 0;
  }

  takeAck(sdp: string | undefined): void {
    if (this.isOver) return;
    assert.ok(this.unacknowledged > 0, `ACK to nothing for ${this.name}`);
    this.unacknowledged -= 1;
    if (this.#offersInAnswer === 0) return;
    this.#offersInAnswer -= 1;
    assert.ok(sdp !== undefined, "an offer in a 2xx has no answer");
    assert.equal(typesOf(sdp).length, typesOf(this.said).length, "an answer with other lines");
    this.take(sdp);
  }

  /** What the switch says, as an offer or an answer. */
  take(sdp: string): void {
    this.#check(sdp);
    this.heard = sdp;
  }

  /** @returns the answer, where the 2xx has made an offer to a re-INVITE without one */
  acknowledge(): string | undefined {
    assert.ok(this.owes > 0);
    this.owes -= 1;
    const { isDelayed } = this;
    this.isDelayed = false;
    return isDelayed ? this.answer(this.heard) : undefined;
  }

  #check(sdp: string): void {
    if (this.heard === "") return;
    const [before, now] = [typesOf(this.heard), typesOf(sdp)];
    assert.ok(now.length >= before.length, `${this.name} is told of fewer lines`);
    before.forEach((type, index) => assert.equal(now[index], type, `${this.name}'s line ${index} changes its type`));
    const [old, fresh] = [originOf(this.heard), originOf(sdp)];
    assert.equal(fresh.id, old.id, `${this.name} is told of another session`);
    assert.ok(fresh.version >= old.version, `${this.name} is told an older version`);
    if (fresh.version === old.version)
      assert.equal(sdp, this.heard, `${this.name} is told something else by a version`);
  }

  #write(lines: readonly string[]): string {
    this.#version += 1;
    this.said = `v=0\r\no=${this.name} 1 ${this.#version} IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n${lines.join("")}`;
    return this.said;
  }
}

function audio(formats: string, isHolding: boolean): string {
  return `m=audio 4000 RTP/AVP ${formats}\r\na=${isHolding ? "sendonly" : "sendrecv"}\r\n`;
}

function video(port: number): string {
  return `m=video ${port} RTP/AVP 99\r\n`;
}

function typesOf(sdp: string): string[] {
  return [...sdp.matchAll(/^m=(\S+)/gm)].map(([, type = ""]) => type);
}

function originOf(sdp: string): { readonly id: string; readonly version: number } {
  const [, id = "", version = "0"] = /^o=\S+ (\d+) (\d+)/m.exec(sdp) ?? [];
  return { id, version: Number(version) };
}
