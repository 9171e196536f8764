import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CtiEvent, Provider, RouteSession, TerminalConnection } from "../../../../src/sdk/index.ts";
import { ALICE, CtiScene, numbersOf, over } from "../../../support/cti-scene.ts";
import { answers, refused, rings } from "../../../support/cti-stage.ts";
import { eventually } from "../../../support/eventually.ts";
import { heardWithin } from "../../../support/heard-event.ts";
import { answer, establish, type TalkingPhone } from "../../../support/talking-phone.ts";

/** Trace contexts, each with a parent of its own. */
const trace = (parent: number): string =>
  `00-0af7651916cd43dd8448eb211c80319c-${parent.toString(16).padStart(16, "0")}-01`;

/** Events that an application is told, as they come; those of its own subscribing are not among them. */
class Traced {
  readonly #events: CtiEvent[] = [];

  constructor(provider: Provider) {
    provider.on("event", (event) => {
      if (/^(?:call|line|route|media|digits)\b/.test(event.type)) this.#events.push(event as CtiEvent);
    });
  }

  /** What was told until an event, and is not taken yet: `alerting of 1003 with TRACEPARENT`. */
  async until(matches: (event: CtiEvent) => boolean): Promise<readonly CtiEvent[]> {
    return eventually(
      () => {
        const index = this.#events.findIndex(matches);
        if (index < 0) throw new Error(`it was not told, but ${JSON.stringify(this.#events)}`);
        return this.#events.splice(0, index + 1);
      },
      { timeoutMs: 5_000 },
    );
  }
}

function contextsOf(events: readonly CtiEvent[]): readonly (string | undefined)[] {
  return [...new Set(events.map((event) => ("traceparent" in event ? event.traceparent : undefined)))];
}

const terminalIs =
  (device: string, state: string) =>
  (event: CtiEvent): boolean =>
    event.type === "call.terminal" && event.device === device && event.state === state;
const messageOf = (line: string): unknown => (JSON.parse(line) as { readonly message: unknown }).message;
const isOver = (event: CtiEvent): boolean => event.type === "call.state" && event.state === "invalid";

/** The last of a step. */
const isOfParties = (event: CtiEvent): boolean => event.type === "call.parties";

