import assert from "node:assert/strict";
import {
  isUnacknowledged,
  joinedSession,
  lateAnswer,
  NEW_SESSION,
  otherSide,
  step,
  type Outcome,
  type Seat,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type Side,
  type TimerName,
} from "../../../../../src/call/model/index.ts";
import type { ImaginedPhone, Asked } from "./imagined-phone.ts";

const MOVED: Outcome = { by: "switch", reason: "moved", status: 200, cause: 16 };
const HUNG_UP: Outcome = { by: "switch", reason: "normal", status: 200, cause: 16 };

interface Waiting {
  readonly ticket: number;
  readonly result: string | undefined;
}

export type Phone = ImaginedPhone<Room>;

interface Came {
  readonly room: Room;
  readonly seat: Seat;
  readonly side: Side;
}

/** A session and what it waits for. */
export interface Room {
  readonly id: number;
  call: Session;
  readonly phones: Partial<Record<Side, Phone>>;
  readonly media: Waiting[];
  readonly timers: Set<TimerName>;
  /** Its offer at the relay. */
  offered: string | undefined;
  /** Requests of ours that are not answered. */
  readonly asked: Map<number, Asked<Room>>;
  /** Parties' rooms of before, whose requests are to be answered first, and what they were there. */
  waitsFor: Came[];
}

/** Sessions between which parties are moved, with phones that keep to the rules of RFC 3261 and check that the switch does. */
export class MovingWorld {
  readonly phones: readonly Phone[];
  readonly rooms: Room[] = [];
  isEdgeUp = true;
  #transactions = 0;

  constructor(phones: readonly Phone[]) {
    this.phones = phones;
  }

