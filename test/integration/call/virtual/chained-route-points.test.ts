import assert from "node:assert/strict";
import type { CommandResult } from "../../../../src/call/model/index.ts";
import type { CallCommand } from "../../../../src/signals/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiApplication } from "../../../support/cti-application.ts";
import { eventually } from "../../../support/eventually.ts";
import { put } from "../../../support/kept-configuration.ts";
import { establish, type TalkingPhone } from "../../../support/talking-phone.ts";
import { startTalkingSwitch, type TalkingSwitch } from "../../../support/talking-switch.ts";

const WITHIN = { timeoutMs: 2_000, intervalMs: 10 };

describe("route points behind route points", () => {
  let cleanup: Cleanup;
  let node: TalkingSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let first: CtiApplication;
  let second: CtiApplication;
  let port: CtiApplication;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startTalkingSwitch(cleanup, [
      put("directory-number", { number: "6000" }),
      put("directory-number", { number: "7000", forwarding: { noAnswer: { internal: "7100" } } }),
      put("directory-number", { number: "7100" }),
      put("cti-port", { name: "port", lines: [{ directoryNumber: "6000" }] }),
      put("route-point", { name: "first", lines: [{ directoryNumber: "7000" }] }),
      put("route-point", { name: "second", lines: [{ directoryNumber: "7100" }] }),
    ]);
    ({ alice, bob } = node);
    const open = async (device: string): Promise<CtiApplication> =>
      cleanup.add(await CtiApplication.start(node.node, device), (one) => one.close());
    first = await open("first");
    second = await open("second");
    port = await open("port");
  });
  afterEach(() => cleanup.run());

  const command = (wanted: CallCommand): Promise<CommandResult> => node.node.manager.features.command(wanted);
  const routeAt = (device: string, moment: string): Promise<string> =>
    eventually(() => {
      const told = first.of("route").filter(({ route }) => route.device === device);
      const found = told.findLast((one) => one.moment === moment);
      return found?.route.routeId ?? assert.fail(`${device}: ${told.map((one) => one.moment).join()}`);
    }, WITHIN);
  const select = (device: string, routeId: string, to: string): Promise<CommandResult> =>
    node.node.manager.features.command({ type: "route-select", device, routeId, destinations: [{ to }] });
  const textOf = (result: CommandResult): string => (result.ok ? "ok" : `${result.failure}: ${result.detail}`);

  const redirect = (device: string, to: string): Promise<CommandResult> => command({ type: "redirect", device, to });

  async function bobIsOffered(sentOn: Promise<CommandResult>): Promise<void> {
    const ringing = await Promise.race([bob.offered(), sentOn]);
    assert.ok("call" in ringing, "ok" in ringing ? textOf(ringing) : "");
    ringing.call.respond(ringing.call.offer ?? assert.fail(), 180);
    assert.equal(textOf(await sentOn), "ok");
  }

  async function answeredAtPort(): Promise<void> {
    port.own(port.atPort, { session: "ivr" });
    const calling = await alice.dial("6000");
    const answering = node.node.manager.cti.devices.answer("port", await port.offered());
    await establish(calling);
    assert.deepEqual(await answering, { ok: true });
  }

  it("given a call that is redirected to another route point, when that redirects it on before it accepts it, then both are done", async () => {
    first.own();
    second.own({ mode: "none" }, { session: "other" });
    await alice.dial("7000");
    await first.offered();
    const redirected = redirect("first", "7100");
    await second.offered();
    await bobIsOffered(redirect("second", "1002"));
    assert.equal(textOf(await redirected), "ok");
  });

  it("given a call that is redirected to another route point that is routed, when that selects, then it goes there", async () => {
    first.own();
    second.own({ mode: "none" }, { session: "other", routes: true });
    await alice.dial("7000");
    await first.offered();
    const redirected = redirect("first", "7100");
    await bobIsOffered(select("second", await routeAt("second", "request"), "1002"));
    assert.equal(textOf(await redirected), "ok");
  });

  it("given a dialogue that selects another route point that is routed, when that selects, then both are done", async () => {
    first.own({ mode: "none" }, { routes: true });
    second.own({ mode: "none" }, { session: "other", routes: true });
    await alice.dial("7000");
    const selected = select("first", await routeAt("first", "request"), "7100");
    await bobIsOffered(select("second", await routeAt("second", "request"), "1002"));
    assert.equal(textOf(await selected), "ok");
    assert.ok(await routeAt("first", "end"));
  });

  it("given an established call that is redirected to a route point that is routed, when that selects, then it goes there", async () => {
    second.own({ mode: "none" }, { session: "other", routes: true });
    await answeredAtPort();
    const redirected = redirect("port", "7100");
    await bobIsOffered(select("second", await routeAt("second", "request"), "1002"));
    assert.equal(textOf(await redirected), "ok");
  });

  it("given an established call that is redirected to another route point, when that has accepted it and redirects it on, then it goes there", async () => {
    second.own({ mode: "none" }, { session: "other" });
    await answeredAtPort();
    const redirected = redirect("port", "7100");
    assert.deepEqual(node.node.manager.cti.devices.accept("second", await second.offered()), { ok: true });
    assert.equal(textOf(await redirected), "ok");
    await bobIsOffered(redirect("second", "1002"));
  });

  it("given a list that is tried, when its application fails and the destination is busy, then the selection has failed, and the dialogue is over", async () => {
    first.own({ mode: "none" }, { routes: true });
    second.own({ mode: "none" }, { session: "other" });
    await alice.dial("7000");
    const selected = select("first", await routeAt("first", "request"), "1002");
    const ringing = await bob.offered();
    const { devices, feed } = node.node.manager.cti;
    assert.deepEqual(devices.request({ type: "failed", device: "first", fence: 1 }), { ok: true });
    ringing.call.respond(ringing.call.offer ?? assert.fail(), 486);
    await second.offered();
    assert.equal((await selected).ok, false);
    assert.deepEqual(feed.snapshot("test/first").routes, []);
  });
});
