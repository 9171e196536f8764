import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { startControlledSwitch, type ControlledSwitch } from "../../support/controlled-switch.ts";
import { phoneOperations, put } from "../../support/kept-configuration.ts";
import { TalkingPhone } from "../../support/talking-phone.ts";
import type { TestUser } from "../../support/test-application.ts";

const OPERATOR: TestUser = { name: "operator" };
const WATCHER: TestUser = { name: "watcher", scope: { isMonitorOnly: true } };
/** Has one phone, may dial one number, and may not change how callers are shown. */
const CLERK: TestUser = {
  name: "clerk",
  permissions: [],
  mayUseDevice: (device) => device === "phone-1001",
  mayDial: (number) => number === "1002",
};
const DEVICE = { device: "phone-1001" };
const IN_CALL = { ...DEVICE, callId: "c1" };

/** What is asked by whom, and the code and path of the answer. */
const REFUSED: readonly (readonly [string, TestUser, string, object, string, string?])[] = [
  ["a device of somebody else", CLERK, "device.get", { device: "phone-1002" }, "access-device"],
  ["a line of somebody else", CLERK, "line.get", { line: "1002@internal" }, "access-device"],
  ["all topics without the permission", CLERK, "events.subscribe", { topics: [{ kind: "all" }] }, "access-feature"],
  [
    "a caller that is shown otherwise",
    CLERK,
    "call.redirect",
    { ...IN_CALL, to: "1002", callingNumber: "5" },
    "access-feature",
    "/callingNumber",
  ],
  ["a number that the token bars", CLERK, "call.connect", { ...DEVICE, to: "1003" }, "access-number", "/to"],
  ["a slot that the token bars", CLERK, "call.unpark", { ...DEVICE, slot: "1003" }, "access-number", "/slot"],
  [
    "a ringing number that the token bars",
    CLERK,
    "call.pickup",
    { ...DEVICE, number: "1003" },
    "access-number",
    "/number",
  ],
  ["a command of who may watch", WATCHER, "call.hold", IN_CALL, "access-monitor-only"],
  [
    "a setting of who may watch",
    WATCHER,
    "line.setMessageWaiting",
    { line: "1001@internal", on: true },
    "access-monitor-only",
  ],
  ["a device that is closed to control", OPERATOR, "call.hold", { device: "phone-closed" }, "access-restricted"],
  ["no device", OPERATOR, "device.get", { device: "phone-9" }, "not-found-device"],
  ["no line", OPERATOR, "line.get", { line: "9@internal" }, "not-found-line"],
  ["no call", OPERATOR, "call.hold", IN_CALL, "not-found-call"],
  ["no call that can be shown", OPERATOR, "call.get", { callId: "c1" }, "not-found-call"],
  ["no route dialogue", OPERATOR, "route.end", { device: "point", routeId: "r1" }, "not-found-route"],
  ["no parked call", OPERATOR, "call.unpark", { ...DEVICE, slot: "8001" }, "not-found-park"],
  ["no subscription", OPERATOR, "events.unsubscribe", { subscriptionId: "s1" }, "not-found-subscription"],
  ["what is no number", OPERATOR, "call.connect", { ...DEVICE, to: "number one" }, "validation-number", "/to"],
  [
    "what is no number in a list",
    OPERATOR,
    "route.select",
    { device: "point", routeId: "r1", destinations: [{ to: "1001" }, { to: "x y" }] },
    "validation-number",
    "/destinations/1/to",
  ],
  [
    "digits that there are not",
    OPERATOR,
    "call.sendDigits",
    { ...IN_CALL, digits: "12x" },
    "validation-dtmf",
    "/digits",
  ],
  [
    "a header field of the network",
    OPERATOR,
    "call.redirect",
    { ...IN_CALL, to: "1002", headers: [{ name: "P-Asserted-Identity", value: "<sip:110@x>" }] },
    "validation-header",
    "/headers/0/name",
  ],
  [
    "data that is too long",
    OPERATOR,
    "call.setUserData",
    { ...IN_CALL, data: { text: "x".repeat(9_000) } },
    "validation-data-size",
    "/data",
  ],
  [
    "a group and a number",
    OPERATOR,
    "call.pickup",
    { ...DEVICE, group: "g", number: "1002" },
    "validation-combination",
    "/number",
  ],
  ["no party to be dropped", OPERATOR, "call.dropParty", IN_CALL, "validation-combination", "/connectionId"],
  ["an unknown parameter", OPERATOR, "call.hold", { ...IN_CALL, why: "x" }, "validation-parameter", "/why"],
  [
    "a name that no call may have",
    OPERATOR,
    "call.connect",
    { ...DEVICE, to: "1002", callId: "x" },
    "validation-parameter",
  ],
  ["a port that is not open", OPERATOR, "call.hold", { device: "port" }, "device-not-open"],
  ["routes of a phone", OPERATOR, "device.open", { ...DEVICE, routes: true }, "device-type"],
  ["media of a phone", OPERATOR, "device.open", { ...DEVICE, media: { mode: "switch" } }, "media-on-phone"],
];