  /** Two phones talk; the first has not acknowledged yet when it `isNew`. */
  talk(caller: Phone, callee: Phone, isNew: boolean): void {
    const room = this.#room({ caller, callee });
    const offer = caller.say();
    this.#dispatch(room, {
      type: "offered",
      sdp: offer,
      route: { kind: "branches", groups: [{ branchIds: ["a"], ringMs: 1_000 }] },
    });
    this.media(room, 200);
    const answer = callee.answer(room.call.setup?.offerOut ?? "");
    assert.ok(answer !== undefined);
    callee.unacknowledged = 1;
    this.#dispatch(room, { type: "branch-answered", branchId: "a", sdp: answer });
    this.media(room, 200);
    assert.equal(room.call.state, "established");
    caller.owes = 1;
    if (!isNew) this.acknowledge(caller);
  }

  roomOf(phone: Phone): Room | undefined {
    return this.rooms.find(({ phones }) => phones.caller === phone || phones.callee === phone);
  }

  /** @param other absent: a service */
  move(phone: Phone, other: Phone | undefined): void {
    const seats = [phone, other].flatMap((one) => (one === undefined ? [] : [this.#seatOf(one)]));
    if (seats.some((seat) => seat?.call.state !== "established")) return;
    let [first, second] = seats;
    let [one, two] = [phone, other];
    if (first === undefined) return;
    if (second !== undefined && two !== undefined && isUnacknowledged(second)) {
      [first, second] = [second, first];
      [one, two] = [two, one];
    }
    const call = joinedSession(first, second);
    const came = [
      { one, seat: first, side: "caller" as const },
      { one: two, seat: second, side: "callee" as const },
    ].flatMap(({ one: mover, seat, side }) => {
      const from = mover && this.roomOf(mover);
      return from === undefined || seat === undefined ? [] : [{ room: from, seat, side }];
    });
    const old = new Set([this.roomOf(phone), other && this.roomOf(other)].filter((room) => room !== undefined));
    const room = this.#room({ caller: one, ...(two === undefined ? {} : { callee: two }) });
    room.call = call;
    const wasAway = [...old].some((left) => left.call.suspended && left.waitsFor.length === 0);
    for (const left of old) {
      const sides: Side[] = [];
      for (const side of ["caller", "callee"] as const) {
        const here = left.phones[side];
        if (here !== undefined && (here === one || here === two)) sides.push(side);
      }
      this.#dispatch(left, { type: "taken", sides, outcome: MOVED });
      for (const side of sides) {
        left.phones[side]?.leaves(left, side);
        delete left.phones[side];
      }
    }
    if (wasAway) return;
    room.waitsFor = came;
    this.#begin();
  }

  /** The relay has worked off the next operation of a room. */
  media(room: Room, status: number): void {
    const next = room.media.shift();
    if (next === undefined) return;
    const { ticket, result } = next;
    if (status !== 200 || result === undefined) {
      const failed = status === 200 ? 488 : status;
      return this.#dispatch(room, { type: "media-failed", ticket, status: failed });
    }
    this.#dispatch(room, { type: "media-done", ticket, sdp: result });
  }

  /** A phone says something to what it was asked. */
  reply(phone: Phone, status: number): void {
    const asked = phone.asked.shift();
    if (asked === undefined) return;
    asked.room.asked.delete(asked.ticket);
    const { status: final, sdp } = phone.replyTo(asked, status);
    const { ticket } = asked;
    if (final >= 300) this.#dispatch(asked.room, { type: "request-failed", ticket, status: final });
    else {
      phone.unacknowledged += 1;
      this.#dispatch(asked.room, { type: "request-answered", ticket, status: final, sdp });
    }
    this.#begin();
  }

  acknowledge(phone: Phone): void {
    const room = this.roomOf(phone);
    const sdp = phone.acknowledge();
    if (room === undefined || !this.isEdgeUp) return;
    const side = sideOf(room, phone);
    this.#dispatch(room, { type: "acked", side, sdp });
  }

  reinvite(phone: Phone, isOffering: boolean): void {
    const room = this.roomOf(phone);
    if (room === undefined || phone.isOver || phone.transaction !== undefined || phone.owes > 0 || !this.isEdgeUp)
      return;
    // RFC 3261 14.1.
    if (phone.asked.length > 0 || phone.unacknowledged > 0) return;
    this.#transactions += 1;
    phone.transaction = `t${this.#transactions}`;
    const sdp = phone.change(isOffering);
    this.#dispatch(room, { type: "reinvite", side: sideOf(room, phone), transaction: phone.transaction, sdp });
  }

  leave(phone: Phone): void {
    const room = this.roomOf(phone);
    if (room === undefined || phone.isOver || !this.isEdgeUp) return;
    const side = sideOf(room, phone);
    phone.isOver = true;
    phone.leaves(room, side);
    delete room.phones[side];
    this.#dispatch(room, { type: "bye", side, transaction: `bye-${phone.name}` });
    this.#end(phone);
    this.#begin();
  }

  timer(room: Room): void {
    const [timer] = room.timers;
    if (timer === undefined) return;
    room.timers.delete(timer);
    // It was sent, and lost.
    if (timer === "ack") for (const phone of Object.values(room.phones)) if (phone.owes > 0) phone.acknowledge();
    this.#dispatch(room, { type: "timer", timer });
  }

  loseMedia(room: Room): void {
    this.#dispatch(room, { type: "media-lost" });
  }

  loseEdge(): void {
    this.isEdgeUp = false;
    for (const room of this.rooms) this.#dispatch(room, { type: "edge-lost" });
    for (const phone of this.phones) {
      for (const { room, ticket } of phone.asked.splice(0)) {
        room.asked.delete(ticket);
        this.#dispatch(room, { type: "request-failed", ticket, status: 503 });
      }
      // The edge has answered what waited, and the phones' timers end the rest.
      if (phone.transaction !== undefined) phone.takeRefusal();
      phone.transaction = undefined;
      phone.owes = 0;
      phone.missAcks();
      // What was not confirmed when its call ended is ended by the next edge.
      if (this.roomOf(phone)?.call.state === "disconnected") phone.isOver = true;
    }
    this.#begin();
  }

  findEdge(): void {
    this.isEdgeUp = true;
    for (const room of this.rooms) if (room.call.suspended) this.#dispatch(room, { type: "edge-back" });
  }

  hangUp(room: Room): void {
    this.#dispatch(room, { type: "hang-up", outcome: HUNG_UP });
  }

  #begin(): void {
    for (const room of this.rooms) {
      const isFree = room.waitsFor.every((came) => came.room.asked.size === 0 && came.room.waitsFor.length === 0);
      if (room.waitsFor.length === 0 || !isFree) continue;
      for (const { room: old, seat, side } of room.waitsFor.splice(0)) {
        const said = lateAnswer(seat, old.call, side);
        if (said !== undefined) this.#dispatch(room, said);
      }
      if (this.isEdgeUp && room.call.suspended) this.#dispatch(room, { type: "edge-back" });
    }
  }

  #room(phones: Room["phones"]): Room {
    const room: Room = {
      id: this.rooms.length + 1,
      call: NEW_SESSION,
      phones,
      media: [],
      timers: new Set(),
      offered: undefined,
      asked: new Map(),
      waitsFor: [],
    };
    this.rooms.push(room);
    return room;
  }

  #seatOf(phone: Phone): Seat | undefined {
    const room = this.roomOf(phone);
    return room === undefined || phone.isOver ? undefined : { call: room.call, side: sideOf(room, phone) };
  }

  #dispatch(room: Room, event: SessionEvent): void {
    const { call, effects } = step(room.call, event);
    room.call = call;
    for (const effect of effects) this.#perform(room, effect);
  }

  #perform(room: Room, effect: SessionEffect): void {
    switch (effect.type) {
      case "media":
        return this.#relay(room, effect);
      case "request": {
        const phone = room.phones[effect.side];
        assert.ok(phone !== undefined && !phone.isOver, "asked whom it has not");
        assert.equal(effect.method, "INVITE");
        const asked: Asked<Room> = { room, ticket: effect.ticket, sdp: effect.sdp, isCancelled: false };
        room.asked.set(effect.ticket, asked);
        return phone.ask(asked);
      }
      case "cancel-request": {
        const asked = room.asked.get(effect.ticket);
        assert.ok(asked !== undefined);
        asked.isCancelled = true;
        return;
      }
      case "ack":
        return this.#phone(room, effect.side).takeAck(effect.sdp);
      case "bye": {
        const phone = room.phones[effect.side];
        assert.ok(phone !== undefined, "BYE to whom it has not");
        assert.equal(phone.isOver, false, "BYE to whom has left");
        return this.#end(phone);
      }
      case "answer":
        return room.phones.caller?.take(effect.sdp);
      case "respond":
        return this.#respond(effect);
      case "start-timer":
        return void room.timers.add(effect.timer);
      case "stop-timer":
        return void room.timers.delete(effect.timer);
      case "adopt":
      case "cancel":
      case "closed":
      case "decline":
      case "divert":
      case "ended":
      case "invite":
      case "offer":
      case "pass":
      case "persist":
      case "picked-up":
      case "reject":
      case "ring":
        return;
    }
  }

  /** Also one that has been moved, while its last request here is answered. */
  #phone(room: Room, side: Side): Phone {
    const phone = room.phones[side] ?? this.phones.find((one) => one.wasIn(room, side));
    assert.ok(phone !== undefined, "ACK to nobody");
    return phone;
  }

  #respond({ transaction, status, sdp }: Extract<SessionEffect, { type: "respond" }>): void {
    const phone = this.phones.find((one) => one.transaction === transaction);
    if (phone === undefined) return;
    phone.transaction = undefined;
    if (status >= 300) return phone.takeRefusal();
    assert.ok(sdp !== undefined);
    phone.owes = 1;
    phone.take(sdp);
  }

  #end(phone: Phone): void {
    phone.isOver = true;
    phone.transaction = undefined;
    phone.missAcks();
    for (const { room, ticket } of phone.asked.splice(0)) {
      room.asked.delete(ticket);
      this.#dispatch(room, { type: "request-failed", ticket, status: 487 });
    }
  }

  #relay(room: Room, { operation, ticket }: Extract<SessionEffect, { type: "media" }>): void {
    const { kind } = operation;
    const sdp = kind === "endpoint-offer" ? "" : operation.sdp;
    let result: string | undefined;
    if (kind === "offer") {
      room.offered = sdp;
      result = relayed(room, sdp);
    } else if (kind === "answer" && room.call.hasEndpoint) result = "";
    else if (kind === "answer") result = fits(room.offered ?? "", sdp) ? relayed(room, sdp) : undefined;
    else if (kind === "endpoint-offer") result = relayed(room, SERVICE_OFFER);
    else result = sdp.includes("RTP/AVP 8") ? relayed(room, sdp.replace(/RTP\/AVP 8.*/g, "RTP/AVP 8")) : undefined;
    if (ticket !== 0) room.media.push({ ticket, result });
  }
}

const SERVICE_OFFER =
  "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nm=audio 9000 RTP/AVP 8\r\nc=IN IP4 192.0.2.9\r\na=sendrecv\r\n";

export function sideOf(room: Room, phone: Phone): Side {
  return room.phones.caller === phone ? "caller" : "callee";
}

export function other(room: Room, phone: Phone): Phone | undefined {
  return room.phones[otherSide(sideOf(room, phone))];
}

/** Another session has another origin, as when its sides could not be joined. */
function relayed({ id }: Room, sdp: string): string {
  return sdp.replace(/^o=.*(?=\r$)/m, `o=- ${1_000 + id} 1 IN IP4 192.0.2.9`);
}

/** Audio of both has a format in common. */
export function fits(one: string, two: string): boolean {
  const [first, second] = [audioFormats(one), audioFormats(two)];
  return first.some((format) => second.includes(format));
}

export function audioFormats(sdp: string): string[] {
  const [, formats = ""] = /^m=audio [1-9]\d* RTP\/AVP ([\d ]+)/m.exec(sdp) ?? [];
  return formats.split(" ").filter((format) => format !== "");
}
