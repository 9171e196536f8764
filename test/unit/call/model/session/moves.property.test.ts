import assert from "node:assert/strict";
import fc from "fast-check";
import { isSameMedia } from "../../../../../src/call/model/index.ts";
import { ImaginedPhone } from "./imagined-phone.ts";
import { fits, MovingWorld, other, sideOf, type Phone, type Room } from "./moving-world.ts";

interface Happening {
  readonly kind:
    | "media"
    | "media-failed"
    | "reply"
    | "refuse"
    | "acknowledge"
    | "reinvite"
    | "hold"
    | "join"
    | "attach"
    | "leave"
    | "timer"
    | "media-lost"
    | "edge-lost"
    | "edge-back"
    | "hang-up";
  readonly pick: number;
  readonly with: number;
  readonly status: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom<Happening["kind"]>(
    ...(["media", "media", "media", "reply", "reply", "reply", "refuse", "acknowledge", "acknowledge"] as const),
    ...(["reinvite", "hold", "join", "join", "attach", "timer", "media-failed", "media-lost"] as const),
    ...(["leave", "edge-lost", "edge-back", "hang-up"] as const),
  ),
  pick: fc.nat(7),
  with: fc.nat(7),
  status: fc.constantFrom(488, 491, 500, 503),
});

class Schedule {
  readonly world: MovingWorld;

  constructor(phones: readonly Phone[], isNew: boolean) {
    this.world = new MovingWorld(phones);
    const [a, b, c, d] = phones;
    assert.ok(a !== undefined && b !== undefined && c !== undefined && d !== undefined);
    this.world.talk(a, b, isNew);
    this.world.talk(c, d, !isNew);
  }

  apply({ kind, pick, with: second, status }: Happening): void {
    const { world } = this;
    const phone = world.phones[pick % world.phones.length];
    const room = world.rooms[pick % world.rooms.length];
    assert.ok(phone !== undefined && room !== undefined);
    switch (kind) {
      case "media":
        return world.media(room, 200);
      case "media-failed":
        return world.media(room, status === 491 ? 488 : status);
      case "reply":
        return world.reply(phone, 200);
      case "refuse":
        return world.reply(phone, status);
      case "acknowledge":
        if (phone.owes > 0) world.acknowledge(phone);
        return;
      case "reinvite":
        return world.reinvite(phone, second % 2 === 0);
      case "hold":
        phone.isHolding = !phone.isHolding;
        return world.reinvite(phone, true);
      case "join": {
        const target = world.phones[second % world.phones.length];
        if (target !== undefined && target !== phone) world.move(phone, target);
        return;
      }
      case "attach":
        return world.move(phone, undefined);
      case "leave":
        return world.leave(phone);
      case "timer":
        return world.timer(room);
      case "media-lost":
        return world.loseMedia(room);
      case "edge-lost":
        if (world.isEdgeUp) world.loseEdge();
        return;
      case "edge-back":
        if (!world.isEdgeUp) world.findEdge();
        return;
      case "hang-up":
        return world.hangUp(room);
    }
  }

  /** All that is under way comes to its end, and everybody takes what it is asked. */
  settle(): void {
    const { world } = this;
    if (!world.isEdgeUp) world.findEdge();
    for (let round = 0; round < 200; round += 1) {
      for (const room of world.rooms) {
        while (room.media.length > 0) world.media(room, 200);
      }
      for (const phone of world.phones) {
        while (phone.asked.length > 0) world.reply(phone, 200);
        while (phone.owes > 0) world.acknowledge(phone);
      }
      for (const room of world.rooms) world.timer(room);
    }
  }
}

/** What the switch knows is what the phone knows. */
function check(world: MovingWorld, phone: Phone): void {
  assert.equal(phone.asked.length, 0, `${phone.name} is still asked`);
  assert.equal(phone.transaction, undefined, `${phone.name} has no answer`);
  if (phone.isOver) return;
  assert.equal(phone.unacknowledged, 0, `${phone.name} misses an ACK`);
  const room = world.roomOf(phone);
  assert.ok(room !== undefined, `${phone.name} is nowhere`);
  assert.equal(room.call.state, "established", `${phone.name} was left`);
  assert.equal(room.call.negotiation, undefined, `${phone.name} is not settled`);
  assert.equal(room.call.needsResync, "no");
  assert.equal(room.call.suspended, false);
  const { localSdp, remoteSdp } = room.call[sideOf(room, phone)];
  assert.equal(localSdp, phone.heard, `${phone.name} was told something else`);
  assert.ok(isSameMedia(taking(remoteSdp), taking(phone.said)), `${phone.name} has said something else`);
  assert.equal(room.call[sideOf(room, phone)].isHolding, isHeard(phone), `${phone.name} holds`);
  checkAudio(room, phone);
}

function isHeard({ said }: Phone): boolean {
  return said.includes("sendonly");
}

function checkAudio(room: Room, phone: Phone): void {
  if (room.call.hasEndpoint) return assert.ok(fits("m=audio 1 RTP/AVP 8 9\r\n", phone.heard), "no way for audio");
  const opposite = other(room, phone);
  assert.ok(opposite !== undefined);
  assert.ok(fits(phone.said, opposite.said), `${phone.name} and ${opposite.name} have no way for audio`);
}

function taking(sdp: string | undefined): string | undefined {
  return sdp?.replace(/^a=(?:sendonly|recvonly|inactive)/gm, "a=sendrecv");
}

const KINDS = [
  { name: "all", formats: ["9", "8"], hasVideo: true },
  { name: "plain", formats: ["8"], hasVideo: false },
  { name: "wide", formats: ["9"], hasVideo: false },
  { name: "film", formats: ["8", "9"], hasVideo: true, isVideoFirst: true },
] as const;

describe("parties that are moved between sessions", () => {
  it("given any order of events, when all is settled, then each phone is on what the switch knows, or has its BYE", () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 80 }),
        fc.boolean(),
        fc.constantFrom([0, 1, 3, 2], [0, 1, 2, 3], [3, 0, 1, 3], [0, 2, 0, 1], [1, 3, 0, 3]),
        (happenings, isNew, order) => {
          const phones = order.map((index, place) => {
            const kind = KINDS[index];
            assert.ok(kind !== undefined);
            return new ImaginedPhone<Room>({ ...kind, name: `${kind.name}${place}` });
          });
          const schedule = new Schedule(phones, isNew);
          for (const one of happenings) schedule.apply(one);
          schedule.settle();
          for (const phone of phones) check(schedule.world, phone);
          for (const room of schedule.world.rooms) {
            if (room.call.state === "disconnected") assert.ok(room.call.isClosed, `room ${room.id} is not closed`);
            assert.equal(room.asked.size, 0);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
