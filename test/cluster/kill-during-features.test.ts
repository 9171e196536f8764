import assert from "node:assert/strict";
import { Cleanup } from "../support/cleanup.ts";
import type { EnduringCall } from "../support/enduring-call.ts";
import { EnduringPhone } from "../support/enduring-phone.ts";
import { eventually } from "../support/eventually.ts";
import { RtpEnd } from "../support/rtp-end.ts";
import { CALL_GAUGES, TandemNode, type ServiceName } from "../support/tandem-node.ts";

const KILLS: readonly (readonly ServiceName[])[] = [["callmanager"], ["edge"], ["media"], ["edge", "callmanager"]];
const BACK_MS = 15_000;
const HEARD_MS = 10_000;
const ENDED_MS = 10_000;
const SETTLED_MS = 20_000;

/** One end of a call, with its RTP. */
interface End {
  readonly call: EnduringCall;
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
  }

  /** A phone, registered, with RTP of its own. */
  async function phoneOf(user: string): Promise<{ readonly phone: EnduringPhone; readonly rtp: RtpEnd }> {
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

  async function talk(one: End, other: End): Promise<void> {
    await isHeard(one, other);
    await isHeard(other, one);
  }

  /** What the relay has played to the listener before makes it send on by the name of that source. */
  async function isHeard(from: End, by: End): Promise<void> {
    const before = by.rtp.heard;
    await eventually(
      () => {
        assert.ok(from.call.described !== undefined);
        from.rtp.send(from.call.described);
        assert.ok(by.rtp.heard >= before + 5, `${by.rtp.heard - before} packets heard`);
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
