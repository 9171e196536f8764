import assert from "node:assert/strict";
import type { DialPlan, LineForwarding, PhoneSource } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { subscribe, takeNotify } from "../../support/phone-subscription.ts";
import { SipPhone, type PhoneCall } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import { startTrunkPair, trunkPlan } from "../../support/trunk-pair.ts";

const OFFER = { sdp: testSdp(4_000) };

/** A document's version, and its dialogs as `id state`. */
interface Told {
  readonly body: string;
  readonly version: number;
  readonly states: readonly string[];
}

function read(body: string): Told {
  const version = Number(/version="(\d+)" state="full"/.exec(body)?.[1]);
  return { body, version, states: [...body.matchAll(/<state>(\w+)<\/state>/g)].map(([, state]) => state ?? "") };
}

describe("dialogs of lines (RFC 4235)", () => {
  const cleanup = new Cleanup();
  let node: SwitchFixture;
  let watcher: SipPhone;
  afterEach(() => cleanup.run());

  async function start(phones: readonly Partial<PhoneSource>[] = []): Promise<void> {
    node = cleanup.add(await SwitchFixture.start({ phones }), (one) => one.stop());
    watcher = await node.phone("1004");
  }

  async function watch(user: string): Promise<PhoneCall> {
    const { response, dialog } = await subscribe(watcher, node.server, { user, event: "dialog" });
    assert.equal(response.status, 200);
    return dialog;
  }

  /** The first document that says so; those before it are versions between. */
  async function until(dialog: PhoneCall, ...states: string[]): Promise<Told> {
    for (;;) {
      const told = read((await takeNotify(dialog)).body);
      if (told.states.join() === states.join()) return told;
    }
  }

  it("given a phone that is watched, when it is called, answers and hangs up, then the watcher is told early, confirmed and terminated, and that it is free", async () => {
    await start();
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const dialog = await watch("1002");
    const first = await takeNotify(dialog);
    assert.equal(first.get("event"), "dialog");
    assert.equal(first.get("content-type"), "application/dialog-info+xml");
    assert.deepEqual([read(first.body).version, read(first.body).states], [0, []]);
    assert.match(first.body, /entity="sip:1002@127\.0\.0\.1"/);
    const call = await alice.call("1002", OFFER);
    const offered = await bob.offered();
    assert.ok(offered.offer !== undefined);
    offered.respond(offered.offer, 180);
    const early = await until(dialog, "early");
    assert.match(early.body, /direction="recipient"/);
    assert.match(early.body, /<remote><identity>sip:1001@127\.0\.0\.1<\/identity>/);
    await offered.answer({ sdp: testSdp(5_000) });
    await call.established();
    const confirmed = await until(dialog, "confirmed");
    assert.match(confirmed.body, /pval="yes"/);
    assert.ok(!confirmed.body.includes(call.callId) && !confirmed.body.includes(offered.callId));
    await hangUp(call, offered);
    const ended = await until(dialog, "terminated");
    const id = /<dialog id="(\w+)"/.exec(early.body)?.[1];
    assert.ok(id !== undefined && confirmed.body.includes(id) && ended.body.includes(id));
    await establish(alice, bob);
    const next = await until(dialog, "confirmed");
    assert.ok(!next.body.includes(id));
    assert.ok(early.version < confirmed.version && confirmed.version < ended.version && ended.version < next.version);
  });

  it("given the caller's phone that is watched, when it calls, then it is the initiator, and the other the remote party", async () => {
    await start();
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const dialog = await watch("1001");
    await takeNotify(dialog);
    const { near, far } = await establish(alice, bob);
    const { body } = await until(dialog, "confirmed");
    assert.match(body, /direction="initiator"/);
    assert.match(body, /<remote><identity>sip:1002@/);
    await hangUp(near, far);
  });

  it("given a phone that has put the other on hold, when that changes, then its own target renders nothing", async () => {
    await start();
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const [own, others] = [await watch("1002"), await watch("1001")];
    const { near, far } = await establish(alice, bob);
    await until(own, "confirmed");
    await until(others, "confirmed");
    const held = far.send("INVITE", { sdp: testSdp(5_000, ["a=sendonly"]) });
    const asked = await near.request("INVITE");
    near.respond(asked, 200, { sdp: testSdp(4_000, ["a=recvonly"]) });
    await held.final();
    far.send("ACK", {});
    const silent = (body: string, side: string): boolean =>
      new RegExp(`<${side}>(?:(?!</${side}>).)*pval="no"`, "s").test(body);
    const { body } = await until(own, "confirmed");
    assert.deepEqual([silent(body, "local"), silent(body, "remote")], [true, false]);
    const other = await until(others, "confirmed");
    assert.deepEqual([silent(other.body, "local"), silent(other.body, "remote")], [false, true]);
    await hangUp(near, far);
  });

  it("given a watcher that answers late, when it has been told what is, then it is not told the same once more", async () => {
    const clock = new ManualClock(Date.now());
    node = cleanup.add(await SwitchFixture.start({ clock }), (one) => one.stop());
    watcher = await node.phone("1004");
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const dialog = await watch("1002");
    // What is said first waits for its answer while the call is made.
    const { near, far } = await establish(alice, bob);
    const told = await until(dialog, "confirmed");
    clock.advance(100);
    await hangUp(near, far);
    clock.advance(100);
    const next = read((await takeNotify(dialog)).body);
    assert.deepEqual([next.version, next.states], [told.version + 1, ["terminated"]]);
  });

  it("given a caller who wants to be private, when it calls, then the watcher is not told who it is", async () => {
    await start();
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const dialog = await watch("1002");
    await alice.call("1002", { ...OFFER, headers: [["Privacy", "id"]] });
    await bob.offered();
    const { body } = await until(dialog, "trying");
    assert.ok(!body.includes("1001"), body);
    assert.match(body, /<remote><target uri="sip:anonymous@anonymous\.invalid"\/><\/remote>/);
  });

  it("given a line on two phones, when one of them answers, then it is one dialog of the line, also for the other phone", async () => {
    await start([{}, {}, { directoryNumber: "1002", aor: "other 1002" }]);
    const alice = await node.phone("1001");
    const one = await node.phone("1002");
    const other = await SipPhone.start({ number: "1003", user: "1003", password: "secret", server: node.server });
    cleanup.add(other, (phone) => phone.close());
    watcher = other;
    const dialog = await watch("1002");
    const { near, far } = await establish(alice, one);
    assert.equal((await until(dialog, "confirmed")).states.length, 1);
    await hangUp(near, far);
    await until(dialog, "terminated");
  });

  it("given an early call, when its caller gives up, then the lamp goes out", async () => {
    await start();
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const dialog = await watch("1002");
    const call = await alice.call("1002", OFFER);
    const offered = await bob.offered();
    assert.ok(offered.offer !== undefined);
    offered.respond(offered.offer, 180);
    await until(dialog, "early");
    call.invite?.cancel();
    await until(dialog, "terminated");
  });

  it("given call control that is killed with a call up and one that rings, when it is back, then the watchers are told how it is, in later versions", async () => {
    await start();
    const [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
    const [busy, ringing] = [await watch("1002"), await watch("1003")];
    const { near, far } = await establish(alice, bob);
    const before = await until(busy, "confirmed");
    await alice.call("1003", OFFER);
    const offered = await carol.offered();
    assert.ok(offered.offer !== undefined);
    offered.respond(offered.offer, 180);
    const early = await until(ringing, "early");
    await node.killManager();
    await node.startManager();
    const after = await until(busy, "confirmed");
    assert.ok(after.version > before.version);
    assert.equal(/dialog id="(\w+)"/.exec(after.body)?.[1], /dialog id="(\w+)"/.exec(before.body)?.[1]);
    const free = await until(ringing);
    assert.ok(free.version > early.version);
    await hangUp(near, far);
    await until(busy, "terminated");
  });

  it("given an edge that is started again, when the call ends, then the watcher is told", async () => {
    await start();
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const dialog = await watch("1002");
    const { near, far } = await establish(alice, bob);
    await until(dialog, "confirmed");
    await node.restartEdge();
    await hangUp(near, far);
    await until(dialog, "terminated");
  });

  it("given refusals, when a number is no line, or a peer asks, then each gets the status that says why", async () => {
    await start();
    const statusOf = async (user: string): Promise<number> =>
      (await subscribe(watcher, node.server, { user, event: "dialog" })).response.status;
    assert.deepEqual([await statusOf("7777"), await statusOf("9196")], [404, 404]);
    const accept = { user: "1001", event: "dialog", headers: [["Accept", "text/plain"]] } as const;
    assert.equal((await subscribe(watcher, node.server, accept)).response.status, 406);
  });

  it("given a watcher with many keys, when it subscribes to each from one contact, then it has them all; to one again, then once", async () => {
    await start();
    for (const user of ["1001", "1002", "1003", "1001"]) await watch(user);
    assert.equal(node.metric("tandem_subscriptions"), 3);
  });

  it("given many changes at a time, when they are told, then they are one NOTIFY after the first", async () => {
    await start();
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const dialog = await watch("1002");
    await takeNotify(dialog);
    await establish(alice, bob);
    const told = await until(dialog, "confirmed");
    assert.ok(told.version <= 2, `version ${told.version}`);
  });
});

describe("dialogs of lines with a dial plan", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  const plan = {
    partitions: [{ name: "internal" }, { name: "secret" }],
    directoryNumbers: [
      { number: "1001" },
      { number: "1002", partition: "secret" },
      { number: "1003" },
      { number: "1004" },
    ],
    phones: [
      { name: "phone-1001", lines: [{ directoryNumber: "1001" }] },
      { name: "phone-1002", lines: [{ directoryNumber: "1002@secret" }] },
      { name: "phone-1003", lines: [{ directoryNumber: "1003" }] },
      { name: "phone-1004", lines: [{ directoryNumber: "1004" }] },
    ],
    parkRanges: [{ pattern: "70X" }],
  };

  async function statusOf(phone: SipPhone, node: SwitchFixture, user: string): Promise<number> {
    return (await subscribe(phone, node.server, { user, event: "dialog" })).response.status;
  }

  it("given a number that the calling search space does not reach, when it is subscribed to, then 404; a trunk 404; a park number 200", async () => {
    const { node } = await startTrunkPair(cleanup, { plan, phones: [{}, { line: "1002@secret" }] });
    const watcher = await node.phone("1004");
    const found = [];
    for (const user of ["1001", "1002", "9123", "701"]) found.push(await statusOf(watcher, node, user));
    assert.deepEqual(found, [200, 404, 404, 200]);
  });

  it("given a watcher whose search space is made smaller, when it refreshes, then it gets 404 and a last NOTIFY that says so", async () => {
    const plans = [plan, { ...plan, callingSearchSpaces: [{ name: "all", partitions: ["secret"] }] }].map((one) =>
      trunkPlan("top-down", {}, one),
    );
    let [inForce] = plans;
    const node = await SwitchFixture.start({ dialPlan: () => inForce as DialPlan });
    cleanup.add(node, (one) => one.stop());
    const watcher = await node.phone("1004");
    const { dialog } = await subscribe(watcher, node.server, { user: "1001", event: "dialog" });
    await takeNotify(dialog);
    const headers = [
      ["Event", "dialog"],
      ["Expires", "600"],
    ] as const;
    assert.equal((await dialog.send("SUBSCRIBE", { headers }).final()).status, 200);
    await takeNotify(dialog);
    [, inForce] = plans;
    assert.equal((await dialog.send("SUBSCRIBE", { headers }).final()).status, 404);
    assert.equal((await takeNotify(dialog)).get("subscription-state"), "terminated;reason=rejected");
    assert.equal(node.metric("tandem_subscriptions"), 0);
  });

  it("given a trunk, when it subscribes, then it gets 403", async () => {
    const { node, first } = await startTrunkPair(cleanup);
    assert.equal(await statusOf(first, node, "1001"), 403);
  });

  it("given a call that is forwarded, when the second line rings, then the first is free again", async () => {
    const forwarding = new Map<string, LineForwarding>([
      ["1002@internal", { noAnswerSeconds: 600, forwarding: { busy: { internal: "1003" } } }],
    ]);
    const { node } = await startTrunkPair(cleanup, { forwarding });
    const [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
    const watcher = await node.phone("1004");
    const [first, second] = [
      (await subscribe(watcher, node.server, { user: "1002", event: "dialog" })).dialog,
      (await subscribe(watcher, node.server, { user: "1003", event: "dialog" })).dialog,
    ];
    await takeNotify(first);
    await takeNotify(second);
    await alice.call("1002", OFFER);
    const busy = await bob.offered();
    assert.ok(busy.offer !== undefined);
    assert.deepEqual(read((await takeNotify(first)).body).states, ["trying"]);
    busy.respond(busy.offer, 486);
    await carol.offered();
    assert.deepEqual(read((await takeNotify(second)).body).states, ["trying"]);
    assert.deepEqual(read((await takeNotify(first)).body).states, ["terminated"]);
  });
});
