import assert from "node:assert/strict";
import type { CallCommand, CommandResult } from "../../../../src/call/model/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../../support/configured-switch.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import { answer, establish, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";

const BARGE = "*43";

describe("shared lines and codes, as they are heard", () => {
  let cleanup: Cleanup;
  let configured: ConfiguredSwitch;
  let outside: TalkingPhone;
  let boss: TalkingPhone;
  let desk: TalkingPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    const line = [{ directoryNumber: "1005" }];
    configured = await startConfiguredSwitch(
      cleanup,
      [
        ...phoneOperations(["1001"]),
        ...phoneOperations(["1002"]),
        put("directory-number", { number: "1005" }),
        put("phone", { name: "boss", credentials: { user: "boss", password: "secret" }, lines: line }),
        put("phone", { name: "desk", credentials: { user: "desk", password: "secret" }, lines: line }),
      ],
      {},
      (options) => RelayedSwitch.start(options),
    );
    const { node } = configured;
    outside = started(await TalkingPhone.start(node, "1001"));
    boss = started(await TalkingPhone.start(node, "1005", { authUser: "boss", tone: 2 }));
    desk = started(await TalkingPhone.start(node, "1005", { authUser: "desk", tone: 3 }));
  });
  afterEach(() => cleanup.run());

  const started = (phone: TalkingPhone): TalkingPhone => cleanup.add(phone, (one) => one.close());
  const command = (wanted: CallCommand): Promise<CommandResult> => configured.node.manager.features.command(wanted);

  async function allTalk(...talks: readonly Talk[]): Promise<void> {
    const tones = talks.map(({ toneHz }) => toneHz);
    await Promise.all(talks.map((talk) => talk.untilHearsAll(tones.filter((hz) => hz !== talk.toneHz))));
  }

  /** A call to the line that the one device answers, and the other one had rung for. */
  async function answered(by: TalkingPhone, other: TalkingPhone): Promise<[Talk, Talk]> {
    const near = await outside.dial("1005");
    const [far] = [await by.offered(), await other.offered()];
    await Promise.all([answer(far), establish(near)]);
    return [near, far];
  }

  /** What each device of the line is in the only call. */
  function states(): Record<string, string> {
    const [call, ...others] = configured.node.manager.features.callsNow();
    assert.equal(others.length, 0);
    const line = call?.connections.find(({ number }) => number === "1005");
    return Object.fromEntries((line?.devices ?? []).map(({ device, state }) => [device, state]));
  }

  const statusOf = async (phone: TalkingPhone, number: string): Promise<number | undefined> =>
    (await (await phone.dial(number)).call.invite?.final())?.status;

  it("given a call that one device talks in, when the other dials the code, then all three hear each other, and two are left without a mixer", async () => {
    const [near, far] = await answered(boss, desk);
    assert.deepEqual(states(), { boss: "talking", desk: "bridged" });
    const barged = await desk.dial(BARGE);
    await establish(barged);
    await allTalk(near, far, barged);
    assert.deepEqual(states(), { boss: "talking", desk: "talking" });
    await far.hangUp();
    await allTalk(near, barged);
    assert.deepEqual(states(), { boss: "bridged", desk: "talking" });
    const [call] = configured.node.manager.features.callsNow();
    const connectedTo = call?.connections.flatMap(({ devices }) => devices.map(({ leg }) => leg?.connectedTo));
    assert.deepEqual(connectedTo?.filter((one) => one !== undefined).sort(), ["desk", "phone-1001"]);
    await near.hangUp();
    await barged.ended();
  });

  it("given a call that was entered, when the other party hangs up, then both devices are released", async () => {
    const [near, far] = await answered(boss, desk);
    const barged = await desk.dial(BARGE);
    await establish(barged);
    await allTalk(near, far, barged);
    await near.hangUp();
    await Promise.all([far.ended(), barged.ended()]);
    assert.deepEqual(configured.node.manager.features.callsNow(), []);
  });

  it("given a call on hold, when the other device dials the code with the number, then it has the call and the first is out", async () => {
    const [near, far] = await answered(boss, desk);
    await far.change("sendonly");
    await near.untilHears("music");
    const taken = await desk.dial(`${BARGE}1005`);
    await establish(taken);
    await far.ended();
    await allTalk(near, taken);
    assert.deepEqual(states(), { boss: "bridged", desk: "talking" });
  });

  it("given a call on hold, when a command has the other device retrieve it, then that rings, and has the call when it answers", async () => {
    const [near, far] = await answered(boss, desk);
    await far.change("sendonly");
    const [call] = configured.node.manager.features.callsNow();
    const result = command({ type: "retrieve", device: "desk", callId: call?.callId ?? "" });
    const taken = await desk.offered();
    await answer(taken);
    assert.deepEqual(await result, { ok: true, callId: call?.callId });
    await far.ended();
    await allTalk(near, taken);
  });

  it("given a call from the line, when the other device enters by command, then it rings, and is in when it answers", async () => {
    const near = await boss.dial("1001");
    const far = await outside.offered();
    await Promise.all([answer(far), establish(near)]);
    assert.deepEqual(states(), { boss: "talking", desk: "bridged" });
    const [call] = configured.node.manager.features.callsNow();
    const result = command({ type: "barge", device: "desk", callId: call?.callId ?? "" });
    const barged = await desk.offered();
    await answer(barged);
    assert.equal((await result).ok, true);
    await allTalk(near, far, barged);
  });

  it("given a private device, when the other one enters, then it is refused until the first lets it in", async () => {
    await answered(boss, desk);
    assert.equal((await command({ type: "privacy", device: "boss", isOn: true })).ok, true);
    await configured.followed.refresh();
    assert.equal(await statusOf(desk, BARGE), 403);
    assert.equal((await command({ type: "privacy", device: "boss" })).ok, true);
    await configured.followed.refresh();
    await establish(await desk.dial(BARGE));
  });

  it("given a phone that does not share the line, when it dials the code, then it is refused", async () => {
    await answered(boss, desk);
    const stranger = started(await TalkingPhone.start(configured.node, "1002", { tone: 5 }));
    assert.equal(await statusOf(stranger, BARGE), 403);
    assert.equal(await statusOf(stranger, `${BARGE}1005`), 403);
    assert.equal(await statusOf(desk, `${BARGE}1002`), 403);
  });

  it("given no call of the line, when the code is dialed, then there is nothing to enter", async () => {
    assert.equal(await statusOf(desk, BARGE), 404);
  });

  it("given both devices answer at once, when one is taken, then the other is released and sees the call", async () => {
    const near = await outside.dial("1005");
    const talks = [await boss.offered(), await desk.offered()];
    const offers = talks.map((talk) => talk.call.offer ?? assert.fail());
    for (const [index, talk] of talks.entries()) {
      talk.call.respond(offers[index] ?? assert.fail(), 200, { sdp: talk.sdp(offers[index]?.body) });
      talk.adopt(offers[index]?.body ?? "");
    }
    await establish(near);
    for (const talk of talks) await talk.call.request("ACK");
    const loser = await Promise.any(talks.map(async (talk) => (await talk.ended(), talk)));
    const winner = talks.find((talk) => talk !== loser) ?? assert.fail();
    await allTalk(near, winner);
    assert.deepEqual(Object.values(states()).sort(), ["bridged", "talking"]);
  });

  it("given a phone with two calls on hold, when it dials the code of conferences, then it talks with both by the call it has dialed", async () => {
    const other = started(await TalkingPhone.start(configured.node, "1002", { tone: 4 }));
    const [first, b] = await outside.talkTo(other);
    await first.change("sendonly");
    const second = await outside.dial("1005");
    const c = await desk.offered();
    await Promise.all([answer(c), establish(second)]);
    await second.change("sendonly");
    const dialed = await outside.dial("*41");
    await establish(dialed);
    await Promise.all([first.ended(), second.ended()]);
    await allTalk(dialed, b, c);
    assert.equal(configured.node.manager.features.callsNow().length, 1);
    assert.equal(await statusOf(desk, "*41"), 403);
  });
});
