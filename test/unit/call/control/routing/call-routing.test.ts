import assert from "node:assert/strict";
import { CallRouting } from "../../../../../src/call/control/routing/call-routing.ts";
import { CallTable } from "../../../../../src/call/control/call-table.ts";
import { Hunting } from "../../../../../src/call/control/hunting/hunting.ts";
import type { LineForwarding, Peer, SipPhone } from "../../../../../src/call/device/index.ts";
import { analyze } from "../../../../../src/call/digit-analysis/index.ts";
import type { Binding } from "../../../../../src/call/registrar/index.ts";
import { TollGuards } from "../../../../../src/call/toll/index.ts";
import { RandomIds, silentLogger } from "../../../../../src/common/index.ts";
import type { ForwardingKind } from "../../../../../src/database/index.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { samplePlan } from "../../../../support/sample-plan.ts";
import { TemporaryDirectory } from "../../../../support/temporary-directory.ts";
import { phoneOf, sampleInventory, samplePeer, samplePhone } from "../../device/sample-devices.ts";

const CALLER = "1900";
/** Lines that there are. */
const NUMBERS = Array.from({ length: 16 }, (_, index) => String(1000 + index));
const LAST = NUMBERS.length - 1;
const MAX_HOPS = 12;

type Origin = "internal" | "external";
/** What a line does with a call: why it does not take it, and where the call goes then. */
type Link = readonly [kind: ForwardingKind, target: string];

const CHAINED = ["all", "busy", "noAnswer", "unregistered"] as const;
const DIVERSION_OF = { busy: "busy", noAnswer: "no-answer", unregistered: "unregistered" } as const;

