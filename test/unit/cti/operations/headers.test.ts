import assert from "node:assert/strict";
import { ControlFixture } from "../../../support/control-fixture.ts";
import type { Application } from "../../../support/test-application.ts";

const DEVICES = [
  { name: "phone-1001", lines: ["1001"] },
  { name: "phone-1002", lines: ["1002"] },
];
const CUSTOMER = { name: "X-Customer", value: "4711" };
const named = (name: string): object => [{ name, value: "1" }];
const valued = (value: string): object => [{ name: "X-A", value }];

/** Header fields, where they are wrong, and the code. */
const REFUSED: readonly (readonly [what: string, headers: object, at: string, code?: string])[] = [
  ["a field of the network", named("P-Asserted-Identity"), "/0/name"],
  ["a field of SIP", named("From"), "/0/name"],
  ["what carries user data", named("User-to-User"), "/0/name"],
  ["what the edge is told", named("x-tandem-trying"), "/0/name"],
  ["no token", named("X-A:"), "/0/name"],
  ["no token, but a line", named("X-A\r\nB"), "/0/name"],
  ["nothing after X-", named("X-"), "/0/name"],
  ["letters of other alphabets", named("X-ä"), "/0/name"],
  ["a name that is too long", named(`X-${"a".repeat(39)}`), "/0/name", "validation-parameter"],
  ["a second line", valued("a\r\nB: c"), "/0/value"],
  ["what makes some phones answer", [{ name: "x-AutoAnswer", value: "true" }], "/0/name"],
  ["the same with a dash", [{ name: "X-Auto-Answer", value: "true" }], "/0/name"],
  ["a line feed", valued("a\nb"), "/0/value"],
  ["a tab", valued("a\tb"), "/0/value"],
  ["a NUL", valued("a\0b"), "/0/value"],
  ["a control character of Latin-1", valued("a\u0085b"), "/0/value"],
  ["half a character", valued("a\ud800b"), "/0/value"],
  ["a line separator", valued("a\u2028b"), "/0/value"],
  ["a space before", valued(" a"), "/0/value"],
  ["a space behind", valued("a "), "/0/value"],
  ["nothing", valued(""), "/0/value", "validation-parameter"],
  ["a value that is too long", valued("x".repeat(256)), "/0/value", "validation-parameter"],
  ["a name twice", [CUSTOMER, { name: "x-customer", value: "1" }], "/1/name"],
  [
    "more than ten",
    Array.from({ length: 11 }, (_, at) => ({ name: `X-${at}`, value: "1" })),
    "",
    "validation-parameter",
  ],
];

describe("header fields of commands", () => {
  let fixture: ControlFixture;
  let operator: Application;
  let callId: string;
  beforeEach(async () => {
    fixture = await ControlFixture.start({ devices: DEVICES });
    operator = fixture.open();
    callId = fixture.callControl.calls.start("1002", "1001");
  });
  afterEach(() => fixture.close());

  for (const [what, headers, at, code = "validation-header"] of REFUSED) {
    it(`given ${what}, when a call is redirected with it, then that is ${code}, and where it stands is told`, async () => {
      const error = await operator.error("call.redirect", { device: "phone-1001", to: "1002", callId, headers });
      assert.deepEqual([error.code, error.facts.path], [code, `/headers${at}`]);
      assert.equal(fixture.callControl.commands.length, 0);
    });
  }

  for (const method of ["call.connect", "call.consult", "call.transfer"]) {
    it(`given a name that is not free, when ${method} has it, then that is refused`, async () => {
      const params = { device: "phone-1001", to: "1002", headers: named("From") };
      assert.equal(await operator.refusal(method, params), "validation-header");
      assert.equal(fixture.callControl.commands.length, 0);
    });
  }

  it("given the longest fields, and as many as may be, when a call is redirected with them, then call control has them", async () => {
    const headers = Array.from({ length: 10 }, (_, at) => ({
      name: `X-${"a".repeat(37)}${at}`,
      value: "ü".repeat(255),
    }));
    await operator.call("call.redirect", { device: "phone-1001", to: "1002", callId, headers });
    assert.deepEqual(fixture.callControl.commands.at(-1)?.command, {
      ...{ type: "redirect", device: "phone-1001", to: "1002", callId, headers },
    });
  });

  it("given fields, when a device is to call, consult or transfer with them, then call control has them", async () => {
    const given = { device: "phone-1001", to: "1002", headers: [CUSTOMER] };
    await operator.call("call.connect", given);
    for (const method of ["call.consult", "call.transfer"]) await operator.refusal(method, { ...given, callId });
    assert.deepEqual(
      fixture.callControl.commands.map(({ command }) => command),
      [
        { type: "make-call", ...given },
        { type: "consult", ...given, callId },
        { type: "transfer", ...given, callId },
      ],
    );
  });

  describe("of routes", () => {
    const OWN = { name: "X-Own", value: "1" };
    const select = (more: object): object => ({ device: "phone-1001", routeId: "r", ...more });

    it("given fields for all destinations, when one has its own, or wants none, then it has those", async () => {
      const destinations = [{ to: "1001" }, { to: "1002", headers: [OWN] }, { to: "1003", headers: [] }];
      await operator.refusal("route.select", select({ destinations, headers: [CUSTOMER] }));
      assert.deepEqual(fixture.callControl.commands.at(-1)?.command, {
        ...select({ type: "route-select" }),
        destinations: [
          { to: "1001", headers: [CUSTOMER] },
          { to: "1002", headers: [OWN] },
          { to: "1003", headers: [] },
        ],
      });
    });

    it("given a field that is not free, when it is for all, or for one destination, then that is refused, and named", async () => {
      const headers = named("Via");
      const all = await operator.error("route.select", select({ destinations: [{ to: "1001" }], headers }));
      assert.deepEqual([all.code, all.facts.path], ["validation-header", "/headers/0/name"]);
      const destinations = [{ to: "1001" }, { to: "1002", headers }];
      const one = await operator.error("route.select", select({ destinations }));
      assert.deepEqual([one.code, one.facts.path], ["validation-header", "/destinations/1/headers/0/name"]);
    });
  });
});
