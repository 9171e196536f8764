import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { InputOf } from "../../../../src/database/index.ts";
import type { Provider, ProviderEvent } from "../../../../src/sdk/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { APPLICATION } from "../../../support/cti-objects.ts";
import { answers, CtiStage, refused, rings } from "../../../support/cti-stage.ts";
import { eventually } from "../../../support/eventually.ts";
import { answer, establish, type TalkingPhone } from "../../../support/talking-phone.ts";

const ALICE = "phone-1001";
const DESK = { kind: "route-point", name: "desk", number: "5000", more: { routeSelectSeconds: 20 } } as const;
const PORT = { kind: "cti-port", name: "port", number: "5001" } as const;

describe("what applications of a node may do and are told", () => {
  const cleanup = new Cleanup();
  const perTest = new Cleanup();
  let stage: CtiStage;
  let alice: TalkingPhone;
  let bob: TalkingPhone;

  before(async () => {
    stage = await CtiStage.start(cleanup, [DESK, PORT]);
    [alice, bob] = [await stage.phone(cleanup, "1001"), await stage.phone(cleanup, "1002")];
  });
  after(() => cleanup.run());
  afterEach(async () => {
    await perTest.run();
    await stage.node.zero(["tandem_calls"], 5_000);
  });

  /** An application that signs in with a token of its own. */
  async function limited(name: string, limits: Partial<InputOf<"cti-token">>): Promise<Provider> {
    const token = `${name}.of-${name}-and-nobody-else`;
    const tokenHash = createHash("sha256").update(token).digest("hex");
    const body = { name, user: APPLICATION.user, tokenHash, ...limits };
    await stage.change({ type: "create", kind: "cti-token", body });
    return stage.application(perTest, { token });
  }

  it("given a token to watch with, when it commands, then it is refused, and it is told of calls", async () => {
    const watcher = await limited("watcher", { monitorOnly: true });
    await refused(watcher.terminal(ALICE).connect("1002"), "ACCESS_MONITOR_ONLY");
    await refused(watcher.address("1001").setForwarding("all", { internal: "1003" }), "ACCESS_MONITOR_ONLY");
    await refused(watcher.openRouteTerminal("desk"), "ACCESS_MONITOR_ONLY");
    await watcher.watch([{ kind: "line", name: "1001@internal" }]);
    const near = await alice.dial("1002");
    const far = await answers(bob);
    await establish(near);
    const [call] = await eventually(
      () => {
        assert.equal(watcher.calls.length, 1);
        return watcher.calls;
      },
      { timeoutMs: 2_000 },
    );
    await refused(call?.drop() ?? Promise.resolve(), "ACCESS_MONITOR_ONLY");
    await near.hangUp();
    await far.ended();
  });

  it("given a token for one device, when another one is used, then it is refused", async () => {
    const provider = await limited("one-device", { devices: [ALICE] });
    assert.deepEqual(
      provider.terminals.map(({ name }) => name),
      [ALICE],
    );
    await refused(provider.request("call.connect", { device: "phone-1002", to: "1001" }), "ACCESS_DEVICE");
    await refused(provider.request("device.open", { device: "desk", routes: true }), "ACCESS_DEVICE");
    await refused(provider.request("line.get", { line: "1002@internal" }), "ACCESS_DEVICE");
    await refused(provider.request("events.subscribe", { topics: [{ kind: "all" }] }), "ACCESS_FEATURE");
  });

  it("given a token for some methods, when others are called, then they are refused", async () => {
    const provider = await limited("some-methods", { methods: ["provider.*", "events.*", "device.open", "call.hold"] });
    await refused(provider.request("call.connect", { device: ALICE, to: "1002" }), "ACCESS_FEATURE");
    await refused(provider.request("call.hold", { device: ALICE, callId: "no-such-call" }), "NOT_FOUND_CALL");
  });

  it("given a token for some numbers, when others are dialed, then they are refused, in redirects, too", async () => {
    const provider = await limited("some-numbers", { allowNumbers: ["100*"], denyNumbers: ["1003"] });
    await refused(provider.terminal(ALICE).connect("1003"), "ACCESS_NUMBER");
    await refused(provider.terminal(ALICE).connect("9196"), "ACCESS_NUMBER");
    const connecting = provider.terminal(ALICE).connect("1002");
    const near = await answers(alice);
    const far = await answers(bob);
    const call = await connecting;
    const leg = call.terminalConnection(ALICE);
    await refused(leg?.transfer("1003") ?? Promise.resolve(), "ACCESS_NUMBER");
    await refused(leg?.redirect("1003") ?? Promise.resolve(), "ACCESS_NUMBER");
    await call.drop();
    await Promise.all([near.ended(), far.ended()]);
  });

  it("given a token for some numbers, when calls ring in a group, then it picks up those at these numbers alone", async () => {
    await stage.change(
      { type: "create", kind: "pickup-group", body: { name: "desk" } },
      { type: "merge", kind: "directory-number", name: "1001@internal", body: { pickupGroup: "desk" } },
      { type: "merge", kind: "directory-number", name: "1002@internal", body: { pickupGroup: "desk" } },
    );
    const provider = await limited("no-bob", { denyNumbers: ["1002"] });
    const free = await limited("all-but-carol", { denyNumbers: ["1003"] });
    const caller = await stage.phone(perTest, "1004");
    const near = await caller.dial("1002");
    await rings(bob);
    for (const options of [{ number: "1002" }, { group: "desk" }, {}]) {
      await refused(provider.terminal(ALICE).pickup(options), "ACCESS_NUMBER");
    }
    const taking = free.terminal(ALICE).pickup();
    const far = await answers(alice);
    await taking;
    await establish(near);
    await near.hangUp();
    await far.ended();
    await refused(provider.terminal(ALICE).pickup(), "PICKUP_NOTHING");
  });

  it("given both lines watched, when a plain call is made, then it is told in this order, in at most 20 events and 8 KB", async () => {
    const watcher = await stage.application(perTest, { watch: "none" });
    await watcher.watch(["1001@internal", "1002@internal"].map((name) => ({ kind: "line", name }) as const));
    const events: ProviderEvent[] = [];
    watcher.on("event", (event) => void (event.type.startsWith("call.") && events.push(event)));
    const over = new Promise<void>((resolve) => {
      watcher.on("call.state", ({ state }) => state === "invalid" && resolve());
    });
    const near = await alice.dial("1002");
    const far = await rings(bob);
    await answer(far);
    await establish(near);
    await near.hangUp();
    await far.ended();
    await over;
    const bytes = events.map((params) => JSON.stringify({ jsonrpc: "2.0", method: "event", params }).length);
    assert.ok(events.length <= 20, `${events.length} events`);
    assert.ok(bytes.reduce((sum, one) => sum + one, 0) <= 8_192, `${String(bytes)} bytes`);
    assert.deepEqual(told(events), PLAIN_CALL);
  });
});

const PLAIN_CALL = [
  "call active",
  "connection #1 initiated",
  "phone-1001 #1 talking",
  "connection #1 dialing",
  "connection #1 established",
  "connection #2 offered",
  "call.parties",
  "connection #2 alerting",
  "phone-1002 #2 ringing",
  "connection #2 established",
  "phone-1002 #2 talking",
  "phone-1001 #1 dropped",
  "connection #1 disconnected",
  "phone-1002 #2 dropped",
  "connection #2 disconnected",
  "call invalid",
];

/** Each event as a line of text; connections are named by their order. */
function told(events: readonly ProviderEvent[]): string[] {
  const names: string[] = [];
  const nameOf = (connectionId: string): string => {
    if (!names.includes(connectionId)) names.push(connectionId);
    return `#${names.indexOf(connectionId) + 1}`;
  };
  return events.map((event) => {
    if (event.type === "call.state") return `call ${event.state}`;
    if (event.type === "call.connection") return `connection ${nameOf(event.connectionId)} ${event.state}`;
    if (event.type === "call.terminal") return `${event.device} ${nameOf(event.connectionId)} ${event.state}`;
    return event.type;
  });
}
