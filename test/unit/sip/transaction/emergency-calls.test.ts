import assert from "node:assert/strict";
import { EmergencyCalls } from "../../../../src/sip/transaction/emergency-calls.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { messageOf, requestText } from "./transaction-fixture.ts";

const NUMBERS = ["112", "+49110"];

describe("emergency calls", () => {
  let clock: ManualClock;
  let calls: EmergencyCalls;
  beforeEach(() => {
    clock = new ManualClock();
    calls = new EmergencyCalls(clock, NUMBERS);
  });

  for (const [uri, isEmergency] of [
    ["urn:service:sos", true],
    ["URN:Service:SOS.Police", true],
    ["urn:service:sos.fire.x", true],
    ["urn:service:sosa", false],
    ["urn:service:counseling", false],
    [`urn:service:sos.${"a".repeat(64)}`, false],
    ["sip:112@anywhere.example", true],
    ["sips:112@[2001:db8::1]:5061;transport=tcp", true],
    ["sip:%31%31%32@h", true],
    ["sip:112;phone-context=+49@h;user=phone", true],
    ["tel:+49-110", true],
    ["sip:1121@h", false],
    ["sip:112.example", false],
    ["sip:h;x=112", false],
  ] as const) {
    it(`given an INVITE to ${uri}, when judged, then it is ${isEmergency ? "one" : "none"}`, () => {
      assert.equal(calls.isEmergency({ method: "INVITE", uri }), isEmergency);
    });
  }

  it("given another method, when judged, then it is none", () => {
    assert.equal(calls.isEmergency({ method: "OPTIONS", uri: "urn:service:sos" }), false);
  });

  it("given no numbers, when judged, then the service is one all the same", () => {
    const none = new EmergencyCalls(clock, []);
    assert.equal(none.isEmergency({ method: "INVITE", uri: "urn:service:sos" }), true);
    assert.equal(none.isEmergency({ method: "INVITE", uri: "sip:112@h" }), false);
  });

  it("given one source that goes on and on, when it has had its share, then it waits for it, and others have theirs", () => {
    const invite = messageOf(requestText({ uri: "urn:service:sos" }));
    const count = (remoteAddress: string, attempts: number): number => {
      return Array.from({ length: attempts }, () => calls.takesRightOfWay(invite, { remoteAddress })).filter(Boolean)
        .length;
    };
    assert.equal(count("192.0.2.1", 100), 20);
    assert.equal(count("192.0.2.2", 5), 5);
    clock.advance(1_000);
    assert.equal(count("192.0.2.1", 100), 2);
  });

  it("given many sources, when all have it, then only so many have it together", () => {
    const invite = messageOf(requestText({ uri: "urn:service:sos" }));
    const taken = Array.from({ length: 1_000 }, (_, index) => {
      return calls.takesRightOfWay(invite, { remoteAddress: `10.0.${index >> 8}.${index & 255}` });
    });
    assert.equal(taken.filter(Boolean).length, 200);
  });
});
