import assert from "node:assert/strict";
import { messageSummary } from "../../../../src/call/control/subscription/message-summary.ts";
import { createInventory } from "../../../../src/call/index.ts";
import {
  eventOf,
  grantExpiry,
  isSubscription,
  type Subscription,
} from "../../../../src/call/control/subscription/subscription.ts";
import { SubscriptionTable } from "../../../../src/call/control/subscription/subscription-table.ts";
import { formatRequest, parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

function subscribe(...headers: (readonly [string, string])[]): SipMessage {
  const parsed = parseSipMessage(formatRequest("SUBSCRIBE", "sip:1001@127.0.0.1", headers, ""));
  assert.ok(parsed.ok);
  return parsed.value;
}

function subscription(dialogId: string, expiresAtMs: number, resource = "1001"): Subscription {
  return {
    version: 1,
    dialogId,
    localTag: "l",
    remoteTag: "r",
    device: { kind: "sip-phone", name: `phone-${resource}` },
    event: "message-summary",
    resource,
    host: "127.0.0.1",
    contact: "sip:1001@192.0.2.7",
    source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
    expiresAtMs,
  };
}

describe("what a SUBSCRIBE says", () => {
  const events: readonly [value: string, expected: unknown][] = [
    ["message-summary", { name: "message-summary" }],
    ["Message-Summary ; id=a1 ;x=y", { name: "message-summary", id: "a1" }],
    ["", undefined],
    ["a b", undefined],
    [`x;id=${"y".repeat(200)}`, undefined],
  ];
  for (const [value, expected] of events) {
    it(`given Event ${value.slice(0, 40)}, when it is read, then name and id are taken`, () => {
      assert.deepEqual(eventOf(subscribe(["Event", value])), expected);
    });
  }
  it("given a compact Event, when it is read, then it counts, and none is none", () => {
    assert.deepEqual(eventOf(subscribe(["o", "dialog"])), { name: "dialog" });
    assert.equal(eventOf(subscribe()), undefined);
  });

  const expiry = { minSeconds: 60, maxSeconds: 3_600, defaultSeconds: 1_800 };
  const granted: readonly [value: string | undefined, expected: unknown][] = [
    [undefined, { kind: "granted", seconds: 1_800 }],
    ["0", { kind: "granted", seconds: 0 }],
    ["1", { kind: "brief" }],
    ["59", { kind: "brief" }],
    ["60", { kind: "granted", seconds: 60 }],
    ["4294967295", { kind: "granted", seconds: 3_600 }],
    ["4294967296", { kind: "malformed" }],
    ["-1", { kind: "malformed" }],
  ];
  for (const [value, expected] of granted) {
    it(`given Expires ${value ?? "absent"}, when it is decided on, then the bounds hold`, () => {
      assert.deepEqual(
        grantExpiry(subscribe(...(value === undefined ? [] : [["Expires", value] as const])), expiry),
        expected,
      );
    });
  }
});

describe("isSubscription", () => {
  it("given what a journal may hold, when it is read, then only a whole subscription is one", () => {
    const whole: unknown = JSON.parse(JSON.stringify(subscription("d", 1)));
    assert.equal(isSubscription(whole), true);
    for (const value of [
      null,
      1,
      {},
      { ...subscription("d", 1), version: 2 },
      { ...subscription("d", 1), device: {} },
      { ...subscription("d", 1), source: undefined },
      { ...subscription("d", 1), host: undefined },
    ]) {
      assert.equal(isSubscription(value), false);
    }
  });
});

describe("SubscriptionTable", () => {
  it("given subscriptions, when they are looked up, then each is found by dialog, resource and device until it is removed", () => {
    const table = new SubscriptionTable(new ManualClock(), () => undefined);
    const [one, other] = [subscription("a", 1e15), subscription("b", 1e15, "1002")];
    for (const each of [one, other]) table.add(each);
    assert.equal(table.find("a"), one);
    assert.deepEqual(table.ofResource("message-summary", "1002"), [other]);
    assert.deepEqual(table.ofResource("dialog", "1002"), []);
    assert.deepEqual(table.ofDevice("phone-1001"), [one]);
    const again = subscription("a", 1e15);
    table.add(again);
    assert.deepEqual([table.size, table.ofDevice("phone-1001")], [2, [again]]);
    assert.deepEqual([table.remove("a"), table.remove("a"), table.size], [true, false, 1]);
    assert.deepEqual(table.ofDevice("phone-1001"), []);
    table.close();
  });

  it("given one that is renewed and one that is not, when time passes, then only the latter runs out, once", () => {
    const clock = new ManualClock();
    const expired: string[] = [];
    const table = new SubscriptionTable(clock, ({ dialogId }) => void expired.push(dialogId));
    const renewed = subscription("renewed", clock.wallMs() + 60_000);
    table.add(renewed);
    table.add(subscription("left", clock.wallMs() + 60_000));
    clock.advance(50_000);
    renewed.expiresAtMs = clock.wallMs() + 60_000;
    table.renew(renewed);
    clock.advance(20_000);
    assert.deepEqual(expired, ["left"]);
    table.remove("left");
    clock.advance(100_000);
    assert.deepEqual(expired, ["left", "renewed"]);
    table.close();
  });
});

describe("messageSummary", () => {
  it("given no lamp that is set, when the state is asked for, then there are no messages, and the host is written as in a URI", () => {
    const lamps = { count: () => ({ new: 0, old: 0, newUrgent: 0, oldUrgent: 0 }), onChange: () => undefined };
    const events = messageSummary(lamps, createInventory({ realm: "tandem.test", phones: [], peers: [] }));
    const state = events.stateOf({ ...subscription("d", 1, "1001@internal"), host: "2001:db8::1" }, 0);
    assert.equal(
      state,
      "Messages-Waiting: no\r\nMessage-Account: sip:1001@[2001:db8::1]\r\nVoice-Message: 0/0 (0/0)\r\n",
    );
  });
});
