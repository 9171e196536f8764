import assert from "node:assert/strict";
import { analyze, type AnalysisContext } from "../../../../src/call/digit-analysis/analyze.ts";
import type { Destination } from "../../../../src/call/digit-analysis/destination.ts";
import { parseDialed } from "../../../../src/call/digit-analysis/dialed.ts";
import { emergencyPlan } from "../../../../src/call/digit-analysis/emergency.ts";
import type { Peer } from "../../../../src/call/device/peer.ts";
import { phoneOf, sampleInventory, samplePeer, samplePhone } from "../device/sample-devices.ts";
import { samplePlan } from "../../../support/sample-plan.ts";

describe("digit analysis with a dial plan", () => {
  const trunk = (name: string, prefixes: string[] = []): { name: string; uri: string; prefixes: string[] } => ({
    name,
    uri: `sip:${name}.example`,
    prefixes,
  });
  const plan = samplePlan({
    callingSearchSpaces: [
      { name: "internal", partitions: ["internal", "outside"] },
      { name: "outside", partitions: ["outside"] },
    ],
    devicePools: [{ name: "default" }],
    directoryNumbers: [{ number: "1001" }, { number: "1002" }, { number: "1003" }, { number: "1009" }],
    phones: [
      ...["1001", "1002"].map((number) => ({ name: `phone-${number}`, lines: [{ directoryNumber: number }] })),
      { name: "lobby", lines: [{ directoryNumber: "1002" }], callingSearchSpace: "outside" },
    ],
    ctiPorts: [{ name: "port", lines: [{ directoryNumber: "1003" }] }],
    trunks: [trunk("first", ["77"]), trunk("second", ["7"]), trunk("transit", ["88"]), trunk("absent")],
    routeGroups: [{ name: "all", trunks: ["first", "absent", "second", "transit"] }],
    routeLists: [{ name: "all", groups: [{ routeGroup: "all", calling: { prefix: "+4930" } }] }],
    routePatterns: [
      { pattern: "9.!", partition: "outside", routeList: "all", discard: "pre-dot", class: "premium" },
      { pattern: "90190!", partition: "outside", blocked: true },
      { pattern: "5!", partition: "outside", trunk: "absent" },
    ],
    translationPatterns: [{ pattern: "2XXX", calledMask: "1XXX", calling: { mask: "8XXX" } }],
    huntPilots: [{ pattern: "1100" }],
    parkRanges: [{ pattern: "70X" }],
    pickupGroups: [{ name: "sales", number: "1009" }],
  });
  const inventory = sampleInventory(
    [samplePhone("1001"), samplePhone("1002"), samplePhone("1003", { name: "port" })],
    [
      samplePeer("first", { addresses: ["192.0.2.1"], uri: "sip:first.example", prefixes: ["77"] }),
      samplePeer("second", { addresses: ["192.0.2.2"], uri: "sip:second.example", prefixes: ["7"] }),
      samplePeer("transit", { addresses: ["192.0.2.3"], uri: "sip:transit.example", transit: true }),
    ],
  );
  const peer = (name: string): Peer => {
    const found = inventory.deviceByName(name);
    assert.ok(found?.kind === "peer");
    return found;
  };
  const context: AnalysisContext = {
    inventory,
    caller: phoneOf(inventory, "1001"),
    endpoints: new Map([["9196", "echo"]]),
    localHosts: new Set(["127.0.0.1"]),
    numbering: { plan, nowMs: 0 },
  };
  const dial = (uri: string, changes: Partial<AnalysisContext> = {}): Destination => {
    const dialed = parseDialed(uri.includes(":") ? uri : `sip:${uri}@127.0.0.1`);
    assert.ok(dialed.ok);
    return analyze(dialed.value, { ...context, ...changes });
  };

  it("given a line, when it is dialed, then its phones ring, and the devices of applications are named", () => {
    assert.deepEqual(dial("1002"), {
      kind: "line",
      line: "1002@internal",
      number: "1002",
      phones: [phoneOf(inventory, "1002")],
      ctiPorts: [],
      routePoints: [],
    });
    const port = dial("1003");
    assert.deepEqual(port.kind === "line" && port.ctiPorts, ["port"]);
  });

  it("given a translation, when a line is dialed by it, then the caller is shown as it says", () => {
    const destination = dial("2002");
    assert.ok(destination.kind === "line");
    assert.deepEqual([destination.line, destination.callingNumber], ["1002@internal", "8001"]);
  });

  it("given a caller's number, when it is not the phone's, then that one is changed", () => {
    const destination = dial("2002", { numbering: { plan, nowMs: 0, callingNumber: "4321" } });
    assert.equal(destination.kind === "line" && destination.callingNumber, "8321");
  });

  it("given a route, when it is dialed, then its trunks that are there are tried in order", () => {
    assert.deepEqual(dial("90044"), {
      kind: "route",
      pattern: "9.!@outside",
      class: "premium",
      international: true,
      attempts: ["first", "second", "transit"].map((name) => ({
        peer: peer(name),
        number: "0044",
        callingNumber: "+49301001",
        way: { pattern: "9.!@outside", routeList: "all", routeGroup: "all" },
      })),
    });
  });

  it("given a peer that calls, when a route leads to it, too, then it is left out; without transit nothing is tried", () => {
    const destination = dial("930", { caller: peer("transit") });
    assert.deepEqual(destination.kind === "route" && destination.attempts.map(({ peer: { name } }) => name), [
      "first",
      "second",
    ]);
    assert.deepEqual(dial("930", { caller: peer("first") }), {
      kind: "none",
      reason: "no-transit",
      pattern: "9.!@outside",
    });
    assert.equal(dial("1002", { caller: peer("first") }).kind, "line");
  });

  for (const [number, destination] of [
    ["901905", { kind: "none", reason: "blocked", pattern: "90190!@outside", more: true }],
    ["51", { kind: "none", reason: "no-trunk", pattern: "5!@outside" }],
    ["100", { kind: "none", reason: "unknown-number", more: true }],
    ["3", { kind: "none", reason: "unknown-number" }],
    ["9196", { kind: "endpoint", endpoint: "echo", number: "9196" }],
    ["1100", { kind: "hunt-pilot", pattern: "1100@internal", number: "1100" }],
    ["701", { kind: "park-range", pattern: "70X@internal", number: "701" }],
    ["1009", { kind: "pickup-group", group: "sales", number: "1009" }],
  ] as const) {
    it(`given ${number}, when it is dialed, then it is ${JSON.stringify(destination)}`, () => {
      assert.deepEqual(dial(number), destination);
    });
  }

  it("given prefixes of trunks, when no pattern matches, then the longest wins whose trunk has not called", () => {
    assert.deepEqual(dial("7700"), { kind: "peer", peer: peer("first"), number: "7700", international: false });
    assert.deepEqual(dial("7700", { caller: { ...peer("first"), transit: true } }), {
      kind: "peer",
      peer: peer("second"),
      number: "7700",
      international: false,
    });
    assert.deepEqual(dial("7700", { caller: peer("second") }), { kind: "none", reason: "no-transit" });
  });

  it("given the host of a peer, when a pattern that leads there is dialed, then that peer alone is tried", () => {
    const destination = dial("sip:930@second.example");
    assert.deepEqual(destination.kind === "route" && destination.attempts.map(({ peer: { name } }) => name), [
      "second",
    ]);
    assert.equal(destination.kind === "route" && destination.attempts[0]?.number, "30");
    assert.deepEqual(dial("sip:901905@second.example"), {
      kind: "none",
      reason: "blocked",
      pattern: "90190!@outside",
      more: true,
    });
    assert.equal(dial("sip:51@first.example").kind, "none");
    assert.deepEqual(dial("sip:930@first.example", { caller: peer("first") }), {
      kind: "none",
      reason: "no-trunk",
      pattern: "9.!@outside",
    });
  });

  it("given a caller whose search space has not the partition of prefixes, when it dials one, by number or host, then it leads nowhere", () => {
    for (const number of ["7700", "sip:7700@first.example", "sip:%2b77@second.example"]) {
      assert.equal(dial(number, { caller: { ...phoneOf(inventory, "1002"), name: "lobby" } }).kind, "none", number);
    }
    assert.equal(dial("930", { caller: { ...phoneOf(inventory, "1002"), name: "lobby" } }).kind, "route");
  });

  for (const user of ["7-7.0(0)", "77x00", "77%2000", "%2077", "7700%00", "77+00", "%EF%BC%97"]) {
    it(`given ${user}, when it is dialed in any way, then it goes where its number goes, or nowhere`, () => {
      const numbers = ["127.0.0.1", "first.example"].map((host) => {
        const destination = dial(`sip:${user}@${host}`);
        return destination.kind === "peer" ? destination.number : destination.kind;
      });
      assert.deepEqual([...new Set(numbers)], [user.startsWith("7-7") ? "7700" : "none"]);
    });
  }

  it("given the beginning of a prefix, a service or an emergency number, when it is dialed, then more may follow", () => {
    const emergency = emergencyPlan({ numbers: ["311"], route: "first" }, inventory);
    const endpoints = new Map([["4196", "echo"] as const]);
    for (const number of ["419", "31"]) {
      const destination = dial(number, { emergency, endpoints });
      assert.equal(destination.kind === "none" && destination.more, true, number);
    }
    assert.deepEqual(dial("8"), { kind: "none", reason: "unknown-number", more: true });
    assert.deepEqual(dial("8", { caller: { ...phoneOf(inventory, "1002"), name: "lobby" } }), {
      kind: "none",
      reason: "unknown-number",
    });
  });

  it("given the host of a peer, when no pattern matches, then its prefixes count", () => {
    assert.deepEqual(dial("sip:7044@second.example"), {
      kind: "peer",
      peer: peer("second"),
      number: "7044",
      international: false,
    });
    assert.deepEqual(dial("sip:1002@second.example"), { kind: "none", reason: "unknown-number" });
    assert.deepEqual(dial("sip:1002@elsewhere.example"), { kind: "none", reason: "unknown-host" });
  });

  it("given a place for emergency calls, when their number is dialed, then no pattern counts", () => {
    const emergency = emergencyPlan({ numbers: ["901905", "1002"], route: "first" }, inventory);
    assert.deepEqual(dial("901905", { emergency }), { kind: "peer", peer: peer("first"), number: "901905" });
    assert.deepEqual(dial("urn:service:sos", { emergency }), { kind: "peer", peer: peer("first"), number: "901905" });
  });

  it("given the phone that takes emergency calls, when it makes one, then it gets out by the plan, or by a prefix, else not at all", () => {
    const emergency = emergencyPlan({ numbers: ["9112", "7712", "312"], route: "1001" }, inventory);
    const destination = dial("9112", { emergency });
    assert.equal(destination.kind === "route" && destination.attempts[0]?.number, "112");
    assert.equal(dial("7712", { emergency }).kind, "peer");
    assert.equal(dial("7712", { emergency, caller: { ...phoneOf(inventory, "1001"), line: "1@none" } }).kind, "peer");
    assert.deepEqual(dial("312", { emergency }), { kind: "none", reason: "no-emergency" });
    assert.equal(dial("urn:service:sos", { emergency }).kind, "route");
  });

  it("given a device that the plan does not know, when it dials, then nothing may be dialed but services", () => {
    const stranger = { ...phoneOf(inventory, "1001"), name: "stranger", line: "5555@internal" };
    assert.equal(dial("1002", { caller: stranger }).kind, "none");
    assert.equal(dial("7700", { caller: stranger }).kind, "none");
    assert.equal(dial("9196", { caller: stranger }).kind, "endpoint");
  });
});
