import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { Cleanup } from "../support/cleanup.ts";
import type { EnduringCall } from "../support/enduring-call.ts";
import { EnduringPhone } from "../support/enduring-phone.ts";
import { eventually } from "../support/eventually.ts";
import { RtpEnd } from "../support/rtp-end.ts";
import { CALL_GAUGES, TandemNode, type ServiceName } from "../support/tandem-node.ts";
import { doneOn } from "../support/tandem-shell.ts";

const KILLS: readonly (readonly ServiceName[])[] = [["callmanager"], ["edge"], ["media"], ["edge", "callmanager"]];
const BACK_MS = 15_000;
const HEARD_MS = 10_000;
const ENDED_MS = 10_000;
const SETTLED_MS = 20_000;
const REMINDED_MS = 20_000;
const QUIET_MS = 200;

/** One end of a call, with its RTP. */
interface End {
  readonly call: EnduringCall;
  readonly rtp: RtpEnd;
}

/** A phone with its RTP. */
interface Station {
  readonly phone: EnduringPhone;
  readonly rtp: RtpEnd;
}

describe("kill -9 during features of calls", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let serial = 0;

  beforeEach(async () => {
    node = cleanup.add(await TandemNode.start({ orphanGraceSeconds: 30 }), (started) => started.stop());
  });
  afterEach(async () => {
    await cleanup.run();
  });

  for (const services of KILLS) {
    it(`given calls on hold, transferred and being transferred, when ${services.join(" and ")} are killed, then each goes on and ends properly`, async () => {
      const held = await callBetween("1001", "1002");
      await held.near.call.change("sendonly");
      await hearsMusic(held.far);
      const transferred = await transfer("1003", "1004", "1005");
      const ringing = await callBetween("1006", "1007");
      const target = await phoneOf("1008");
      target.phone.answers = false;
      await ringing.far.call.refer("1008");
      const rung = await target.phone.incoming.take(() => true, "the call of a transfer");
      await kill(services);
      // On hold: the music goes on, and the call is taken back.
      await hearsMusic(held.far);
      await held.near.call.change("sendrecv");
      await talk(held.near, held.far);
      await hangUp(held.far, held.near);
      // Transferred: either can hold, resume and hang up.
      await talk(transferred.near, transferred.far);
      for (const { call } of [transferred.near, transferred.far]) {
        await call.change("sendonly");
        await call.change("sendrecv");
      }
      await talk(transferred.far, transferred.near);
      const [ending, other] = services.includes("edge")
        ? [transferred.near, transferred.far]
        : [transferred.far, transferred.near];
      await hangUp(ending, other);
      // Being transferred: the call is as it was, and nobody is left half in it.
      await talk(ringing.near, ringing.far);
      await hangUp(ringing.near, ringing.far);
      await node.zero(CALL_GAUGES, SETTLED_MS);
      assert.equal(rung.phone.failure, undefined);
    });

    it(`given a conference of three and parked calls, when ${services.join(" and ")} are killed, then the conference ends properly, and the parked are retrieved or called back`, async () => {
      const [members] = await Promise.all([
        conference("1001", "1002", "1003"),
        doneOn(node, ["park-range", "add", "701"]),
        doneOn(node, ["park-range", "add", "702", "reminderSeconds=5"]),
      ]);
      const parked = await park("1004", "1005", "701");
      const forgotten = await park("1006", "1007", "702");
      await kill(services);
      await allTalk(members);
      await hearsMusic(parked.party);
      const finder = await phoneOf("1008");
      const found = { call: await finder.phone.call("701", "retrieved"), rtp: finder.rtp };
      await talk(found, parked.party);
      await hangUp(parked.party, found);
      // The reminder: who parked is rung, and has the call back.
      const reminded = await forgotten.by.phone.incoming.take(() => true, "the reminder", REMINDED_MS);
      const back = { call: reminded, rtp: forgotten.by.rtp };
      await talk(back, forgotten.party);
      await hangUp(back, forgotten.party);
      // Who made the conference leaves it; the two that are left talk as any two do.
      const [maker, ...left] = members;
      await maker.call.hangUp();
      const [one, other] = left;
      await talkDirectly(one, other);
      await hangUp(one, other);
      await node.zero(CALL_GAUGES, SETTLED_MS);
    });
  }

  /** The first has two calls, and dials the code that makes them a conference. */
  async function conference(maker: string, second: string, third: string): Promise<[End, End, End]> {
    const [one, two, three] = await Promise.all([phoneOf(maker), phoneOf(second), phoneOf(third)]);
    const first = await one.phone.call(second, "first");
    const near = { call: await two.phone.incoming.take(() => true, "a call"), rtp: two.rtp };
    await first.change("sendonly");
    const next = await one.phone.call(third, "next");
    const far = { call: await three.phone.incoming.take(() => true, "a call"), rtp: three.rtp };
    await next.change("sendonly");
    const call = await one.phone.call("*41", "conference");
    const members: [End, End, End] = [{ call, rtp: one.rtp }, near, far];
    await Promise.all([first, next].map((old) => old.hasEnded(ENDED_MS)));
    await allTalk(members);
    return members;
  }

  /** The second parks its call with the first. */
  async function park(caller: string, callee: string, slot: string): Promise<{ party: End; by: Station }> {
    const [one, by] = [await phoneOf(caller), await phoneOf(callee)];
    const call = await one.phone.call(callee, slot);
    const theirs = await by.phone.incoming.take(() => true, "a call");
    await theirs.refer(slot);
    await theirs.hasEnded(ENDED_MS);
    const party = { call, rtp: one.rtp };
    await hearsMusic(party);
    return { party, by };
  }

  /** A phone, registered, with RTP of its own. */
  async function phoneOf(user: string): Promise<Station> {
    const rtp = cleanup.add(await RtpEnd.open(), (end) => end.close());
    const { server, password } = node.account(user);
    const [address = "", port] = server.split(":");
    const link = { protocol: "udp" as const, address, port: Number(port) };
    const phone = await EnduringPhone.start({ server: link, user, password, mediaPort: rtp.port });
    cleanup.add(phone, (one) => one.close());
    return { phone, rtp };
  }

  async function callBetween(caller: string, callee: string): Promise<{ readonly near: End; readonly far: End }> {
    const [one, other] = [await phoneOf(caller), await phoneOf(callee)];
    const subject = String((serial += 1));
    const near = await one.phone.call(callee, subject);
    const far = await other.phone.incoming.take(({ parts }) => parts.subject === subject, subject);
    const ends = { near: { call: near, rtp: one.rtp }, far: { call: far, rtp: other.rtp } };
    await talk(ends.near, ends.far);
    return ends;
  }

  /** The second transfers the first to the third. */
  async function transfer(caller: string, callee: string, to: string): Promise<{ near: End; far: End }> {
    const { near, far } = await callBetween(caller, callee);
    const target = await phoneOf(to);
    await far.call.refer(to);
    const call = await target.phone.incoming.take(() => true, "the call of a transfer");
    await far.call.hasEnded(ENDED_MS);
    const ends = { near, far: { call, rtp: target.rtp } };
    await talk(ends.near, ends.far);
    return ends;
  }

  async function kill(services: readonly ServiceName[]): Promise<void> {
    const pids = await Promise.all(services.map(async (service) => (await node.hello(service)).pid));
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await Promise.all(services.map((service, index) => node.serviceAgain(service, pids[index] ?? 0, BACK_MS)));
  }

  /** Each hears each other, whoever else is there. */
  async function allTalk(ends: readonly End[]): Promise<void> {
    for (const from of ends) {
      for (const by of ends) if (by !== from) await isHeard(from, by, () => by.rtp.heardSpeech);
    }
  }

  /** No mixer is between them, which would send whether anybody talks or not. */
  async function talkDirectly(one: End, other: End): Promise<void> {
    await eventually(
      async () => {
        const before = one.rtp.heard + other.rtp.heard;
        await delay(QUIET_MS);
        assert.equal(one.rtp.heard + other.rtp.heard, before, "packets, while nobody talks");
      },
      { timeoutMs: HEARD_MS },
    );
    await talk(one, other);
  }

  async function talk(one: End, other: End): Promise<void> {
    await isHeard(one, other);
    await isHeard(other, one);
  }

  /** What the relay has played to the listener before makes it send on by the name of that source. */
  async function isHeard(from: End, by: End, heard = (): number => by.rtp.heard): Promise<void> {
    const before = heard();
    await eventually(
      () => {
        assert.ok(from.call.described !== undefined);
        from.rtp.send(from.call.described);
        assert.ok(heard() >= before + 5, `${heard() - before} packets heard`);
      },
      { timeoutMs: HEARD_MS, intervalMs: 20 },
    );
  }

  /** Nobody sends, and yet it hears something. */
  async function hearsMusic({ rtp }: End): Promise<void> {
    const before = rtp.heard;
    await eventually(() => assert.ok(rtp.heard >= before + 25, `${rtp.heard - before} packets of music`), {
      timeoutMs: HEARD_MS,
      intervalMs: 20,
    });
  }

  async function hangUp(by: End, other: End): Promise<void> {
    await by.call.hangUp();
    await other.call.hasEnded(ENDED_MS);
  }
});
