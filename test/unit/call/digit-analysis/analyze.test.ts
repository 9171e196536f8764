import assert from "node:assert/strict";
import fc from "fast-check";
import type { Peer } from "../../../../src/call/device/peer.ts";
import { analyze, type AnalysisContext } from "../../../../src/call/digit-analysis/analyze.ts";
import type { Destination, ServiceEndpoint } from "../../../../src/call/digit-analysis/destination.ts";
import { parseDialed } from "../../../../src/call/digit-analysis/dialed.ts";
import { emergencyPlan } from "../../../../src/call/digit-analysis/emergency.ts";
import { phoneOf, sampleInventory, samplePeer, samplePhone } from "../device/sample-devices.ts";

describe("digit analysis", () => {
  const inventory = sampleInventory(
    [samplePhone("1001"), samplePhone("1002"), samplePhone("9196"), samplePhone("+4930")],
    [
      samplePeer("national", { prefixes: ["9", "+49"], addresses: ["192.0.2.1"], uri: "sip:gw.example" }),
      samplePeer("city", {
        prefixes: ["930", "10"],
        addresses: ["192.0.2.2"],
        uri: "sip:192.0.2.2:5080",
        transit: true,
      }),
    ],
  );
  const peer = (name: string): Peer => {
    const found = inventory.peers.find((each) => each.name === name);
    assert.ok(found);
    return found;
  };
  const context: AnalysisContext = {
    inventory,
    caller: phoneOf(inventory, "1001"),
    endpoints: new Map<string, ServiceEndpoint>([
      ["9196", "echo"],
      ["9197", "demo"],
    ]),
    localHosts: new Set(["127.0.0.1", "::1"]),
  };
  const dial = (user: string, changes: Partial<AnalysisContext> = {}): Destination =>
    analyze({ user }, { ...context, ...changes });
  const dialUri = (uri: string, changes: Partial<AnalysisContext> = {}): string => {
    const dialed = parseDialed(uri);
    assert.ok(dialed.ok);
    const destination = analyze(dialed.value, { ...context, ...changes });
    switch (destination.kind) {
      case "phone":
        return destination.phone.name;
      case "peer":
        return `${destination.number} by ${destination.peer.name}`;
      case "endpoint":
        return destination.endpoint;
      case "none":
        return destination.reason;
      case "line":
      case "route":
      case "hunt-pilot":
      case "park-range":
      case "pickup-group":
      case "feature":
        return destination.kind;
    }
  };

  it("given a directory number, when it is dialed, then it leads to the phone, before a prefix that fits", () => {
    const destination = dial("1002");
    assert.equal(destination.kind === "phone" && destination.phone.name, "phone-1002");
  });

  it("given a number that is a directory and a service number, when it is dialed, then it leads to the phone", () => {
    assert.equal(dial("9196").kind, "phone");
  });

  it("given a service number, when it is dialed, then it leads to the endpoint, before a prefix that fits", () => {
    assert.deepEqual(dial("9197"), { kind: "endpoint", endpoint: "demo", number: "9197" });
  });

  it("given prefixes of several peers, when a number is dialed, then the longest leads to its peer, number unchanged", () => {
    assert.deepEqual(dial("93012"), { kind: "peer", peer: peer("city"), number: "93012" });
    assert.deepEqual(dial("93112"), { kind: "peer", peer: peer("national"), number: "93112" });
  });

  it("given a +, when it is dialed, then it is part of the number", () => {
    assert.deepEqual(dial("+4940"), { kind: "peer", peer: peer("national"), number: "+4940" });
    assert.equal(dial("+4930").kind, "phone");
    assert.deepEqual(dial("4940"), { kind: "none", reason: "unknown-number" });
  });

  it("given a number of nobody, when it is dialed, then it leads nowhere", () => {
    assert.deepEqual(dial("5555"), { kind: "none", reason: "unknown-number" });
  });

  it("given an empty number or one above 128 characters, when it is dialed, then it leads nowhere", () => {
    assert.deepEqual(dial(""), { kind: "none", reason: "empty" });
    assert.equal(dial("9".repeat(128)).kind, "peer");
    assert.deepEqual(dial("9".repeat(129)), { kind: "none", reason: "too-long" });
  });

  it("given a peer that calls, when the number leads back to it, then the next best wins, or nothing", () => {
    assert.deepEqual(dial("93012", { caller: peer("city") }), {
      kind: "peer",
      peer: peer("national"),
      number: "93012",
    });
    assert.deepEqual(dial("93112", { caller: peer("national") }), { kind: "none", reason: "unknown-number" });
    assert.deepEqual(dial("5", { caller: peer("city") }), { kind: "none", reason: "unknown-number" });
    assert.equal(dial("1002", { caller: peer("city") }).kind, "phone");
  });

  it("given a peer without transit that calls, when the number leads to another peer, then it leads nowhere, but phones are reached", () => {
    assert.deepEqual(dial("93012", { caller: peer("national") }), { kind: "none", reason: "no-transit" });
    assert.equal(dialUri("sip:93012@192.0.2.2", { caller: peer("national") }), "no-transit");
    assert.equal(dial("1002", { caller: peer("national") }).kind, "phone");
    assert.equal(dial("9197", { caller: peer("national") }).kind, "endpoint");
  });

  it("given a URI with a host of this switch or the realm, when it is dialed, then the number counts", () => {
    assert.equal(dialUri("sip:1002@127.0.0.1:5070"), "phone-1002");
    assert.equal(dialUri("sip:1002@[::1]"), "phone-1002");
    assert.equal(dialUri("sip:9197@TANDEM.test"), "demo");
  });

  it("given a URI with the host of a peer, when a number of its prefixes is dialed, then it leads to that peer, else nowhere", () => {
    assert.equal(dialUri("sip:9302@gw.example"), "9302 by national");
    assert.equal(dialUri("sip:1002@192.0.2.2"), "1002 by city");
    assert.equal(dialUri("sip:1002@gw.example"), "unknown-number");
    assert.equal(dialUri("sip:anyone@192.0.2.2"), "unknown-number");
    assert.equal(dialUri("sip:1002@192.0.2.2", { caller: peer("city") }), "unknown-number");
  });

  it("given a URI with another host, when it is dialed, then it leads nowhere", () => {
    assert.equal(dialUri("sip:1002@elsewhere.example"), "unknown-host");
  });

  it("given a phone that knows the switch by a name of its own, when it dials inside it, then the number counts", () => {
    assert.equal(dialUri("sip:1002@pbx.local", { callerDomain: "PBX.local" }), "phone-1002");
    assert.equal(dialUri("sip:1002@other.local", { callerDomain: "pbx.local" }), "unknown-host");
    assert.equal(dialUri("sip:1002@pbx.local", { callerDomain: "pbx.local", caller: peer("city") }), "unknown-host");
    assert.equal(dialUri("sip:9002@gw.example", { callerDomain: "gw.example" }), "9002 by national");
  });

  it("given a telephone number with separators, when it is dialed, then they do not count", () => {
    assert.equal(dialUri("tel:+49-30"), "phone-+4930");
    assert.equal(dialUri("sip:10-02@127.0.0.1;user=phone"), "phone-1002");
    assert.equal(dialUri("sip:10-02@127.0.0.1"), "phone-1002");
  });

  it("given any number and prefixes, when it is compared with a search of all, then the longest prefix wins", () => {
    const digits = fc.string({ unit: fc.constantFrom("1", "2", "#"), maxLength: 4 });
    fc.assert(
      fc.property(
        fc.uniqueArray(digits, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom("1", "2", "#"), minLength: 1, maxLength: 8 }),
        (prefixes, number) => {
          const peers = prefixes.map((prefix, index) =>
            samplePeer(`p${index}`, { addresses: [`192.0.2.${index}`], prefixes: [prefix] }),
          );
          const caller = phoneOf(inventory, "1001");
          const destination = analyze({ user: number }, { ...context, caller, inventory: sampleInventory([], peers) });
          const best = prefixes.filter((prefix) => number.startsWith(prefix)).sort((a, b) => b.length - a.length)[0];
          assert.equal(destination.kind === "peer" ? destination.peer.prefixes[0] : undefined, best);
        },
      ),
    );
  });

  describe("of emergency calls", () => {
    const plan = (route: string): Partial<AnalysisContext> => ({
      emergency: emergencyPlan({ numbers: ["112", "110"], route }, inventory),
    });

    for (const [uri, place] of [
      ["sip:112@127.0.0.1", "112 by national"],
      ["sip:110@somewhere.else", "110 by national"],
      ["tel:1-1-0", "110 by national"],
      ["urn:service:sos", "112 by national"],
      ["urn:service:sos.fire", "112 by national"],
      ["sip:1120@127.0.0.1", "unknown-number"],
    ] as const) {
      it(`given a route to a peer, when ${uri} is called, then it is ${place}`, () => {
        assert.equal(dialUri(uri, plan("national")), place);
      });
    }

    it("given a route to a phone, when they are called, then it is that phone", () => {
      assert.equal(dialUri("urn:service:sos", plan("1002")), "phone-1002");
      assert.equal(dialUri("sip:112@127.0.0.1", plan("1002")), "phone-1002");
    });

    it("given a route to a phone, when that one calls them itself, then they go to the peer that has the number, or nowhere", () => {
      const outside = sampleInventory([], [samplePeer("outside", { prefixes: ["1"] })]);
      const own = { ...plan("1001"), caller: phoneOf(inventory, "1001") };
      assert.equal(dialUri("sip:112@127.0.0.1", { ...own, inventory: outside }), "112 by outside");
      assert.equal(dialUri("urn:service:sos", { ...own, inventory: outside }), "112 by outside");
      assert.equal(dialUri("urn:service:sos", own), "no-emergency");
    });

    it("given no place for them, when a service is called, then that is said; a number is one like any other", () => {
      assert.equal(dialUri("urn:service:sos"), "no-emergency");
      assert.equal(dialUri("sip:112@127.0.0.1"), "unknown-number");
    });

    it("given a peer without transit, when it sends one, then it goes to another peer, but never back", () => {
      assert.equal(dialUri("urn:service:sos", { ...plan("city"), caller: peer("national") }), "112 by city");
      assert.equal(dialUri("urn:service:sos", { ...plan("national"), caller: peer("national") }), "no-emergency");
    });

    it("given a route to nobody, when the plan is made, then that is an error", () => {
      assert.throws(() => plan("nobody"), { code: "unknown-route" });
    });
  });
});
