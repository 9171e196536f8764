import assert from "node:assert/strict";
import type { CommandResult } from "../../../../src/call/model/index.ts";
import type { CallCommand, ConsultCommand } from "../../../../src/signals/index.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import { answer, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";

describe("conferences, as they are heard", () => {
  let relayed: RelayedSwitch;
  let phones: TalkingPhone[];
  beforeEach(async () => {
    const four = { maxCalls: 4 };
    relayed = await RelayedSwitch.start({ phones: [four, four, four, four] });
    phones = [];
    for (const number of ["1001", "1002", "1003", "1004"]) {
      phones.push(await TalkingPhone.start(relayed.node, number));
    }
  });
  afterEach(async () => {
    for (const phone of phones) await phone.close();
    await relayed.stop();
  });

  const phone = (index: number): TalkingPhone => phones[index] ?? assert.fail();
  const command = (wanted: CallCommand | ConsultCommand): Promise<CommandResult> =>
    relayed.node.manager.features.command(wanted);

  /** Each hears all the others, and not itself. */
  async function allTalk(...talks: readonly Talk[]): Promise<void> {
    const tones = talks.map(({ toneHz }) => toneHz);
    await Promise.all(talks.map((talk) => talk.untilHearsAll(tones.filter((hz) => hz !== talk.toneHz))));
  }

  /** The first phone talks with another one, its call before being on hold. */
  async function callNext(index: number, held: Talk | undefined): Promise<[Talk, Talk]> {
    await held?.change("sendonly");
    const [near, far] = await phone(0).talkTo(phone(index));
    return [near, far];
  }

  /** `[the first phone's first leg, the second phone, the first phone's second leg, the third phone]` */
  async function formed(): Promise<[Talk, Talk, Talk, Talk]> {
    const [a1, b] = await callNext(1, undefined);
    const [a2, c] = await callNext(2, a1);
    const result = await command({ type: "conference", device: "phone-1001" });
    assert.equal(result.ok, true, JSON.stringify(result));
    return [a1, b, a2, c];
  }

  it("given two calls of a phone, when they are made a conference, then each of three hears the two others and not itself", async () => {
    const [a1, b, a2, c] = await formed();
    await a1.ended();
    await allTalk(a2, b, c);
    const calls = relayed.node.manager.features.callsNow();
    assert.equal(calls.length, 1);
    assert.deepEqual(
      calls[0]?.connections.map(({ number }) => number),
      ["1001", "1002", "1003"],
    );
  });

  it("given a conference, when a fourth is added, one is dropped and another hangs up, then those who are left hear each other", async () => {
    const [, b, a2, c] = await formed();
    const [a3, d] = await callNext(3, a2);
    assert.equal((await command({ type: "add-party", device: "phone-1001" })).ok, true);
    await a2.ended();
    await allTalk(a3, b, c, d);
    assert.equal((await command({ type: "drop-party", device: "phone-1001", party: "phone-1002" })).ok, true);
    await b.ended();
    await allTalk(a3, c, d);
    await a3.hangUp();
    await allTalk(c, d);
    const [call] = relayed.node.manager.features.callsNow();
    const connected = call?.connections.map(({ devices }) => devices[0]?.leg?.connectedTo);
    assert.deepEqual(connected, ["phone-1004", "phone-1003"]);
    await c.hangUp();
    await d.ended();
    await relayed.node.manager.features.command({ type: "drop", device: "phone-1001" });
    assert.deepEqual(relayed.node.manager.features.callsNow(), []);
  });

  it("given a conference, when a member consults, then it talks beside it, and the conference goes on with whom it has asked, too", async () => {
    const [, b, a2, c] = await formed();
    const [call] = relayed.node.manager.features.callsNow();
    const callId = call?.callId ?? assert.fail();
    const consulting = command({ type: "consult", device: "phone-1001", callId, to: "1004", newCallId: "beside" });
    const a3 = await phone(0).offered();
    await answer(a3);
    const d = await phone(3).offered();
    await answer(d);
    assert.equal((await consulting).ok, true);
    await Promise.all([allTalk(a3, d), allTalk(b, c)]);
    const joined = await command({ type: "conference", device: "phone-1001", callIds: [callId, "beside"] });
    assert.equal(joined.ok, true, JSON.stringify(joined));
    await a2.ended();
    const members = relayed.node.manager.features.callsNow().map(({ connections }) => connections.length);
    assert.deepEqual(members, [4]);
    await allTalk(a3, b, c, d);
  });

  it("given a conference, when the number that a member consults is busy, then the member talks in the conference again", async () => {
    const [, b, a2, c] = await formed();
    const callId = relayed.node.manager.features.callsNow()[0]?.callId ?? assert.fail();
    const consulting = command({ type: "consult", device: "phone-1001", callId, to: "1004", newCallId: "beside" });
    const a3 = await phone(0).offered();
    await answer(a3);
    const d = await phone(3).offered();
    d.call.respond(d.call.offer ?? assert.fail(), 486);
    const refused = await consulting;
    assert.equal(refused.ok ? "ok" : refused.failure, "destination-busy");
    await a3.ended();
    await allTalk(a2, b, c);
  });

  it("given a conference, when a phone or the switch holds for a member, then the others hear neither it nor music", async () => {
    const [, b, a2, c] = await formed();
    await allTalk(a2, b, c);
    await b.change("sendonly");
    await allTalk(a2, c);
    await b.change(undefined);
    await allTalk(a2, b, c);
    assert.equal((await command({ type: "hold", device: "phone-1003" })).ok, true);
    await allTalk(a2, b);
    await c.untilHears("silence");
    assert.equal((await command({ type: "retrieve", device: "phone-1003" })).ok, true);
    await allTalk(a2, b, c);
  });

  it("given a conference, when a member transfers itself to a number, then who answers there is in its place", async () => {
    const [, b, a2, c] = await formed();
    c.refer("<sip:1004@127.0.0.1>");
    const d = await phone(3).offered();
    d.progress(180);
    await answer(d);
    await c.untilNotified(100, 180, 200);
    await c.ended();
    await allTalk(a2, b, d);
  });

  it("given two calls that the switch holds and lets talk, when the phone's calls are made a conference, then the leg that talks stays", async () => {
    const [a1, b] = await callNext(1, undefined);
    assert.equal((await command({ type: "hold", device: "phone-1001" })).ok, true);
    const [a2, c] = await callNext(2, undefined);
    assert.equal((await command({ type: "conference", device: "phone-1001" })).ok, true);
    await a1.ended();
    await allTalk(a2, b, c);
  });

  it("given a conference, when all but one hang up at once, then that one is released and nothing is left", async () => {
    const [, b, a2, c] = await formed();
    await Promise.all([b.hangUp(), c.hangUp()]);
    await a2.ended();
    await relayed.settled(7);
  });

  it("given a party that hangs up in the moment of the conference, when it is gone, then the other call goes on", async () => {
    const [a1, b] = await callNext(1, undefined);
    const [a2, c] = await callNext(2, a1);
    const result = command({ type: "conference", device: "phone-1001" });
    await c.hangUp();
    await result;
    await a1.change(undefined).catch(() => undefined);
    const left = a1.isEnded ? a2 : a1;
    await allTalk(left, b);
    assert.equal(relayed.node.manager.features.callsNow().length, 1);
  });
});
