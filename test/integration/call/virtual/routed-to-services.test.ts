import assert from "node:assert/strict";
import type { CommandResult } from "../../../../src/call/model/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../../support/configured-switch.ts";
import { CtiApplication } from "../../../support/cti-application.ts";
import { eventually } from "../../../support/eventually.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import { answer, establish, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";

const WITHIN = { timeoutMs: 4_000, intervalMs: 10 };

describe("calls that an application routes to services of the switch", () => {
  let cleanup: Cleanup;
  let configured: ConfiguredSwitch;
  let relayed: RelayedSwitch;
  let point: CtiApplication;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;

  beforeEach(async () => {
    cleanup = new Cleanup();
    const operations = [
      ...["1001", "1002", "1003"].flatMap((number) => phoneOperations([number])),
      put("directory-number", { number: "1002", maxCalls: 1, busyTrigger: 1 }),
      put("directory-number", { number: "7000" }),
      put("route-point", { name: "point", lines: [{ directoryNumber: "7000" }] }),
      put("line-group", { name: "sales", members: ["1002@internal"], ringSeconds: 20 }),
      put("hunt-pilot", { pattern: "5000", lineGroups: ["sales"], queue: {} }),
      put("hunt-pilot", { pattern: "5001", lineGroups: ["sales"] }),
      put("park-range", { pattern: "70X" }),
    ];
    const settings = { emergency: { numbers: ["112"], route: "1002" } };
    configured = await startConfiguredSwitch(cleanup, operations, { settings }, async (options) => {
      relayed = await RelayedSwitch.start(options);
      return relayed;
    });
    const { node } = configured;
    point = cleanup.add(await CtiApplication.start(node, "point"), (one) => one.close());
    [alice, bob, carol] = (await Promise.all(
      ["1001", "1002", "1003"].map(async (number) => {
        return cleanup.add(await TalkingPhone.start(node, number), (one) => one.close());
      }),
    )) as [TalkingPhone, TalkingPhone, TalkingPhone];
    point.own({ mode: "none" }, { routes: true });
  });
  afterEach(() => cleanup.run());

  /** What has become of the dialogue, such as `attempt 5000`. */
  const moments = (): string[] =>
    point
      .of("route")
      .map(({ moment, route }) =>
        [moment, route.ended ?? route.destination?.to].filter((word) => word !== undefined).join(" "),
      );

  /** What the caller's INVITE has been answered with so far. */
  const statuses = ({ call }: Talk): number[] =>
    call.invite?.responses.waiting.map(({ status = 0 }) => status).filter((status) => status > 100) ?? [];

  /** A call at the route point, and what comes of what is selected for it. */
  async function route(...destinations: readonly string[]): Promise<readonly [Talk, Promise<CommandResult>]> {
    const calling = await alice.dial("7000");
    await eventually(() => assert.equal(moments().at(-1), "request"), WITHIN);
    return [calling, select(...destinations)];
  }

  function select(...destinations: readonly string[]): Promise<CommandResult> {
    const routeId = point.of("route").at(-1)?.route.routeId ?? assert.fail();
    return configured.node.manager.features.command({
      type: "route-select",
      device: "point",
      routeId,
      destinations: destinations.map((to) => ({ to })),
    });
  }

  async function used(to: string, selected: Promise<CommandResult>, before: readonly string[] = []): Promise<void> {
    const result = await selected;
    assert.ok(result.ok, result.ok ? "" : `${result.failure}: ${result.detail}`);
    const expected = ["request", ...before, `attempt ${to}`, `used ${to}`, "end used"];
    await eventually(() => assert.deepEqual(moments(), expected), WITHIN);
  }

  /** Both talk, and when the caller hangs up nothing is left. */
  async function talkAndEnd(calling: Talk, answered: Talk): Promise<void> {
    await Promise.all([calling.untilHears(answered.toneHz), answered.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await answered.ended();
    await nothingLeft();
  }

  async function nothingLeft(): Promise<void> {
    await eventually(() => {
      for (const name of ["tandem_calls", "tandem_call_sessions", "tandem_queued_callers"]) {
        assert.equal(configured.node.metric(name), 0, name);
      }
    }, WITHIN);
  }

  /** The member of the pilots has a call. */
  async function occupied(): Promise<readonly [Talk, Talk]> {
    const calling = await carol.dial("1002");
    const taken = await bob.offered();
    await answer(taken);
    await establish(calling);
    return [calling, taken];
  }

  it("given a dialogue that the application ends, when it leaves the call alone, then the caller hears it ring until its time is over", async () => {
    const calling = await alice.dial("7000");
    await eventually(() => assert.equal(moments().at(-1), "request"), WITHIN);
    assert.deepEqual(statuses(calling), []);
    const { routeId } = point.of("route").at(-1)?.route ?? assert.fail();
    const ended = await configured.node.manager.features.command({ type: "route-end", device: "point", routeId });
    assert.ok(ended.ok);
    await eventually(() => assert.deepEqual(statuses(calling), [180]), WITHIN);
    const states = point.of("call").flatMap(({ call }) => call.connections.map(({ state }) => state));
    assert.ok(!states.includes("alerting"), "the application may accept it still");
    assert.equal((await calling.call.invite?.final(6_000))?.status, 480);
    await nothingLeft();
  });

  for (const pilot of ["5000", "5001"]) {
    it(`given a hunt pilot ${pilot === "5000" ? "with" : "without"} a queue, when a member is free, then it rings, and both hear each other`, async () => {
      const [calling, selected] = await route(pilot);
      const ringing = await bob.offered();
      assert.match(ringing.call.offer?.get("diversion") ?? "", new RegExp(`^<sip:${pilot}@.*<sip:7000@`));
      ringing.progress(180);
      await used(pilot, selected);
      await answer(ringing);
      await establish(calling);
      await talkAndEnd(calling, ringing);
    });
  }

  it("given a hunt pilot with a queue, when nobody is free, then the caller waits with music, has its turn, and the dialogue is over", async () => {
    const [other, taken] = await occupied();
    const [calling, selected] = await route("5000", "1003");
    await establish(calling);
    await used("5000", selected);
    await calling.untilHears("music");
    assert.equal(configured.node.metric("tandem_queued_callers"), 1);
    await other.hangUp();
    await taken.ended();
    const ringing = await bob.offered();
    await answer(ringing);
    await talkAndEnd(calling, ringing);
  });

  it("given a caller that waits in a queue where it was routed, when it hangs up, then nothing of it is left", async () => {
    const [other, taken] = await occupied();
    const [calling, selected] = await route("5000");
    await establish(calling);
    await used("5000", selected);
    await calling.hangUp();
    await other.hangUp();
    await taken.ended();
    await nothingLeft();
  });

  it("given a hunt pilot without a queue, when nobody is free, then the next of the list takes the call", async () => {
    const [other, taken] = await occupied();
    await other.change("sendonly");
    const [calling, selected] = await route("5001", "1003");
    const ringing = await carol.offered();
    ringing.progress(180);
    await used("1003", selected, ["attempt 5001", "failed 5001"]);
    await answer(ringing);
    await establish(calling);
    await Promise.all([calling.untilHears(ringing.toneHz), ringing.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await ringing.ended();
    await other.hangUp();
    await taken.ended();
    await nothingLeft();
  });

  for (const [what, number] of [
    ["a park slot", "701"],
    ["the code of conferences", "*41"],
    ["the code that parks", "*42"],
  ] as const) {
    it(`given ${what}, which nobody can be routed to, when it is selected, then it has failed, and the next of the list takes the call`, async () => {
      const [calling, selected] = await route(number, "1003");
      const ringing = await carol.offered();
      ringing.progress(180);
      await used("1003", selected, [`attempt ${number}`, `failed ${number}`]);
      await answer(ringing);
      await establish(calling);
      await talkAndEnd(calling, ringing);
    });
  }

  it("given nothing but such numbers, when they are selected, then the application is asked again, and the call can be routed still", async () => {
    const [calling, selected] = await route("701", "*41");
    const failed = await selected;
    assert.equal(failed.ok ? "" : failed.failure, "route-exhausted");
    await eventually(() => assert.equal(moments().at(-1), "re-route"), WITHIN);
    const again = select("1003");
    const ringing = await carol.offered();
    await answer(ringing);
    await establish(calling);
    assert.equal((await again).ok, true);
    await talkAndEnd(calling, ringing);
  });

  it("given the echo, when it is selected, then it answers", async () => {
    const [calling, selected] = await route("9196");
    await establish(calling);
    await used("9196", selected);
    await calling.untilHears(calling.toneHz);
    await calling.hangUp();
    await nothingLeft();
  });

  it("given an emergency number, when it is selected, then it rings at the place for that, and nothing stands against it", async () => {
    await configured.change(put("directory-number", { number: "1002", doNotDisturb: "reject" }));
    const [calling, selected] = await route("112");
    const ringing = await bob.offered();
    ringing.progress(180);
    await used("112", selected);
    await answer(ringing);
    await establish(calling);
    await talkAndEnd(calling, ringing);
  });
});