describe("requests of applications that are refused", () => {
  const cleanup = new Cleanup();
  let node: ControlledSwitch;
  before(async () => {
    node = await startControlledSwitch(cleanup, [
      ...phoneOperations(["1001"]),
      ...phoneOperations(["1002"]),
      put("directory-number", { number: "7000" }),
      put("directory-number", { number: "7001" }),
      put("directory-number", { number: "7002" }),
      put("route-point", { name: "point", lines: [{ directoryNumber: "7000" }] }),
      put("cti-port", { name: "port", lines: [{ directoryNumber: "7001" }] }),
      put("phone", { name: "phone-closed", lines: [{ directoryNumber: "7002" }], allowControl: false }),
    ]);
  });
  after(() => cleanup.run());

  for (const [what, user, method, params, code, path] of REFUSED)
    it(`given ${what}, when ${method} asks for it, then the answer is ${code}`, async () => {
      const application = node.open(user);
      const isAtPoint = method.startsWith("route.");
      if (isAtPoint) await application.call("device.open", { device: "point", routes: true });
      const error = await application.error(method, params);
      if (isAtPoint) await application.call("device.close", { device: "point" });
      assert.equal(error.code, code, error.message);
      if (path !== undefined) assert.equal(error.facts.path, path);
      assert.ok(error.facts.outcome === undefined || error.facts.outcome === "not_applied");
    });
  it("given as many subscriptions as a session may have, when one more is asked for, then it is told the limit", async () => {
    const application = node.open(OPERATOR);
    const topics = [{ kind: "provider" }];
    for (let count = 0; count < 1_000; count += 1) await application.call("events.subscribe", { topics });
    const { code, facts } = await application.error("events.subscribe", { topics });
    assert.equal(code, "limit-subscriptions");
    assert.deepEqual(facts.limit, { name: "subscriptions", value: 1_000, used: 1_001 });
  });
  it("given a call whose address is set, when it is set once more, then that is refused", async () => {
    const application = node.open(OPERATOR);
    await application.call("device.open", { device: "port", media: { mode: "dynamic", codecs: ["PCMA/8000"] } });
    const caller = cleanup.add(await TalkingPhone.start(node.node.node, "1001"), (one) => one.close());
    const call = await caller.dial("7001");
    const { call: offered } = await application.until("call.snapshot");
    const place = { device: "port", callId: offered.callId, address: "127.0.0.1", port: 20_000 };
    await application.call("media.setAddress", place);
    assert.equal(await application.refusal("media.setAddress", place), "media-already-set");
    await application.call("call.reject", { device: "port", callId: offered.callId });
    assert.equal((await call.call.invite?.final())?.status, 603);
  });
});
