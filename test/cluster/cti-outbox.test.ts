import assert from "node:assert/strict";
import { join } from "node:path";
import type { CtiAttached, PlacedSignal } from "../../src/signals/index.ts";
import { Cleanup } from "../support/cleanup.ts";
import { CtiLink } from "../support/cti-link.ts";
import { CallReplica } from "../support/cti-reader.ts";
import { EnduringPhone } from "../support/enduring-phone.ts";
import { eventually } from "../support/eventually.ts";
import { CALL_GAUGES, TandemNode } from "../support/tandem-node.ts";

const KILLS = 4;
const BACK_MS = 15_000;
const TOLD_MS = 15_000;

describe("the outbox of a CTIManager and kill -9 of callmanager", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let link: CtiLink;
  /** Signals by their positions, whichever process has sent them. */
  let known: Map<number, PlacedSignal>;
  let replica: CallReplica;
  let applied: number;

  before(async () => {
    node = cleanup.add(await TandemNode.start({ orphanGraceSeconds: 30 }), (started) => started.stop());
  });
  after(() => cleanup.run());

  async function phoneOf(user: string): Promise<EnduringPhone> {
    const { server, password } = node.account(user);
    const [address = "", port] = server.split(":");
    const place = { protocol: "udp" as const, address, port: Number(port) };
    const phone = await EnduringPhone.start({ server: place, user, password });
    return cleanup.add(phone, (one) => one.close());
  }

  async function attach(from?: Pick<CtiAttached, "epoch" | "position">): Promise<CtiAttached> {
    const path = join(node.dataDir, "run", "callmanager-1.sock");
    link = await eventually(() => CtiLink.connect(path), { timeoutMs: BACK_MS });
    cleanup.add(link, (one) => one.close());
    return link.attach(from);
  }

  /** Takes signals until one fits; what comes again is what came before. */
  async function until(what: string, fits: (signal: PlacedSignal["signal"]) => boolean): Promise<void> {
    for (;;) {
      const placed = await link.signals.take(() => true, what, TOLD_MS);
      const before = known.get(placed.position);
      if (before !== undefined) assert.deepEqual(placed, before);
      known.set(placed.position, placed);
      if (placed.position <= applied) continue;
      assert.equal(placed.position, applied + 1);
      applied = placed.position;
      replica.apply(placed.signal);
      if (fits(placed.signal)) return;
    }
  }

  it("given calls of all kinds, when callmanager is killed again and again, then no signal is lost, none comes as another, and each call goes on by its versions", async () => {
    const [alice, bob, carol, dave] = [
      await phoneOf("1001"),
      await phoneOf("1002"),
      await phoneOf("1003"),
      await phoneOf("1004"),
    ];
    dave.answers = false;
    const { epoch } = await attach();
    const first = await link.snapshot();
    known = new Map();
    replica = new CallReplica(first);
    applied = first.position;
    const near = await alice.call("1002", "first");
    const far = await bob.incoming.take(() => true, "a call");
    await until("an answer", (signal) => signal.kind === "call" && isUp(signal.call));
    const [callId = ""] = replica.calls.keys();
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const acknowledged = applied;
      await link.acknowledge(acknowledged);
      // A call that rings, as its caller knows, is over with the process; one that is up is changed while that dies.
      let ringing: Promise<unknown> = Promise.resolve();
      const isTold = new Promise<void>((resolve) => {
        ringing = carol.call("1004", `ring ${kill}`, resolve).catch((error: unknown) => error);
      });
      await until("a call that rings", (signal) => signal.kind === "call" && signal.call.callId !== callId);
      await isTold;
      const direction = kill % 2 === 1 ? "sendonly" : "sendrecv";
      const changing = near.change(direction);
      const pid = await node.killService("callmanager");
      await node.serviceAgain("callmanager", pid, BACK_MS);
      link.close();
      const { isResumed } = await attach({ epoch, position: acknowledged });
      assert.equal(isResumed, true);
      await changing;
      await ringing;
      const state = direction === "sendonly" ? "held" : "talking";
      const stateNow = (): string | undefined => replica.calls.get(callId)?.connections[0]?.terminals[0]?.state;
      while (stateNow() !== state || replica.calls.size > 1) await until("a change", () => true);
    }
    await near.hangUp();
    await far.hasEnded(TOLD_MS);
    await until("the end", (signal) => signal.kind === "call" && signal.call.callId === callId && isOver(signal.call));
    assert.deepEqual([replica.calls.size, (await link.snapshot()).calls], [0, []]);
    await node.zero(CALL_GAUGES, TOLD_MS);
  });
});

type Call = Extract<PlacedSignal["signal"], { kind: "call" }>["call"];

function isUp({ connections }: Call): boolean {
  return connections.length === 2 && connections.every(({ state }) => state === "established");
}

function isOver({ state }: Call): boolean {
  return state === "invalid";
}