describe("trace contexts of commands on phones of a node", () => {
  const scene = new CtiScene({
    devices: [
      { kind: "route-point", name: "desk", number: "5000" },
      { kind: "cti-port", name: "port", number: "6001" },
    ],
  });
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  let watcher: Traced;

  before(() => void ([alice, bob, carol] = scene.phones));
  beforeEach(async () => {
    watcher = new Traced(await scene.stage.application(scene.perTest, { watch: "all" }));
  });

  /** Both phones talk, by themselves. */
  async function talking(): Promise<{ near: Awaited<ReturnType<TalkingPhone["dial"]>>; leg: TerminalConnection }> {
    const near = await alice.dial("1002");
    await Promise.all([answers(bob), establish(near)]);
    const told = await watcher.until(terminalIs("phone-1002", "talking"));
    assert.deepEqual(contextsOf(told), [undefined]);
    const call = await eventually(() => scene.cti.calls[0] ?? assert.fail("it is not told of"), { timeoutMs: 2_000 });
    await call.until(() => call.terminalConnection(ALICE)?.state === "talking", { timeoutMs: 2_000 });
    return { near, leg: call.terminalConnection(ALICE) ?? assert.fail() };
  }

  it("given a call of phones, when an application holds it and takes it back, then a watcher is told by which command, and of the hang-up by none", async () => {
    const { near, leg } = await talking();
    await leg.hold({ traceparent: trace(1) });
    assert.deepEqual(contextsOf(await watcher.until(terminalIs(ALICE, "held"))), [trace(1)]);
    await leg.retrieve();
    assert.deepEqual(contextsOf(await watcher.until(terminalIs(ALICE, "talking"))), [undefined]);
    await near.hangUp();
    assert.deepEqual(contextsOf(await watcher.until(isOver)), [undefined]);
  });

  it("given a phone that rings, when an application redirects the call, then all until it rings elsewhere is told with that, and what parties do then without", async () => {
    const near = await alice.dial("1002");
    const rung = await rings(bob);
    await watcher.until(terminalIs("phone-1002", "ringing"));
    const call = await eventually(
      () => scene.cti.calls.find(({ connections }) => connections.length === 2) ?? assert.fail("it is not told of"),
      { timeoutMs: 2_000 },
    );
    const other = await scene.stage.application(scene.perTest);
    await other.watch([{ kind: "device", name: "phone-1003" }]);
    const entered = heardWithin(other, "call.snapshot", 5_000);
    const redirecting = call.connectionOf("1002")?.redirect("1003", { traceparent: trace(2) });
    const third = await rings(carol);
    await redirecting;
    await rung.ended();
    assert.equal((await entered).traceparent, trace(2));
    const moved = await watcher.until(terminalIs("phone-1003", "ringing"));
    assert.deepEqual(contextsOf(moved), [trace(2)]);
    assert.ok(moved.some(terminalIs("phone-1002", "dropped")), JSON.stringify(moved));
    await Promise.all([answer(third), establish(near)]);
    assert.deepEqual(contextsOf(await watcher.until(terminalIs("phone-1003", "talking"))), [undefined]);
    await near.hangUp();
    assert.deepEqual(contextsOf(await watcher.until(isOver)), [undefined]);
  });

  it("given a call of phones, when an application redirects it, then the parting of who has had it is told with that, though the command is done", async () => {
    const { near, leg } = await talking();
    const { call } = leg;
    const redirecting = leg.redirect("1003", { traceparent: trace(8) });
    const third = await rings(carol);
    await redirecting;
    await near.ended();
    const told = await watcher.until(terminalIs(ALICE, "dropped"));
    assert.deepEqual(contextsOf([...told, ...(await watcher.until(isOfParties))]), [trace(8)]);
    await answer(third);
    assert.deepEqual(contextsOf(await watcher.until(terminalIs("phone-1003", "talking"))), [undefined]);
    await over(call, third);
  });

  it("given a redirect that waits for a phone, when the caller hangs up meanwhile, then that is told without", async () => {
    const near = await alice.dial("1002");
    await rings(bob);
    await watcher.until(terminalIs("phone-1002", "ringing"));
    const call = await eventually(
      () => scene.cti.calls.find(({ connections }) => connections.length === 2) ?? assert.fail("it is not told of"),
      { timeoutMs: 2_000 },
    );
    const redirecting = call.connectionOf("1002")?.redirect("1003", { traceparent: trace(3) });
    assert.ok(redirecting);
    const third = await carol.offered(5_000);
    // It may be cancelled from now on.
    third.progress(100);
    assert.deepEqual(contextsOf(await watcher.until(isOfParties)), [trace(3)]);
    near.call.invite?.cancel();
    await assert.rejects(redirecting, /REDIRECT_ABANDONED|CALL_ENDED|PARTY/);
    await third.ended();
    assert.deepEqual(contextsOf(await watcher.until(isOver)), [undefined]);
  });

  it("given a call of phones, when an application transfers it, then the parting of who has had it is told with that, too", async () => {
    const { near, leg } = await talking();
    const { call } = leg;
    const transferring = leg.transfer("1003", { traceparent: trace(4) });
    const third = await answers(carol);
    await transferring;
    await near.ended();
    const told = await watcher.until((event) => event.type === "call.feature" && event.moment === "end");
    assert.deepEqual(contextsOf([...told, ...(await watcher.until(isOfParties))]), [trace(4)]);
    for (const [device, state] of [
      [ALICE, "dropped"],
      ["phone-1003", "talking"],
    ] as const) {
      assert.ok(told.some(terminalIs(device, state)), `${device} ${state}: ${JSON.stringify(told)}`);
    }
    assert.deepEqual(numbersOf(call), ["1002", "1003"]);
    await third.hangUp();
    assert.deepEqual(contextsOf(await watcher.until(isOver)), [undefined]);
  });

  it("given a transfer that waits for a phone, when ctimanager is killed, then a watcher is told with what by the next one", async () => {
    const { near, leg } = await talking();
    const { node } = scene.stage;
    const transferring = leg.transfer("1003", { traceparent: trace(5) });
    const third = await rings(carol);
    const pid = await node.killService("ctimanager");
    await answer(third);
    await near.ended();
    await node.serviceAgain("ctimanager", pid, 10_000);
    await transferring;
    const told = await watcher.until((event) => terminalIs("phone-1003", "talking")(event));
    assert.deepEqual(contextsOf(told), [trace(5)]);
    await watcher.until(isOfParties);
    await over(leg.call, third);
  });

  it("given a route dialogue, when an application selects, then its moments and the call are told with that until it rings, and not that it was asked", async () => {
    const { cti } = scene;
    const desk = await cti.openRouteTerminal("desk");
    scene.perTest.add(desk, (one) => one.close());
    const asked = new Promise<RouteSession>((resolve) => void desk.onRoute(resolve));
    const near = await alice.dial("5000");
    const route = await asked;
    assert.deepEqual(contextsOf(await watcher.until(({ type }) => type === "route.request")), [undefined]);
    const selected = route.select(["1003"], { traceparent: trace(9) });
    const third = await rings(carol);
    await selected;
    const told = await watcher.until(({ type }) => type === "route.used");
    assert.deepEqual(contextsOf(told), [trace(9)]);
    assert.ok(told.some(terminalIs("phone-1003", "ringing")), JSON.stringify(told));
    await watcher.until(({ type }) => type === "route.end");
    await Promise.all([answer(third), establish(near)]);
    assert.deepEqual(contextsOf(await watcher.until(terminalIs("phone-1003", "talking"))), [undefined]);
    await near.hangUp();
    assert.deepEqual(contextsOf(await watcher.until(isOver)), [undefined]);
  });

  it("given a CTI port, when its call is answered and it is sent digits by command, then each is told with its own", async () => {
    const lease = await scene.cti.openMediaTerminal("port", { mode: "switch" });
    scene.perTest.add(lease, (one) => one.close());
    const offers = lease.offers();
    const near = await alice.dial("6001");
    const { value: leg = assert.fail() } = (await offers.next()) as { readonly value?: TerminalConnection };
    assert.deepEqual(
      contextsOf(await watcher.until((event) => event.type === "call.connection" && event.state === "offered")),
      [undefined],
    );
    await watcher.until(isOfParties);
    await leg.answer({ traceparent: trace(10) });
    await establish(near);
    assert.deepEqual(contextsOf(await watcher.until(terminalIs("port", "talking"))), [trace(10)]);
    const { call } = leg;
    const isDigits = ({ type }: CtiEvent): boolean => type === "digits";
    await call.terminalConnection(ALICE)?.sendDigits("5", { traceparent: trace(11) });
    assert.deepEqual(contextsOf(await watcher.until(isDigits)), [trace(11)]);
    await over(call, near);
  });

  it("given a line, when an application forwards it, then the line is told of with that", async () => {
    const address = scene.cti.addresses.find(({ number }) => number === "1004") ?? assert.fail();
    const isLine = (event: CtiEvent): boolean => event.type === "line.state" && event.line.name === address.name;
    await address.setForwarding("all", { internal: "1001" }, { traceparent: trace(6) });
    assert.deepEqual(contextsOf(await watcher.until(isLine)), [trace(6)]);
    await address.setForwarding("all", { internal: null });
    assert.deepEqual(contextsOf(await watcher.until(isLine)), [undefined]);
  });

  it("given commands with and without one, when they are done, then the log of call control has that of the first, and too long a one is refused", async () => {
    const { near, leg } = await talking();
    await refused(leg.hold({ traceparent: "0".repeat(129) }), "VALIDATION_PARAMETER");
    await leg.drop({ traceparent: trace(7) });
    await near.ended();
    assert.deepEqual(contextsOf(await watcher.until(isOver)), [trace(7)]);
    const log = join(scene.stage.node.dataDir, "log", "callmanager.log");
    await eventually(
      () => {
        const lines = readFileSync(log, "utf8").split("\n");
        const messages = lines.filter((line) => line.includes(`"traceparent":"${trace(7)}"`)).map(messageOf);
        assert.deepEqual(messages.sort(), ["call ended", "command of an application"]);
      },
      { timeoutMs: 2_000 },
    );
  });
});