describe("forwarding chains", () => {
  const inventory = sampleInventory(
    [...NUMBERS, CALLER].map((number) => samplePhone(number)),
    [samplePeer("trunk")],
  );
  const plan = samplePlan({
    callingSearchSpaces: [{ name: "internal", partitions: ["internal"] }],
    devicePools: [{ name: "default" }],
    directoryNumbers: [...NUMBERS, CALLER].map((number) => ({ number })),
    phones: [...NUMBERS, CALLER].map((number) => ({ name: `phone-${number}`, lines: [{ directoryNumber: number }] })),
    trunks: [{ name: "trunk", uri: "sip:192.0.2.1" }],
    translationPatterns: [{ pattern: "2XXX", calledMask: "1XXX" }],
  });
  let folder: TemporaryDirectory;
  let toll: TollGuards;
  let forwarding: Map<string, LineForwarding>;
  let busy: Set<string>;
  let absent: Set<string>;
  before(() => {
    folder = new TemporaryDirectory("toll");
    toll = new TollGuards(folder.join("tolls"), new ManualClock(), silentLogger);
  });
  after(() => {
    toll.close();
    folder.close();
  });
  beforeEach(() => {
    forwarding = new Map();
    [busy, absent] = [new Set(), new Set()];
  });

  /** The line has this forwarding for calls of one origin; another target for those of the other one. */
  const link = (number: string, [kind, target]: Link, origin: Origin = "internal"): void => {
    const other = origin === "internal" ? "external" : "internal";
    const known = forwarding.get(`${number}@internal`)?.forwarding ?? {};
    const forward = { [origin]: target, [other]: "9999" };
    forwarding.set(`${number}@internal`, { forwarding: { ...known, [kind]: forward }, noAnswerSeconds: 12 });
    if (kind === "busy") busy.add(number);
    if (kind === "unregistered") absent.add(number);
  };
  const lookup = ({ directoryNumber }: SipPhone): Binding[] =>
    absent.has(directoryNumber) ? [] : [bindingOf(directoryNumber)];
  const routing = (origin: Origin = "internal", maxForwards = MAX_HOPS): CallRouting => {
    const caller: SipPhone | Peer | undefined = origin === "internal" ? phoneOf(inventory, CALLER) : inventory.peers[0];
    assert.ok(caller);
    return new CallRouting({
      callId: "call",
      caller,
      isUrgent: () => false,
      analyze: ({ dialed, by, callingSearchSpace: space, line }) =>
        analyze(dialed, {
          inventory,
          caller: by,
          endpoints: new Map(),
          localHosts: new Set(),
          numbering: { plan, nowMs: 0, space, line },
        }),
      phoneOf: () => undefined,
      forwardingOf: (line) => forwarding.get(line),
      maxForwards,
      received: [],
      isOwnHost: () => false,
      toll,
      hunting: new Hunting({
        settings: undefined,
        inventory,
        lookup,
        table: new CallTable(),
        clock: new ManualClock(),
      }),
      isQueued: () => false,
      context: {
        ids: new RandomIds(),
        lookup,
        onFlowFailed: () => undefined,
        isBusy: (party) => party.kind === "sip-phone" && busy.has(party.directoryNumber),
        isSilent: () => false,
        isUsable: () => true,
        mayHide: true,
        ringSeconds: 60,
        serialRingSeconds: 20,
        trunkTrySeconds: 4,
      },
    });
  };
  /** Where the call ends up, when each line that rings does not answer: the lines that rang, and a status at the end. */
  const fate = (number: string, routed = routing()): string => {
    const first = routed.begin({ user: number });
    if (first.kind === "rejected") return String(first.status);
    assert.ok(first.kind === "routed");
    const rang: string[] = [];
    let now: Pick<typeof first, "targets" | "route"> | undefined = first;
    for (let turn = 0; now !== undefined && turn < 100; turn += 1) {
      const [target] = now.targets.values();
      rang.push(target?.device.number ?? "");
      assert.ok(now.route.kind === "branches");
      if (now.route.diverts?.includes("no-answer") !== true) return rang.join(" ");
      now = routed.divert({ reason: "no-answer", deflected: undefined, hasRung: false });
    }
    return `${rang.join(" ")} over`;
  };
  const chain = (kinds: readonly ForwardingKind[], length: number, origin: Origin = "internal"): void => {
    for (let index = 0; index < length; index += 1) {
      const kind = kinds[index % kinds.length] ?? "all";
      link(NUMBERS[index] ?? "", [kind, NUMBERS[index + 1] ?? ""], origin);
    }
  };

  for (const origin of ["internal", "external"] as const) {
    for (const kind of CHAINED) {
      it(`given ${kind} twice for ${origin} calls, when one comes, then it goes over both lines by the target for its origin`, () => {
        chain([kind], 2, origin);
        const rang = kind === "noAnswer" ? "1000 1001 1002" : "1002";
        const call = routing(origin);
        assert.equal(fate("1000", call), rang);
        const { originalCalled, lastRedirecting } = call.redirect ?? assert.fail();
        assert.deepEqual([originalCalled?.number, lastRedirecting?.number], ["1000", "1001"]);
      });
    }

    for (const kind of ["busy", "noAnswer", "unregistered"] as const) {
      it(`given ${kind} of phones that say so themselves for ${origin} calls, when one comes, then it goes on`, () => {
        link("1000", [kind, "1001"], origin);
        [busy, absent] = [new Set(), new Set()];
        const call = routing(origin);
        assert.equal(call.begin({ user: "1000" }).kind, "routed");
        const [target] =
          call.divert({ reason: DIVERSION_OF[kind], deflected: undefined, hasRung: true })?.targets.values() ?? [];
        assert.equal(target?.device.number, "1001");
        assert.equal(call.divert({ reason: DIVERSION_OF[kind], deflected: undefined, hasRung: true }), undefined);
      });
    }
  }

  describe("with a bound", () => {
    for (const kind of ["all", "busy", "unregistered"] as const) {
      it(`given as many of ${kind} as are allowed, when the first is called, then the last rings; with one more none does`, () => {
        chain([kind], MAX_HOPS);
        assert.equal(fate("1000"), NUMBERS[MAX_HOPS]);
        chain([kind], MAX_HOPS + 1);
        const told = { all: "483", busy: "486", unregistered: "480" };
        assert.equal(fate("1000"), told[kind]);
      });
    }

    it("given as many of no answer as are allowed and more, when the first is called, then the call ends after those", () => {
      chain(["noAnswer"], LAST);
      assert.equal(fate("1000"), `${NUMBERS.slice(0, MAX_HOPS + 1).join(" ")} over`);
    });

    it("given all kinds in turn, when the first is called, then they are counted together", () => {
      chain(CHAINED, MAX_HOPS);
      assert.equal(fate("1000"), ["1002", "1006", "1010", "1012"].join(" "));
      chain(CHAINED, MAX_HOPS + 1);
      assert.equal(fate("1000"), "1002 1006 1010 over");
    });

    it("given a bound of one, when two forward, then the caller is told", () => {
      chain(["all"], 2);
      assert.equal(fate("1000", routing("internal", 1)), "483");
    });

    it("given a translation between, when lines forward by it, then a circle is found all the same", () => {
      link("1000", ["all", "2001"]);
      link("1001", ["all", "2000"]);
      assert.equal(fate("1000"), "482");
    });
  });

  describe("in a circle", () => {
    const told: Readonly<Record<(typeof CHAINED)[number], string>> = {
      all: "482",
      busy: "486",
      noAnswer: "1000 over",
      unregistered: "480",
    };
    for (const kind of CHAINED) {
      it(`given a line that forwards to itself by ${kind}, when it is called, then the call ends`, () => {
        link("1000", [kind, "1000"]);
        // It has rung once, and may again before it is known that it forwards nowhere else.
        assert.equal(fate("1000"), kind === "noAnswer" ? "1000 1000 over" : told[kind]);
      });
    }

    for (const one of CHAINED) {
      for (const other of CHAINED) {
        it(`given ${one} to a line that has ${other} back, when it is called, then each forwards once, and the call ends`, () => {
          link("1000", [one, "1001"]);
          link("1001", [other, "1000"]);
          const call = routing();
          const ended = fate("1000", call);
          assert.match(ended, /^(?:48[026]|.* over)$/);
          assert.ok(ended.split(" ").length <= 4, ended);
        });
      }
    }

    it("given a circle behind other lines, when the first is called, then it ends there, and the record tells the way", () => {
      link("1000", ["all", "1001"]);
      link("1001", ["all", "1002"]);
      link("1002", ["all", "1001"]);
      const call = routing();
      assert.equal(fate("1000", call), "482");
      const { originalCalled, originalReason, lastRedirecting } = call.redirect ?? assert.fail();
      assert.deepEqual(
        [originalCalled?.number, originalReason, lastRedirecting?.number],
        ["1000", "unconditional", "1002"],
      );
    });
  });

  it("given a device that sends its call to one busy phone after the other, when each time it comes back, then that is no hop, and all are tried", () => {
    const call = routing();
    assert.equal(call.begin({ user: "1000" }).kind, "routed");
    const by = phoneOf(inventory, "1000") ?? assert.fail();
    const redirect = (user: string): string =>
      call.redirectCall({ by, dialed: { user }, doing: { feature: "redirect" }, isKept: true }).kind;
    for (let turn = 0; turn < 3 * MAX_HOPS; turn += 1) {
      assert.equal(redirect("1001"), "diverted", `attempt ${turn + 1}`);
      const back = call.divert({ reason: "busy", deflected: undefined, hasRung: false });
      assert.deepEqual([back?.returned, [...(back?.targets.values() ?? [])][0]?.device.number], [486, "1000"]);
    }
    for (let hop = 0; hop < MAX_HOPS; hop += 1) assert.equal(redirect("1001"), "diverted");
    assert.equal(redirect("1001"), "rejected", "those that are taken are hops");
  });

  it("given a forwarding that leads nowhere, when it is tried, then the caller is told what the line would have said", () => {
    link("1000", ["busy", "9999"]);
    assert.equal(fate("1000"), "486");
    link("1001", ["unregistered", "1000"]);
    const call = routing();
    assert.equal(fate("1001", call), "480");
    assert.equal(call.redirect, undefined);
  });

  it("given a busy line that forwards to one that is absent and forwards on, when it is called, then reasons are those of each", () => {
    link("1000", ["busy", "1001"]);
    link("1001", ["unregistered", "1002"]);
    const call = routing();
    assert.equal(fate("1000", call), "1002");
    const { originalReason, lastReason } = call.redirect ?? assert.fail();
    assert.deepEqual([originalReason, lastReason], ["busy", "unregistered"]);
  });
});

function bindingOf(number: string): Binding {
  return {
    aor: `${number}/phone-${number}`,
    contactUri: `sip:${number}@192.0.2.9`,
    targetUri: `sip:${number}@192.0.2.9`,
    callId: "register",
    cseq: 1,
    q: 1,
    expiresAtMs: 1_000_000,
    refreshedAtMs: 0,
    source: { protocol: "udp", address: "192.0.2.9", port: 5060 },
    isDialable: true,
  };
}
