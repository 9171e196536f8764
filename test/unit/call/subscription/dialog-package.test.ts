import assert from "node:assert/strict";
import { LineDialogs } from "../../../../src/call/control/views/line-dialogs.ts";
import type { LineDialog } from "../../../../src/call/control/views/line-states.ts";
import { dialogPackage } from "../../../../src/call/control/subscription/dialog-package.ts";
import type { EventPackage } from "../../../../src/call/control/subscription/event-package.ts";
import type { Subscription } from "../../../../src/call/control/subscription/subscription.ts";
import { createInventory, type Destination } from "../../../../src/call/index.ts";
import { testPhones } from "../../../support/switch-fixture.ts";

const { phones } = createInventory({ realm: "tandem.test", phones: testPhones(), peers: [] });

const dialog = (id: string, state: LineDialog["state"] = "confirmed"): LineDialog => ({
  id,
  state,
  direction: "recipient",
  isHolding: false,
  isHeld: false,
  remote: { number: "1001" },
});

function subscription(resource: string): Subscription {
  return {
    version: 1,
    dialogId: "d",
    localTag: "l",
    remoteTag: "r",
    device: { kind: "sip-phone", name: "phone-1001" },
    event: "dialog",
    resource,
    host: "pbx",
    uri: "sip:*701@pbx:5060;user=phone",
    contact: "sip:1001@192.0.2.7",
    source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
    expiresAtMs: 0,
  };
}

describe("dialogPackage", () => {
  let lines: LineDialogs;
  let destination: Destination;
  let events: EventPackage;
  beforeEach(() => {
    lines = new LineDialogs();
    destination = { kind: "park-range", pattern: "70X@internal", number: "701" };
    events = dialogPackage({ lines, realm: "tandem.test", analyze: () => destination });
  });

  const right = (uri = "sip:701@pbx"): unknown => {
    const [phone] = phones;
    assert.ok(phone !== undefined);
    const found = events.authorize(phone, uri);
    return found.kind === "allowed" ? found.resource : found.status;
  };
  const stateOf = (of: Subscription, version = 0): string => events.stateOf(of, version);
  const states = (body: string): string[] =>
    [...body.matchAll(/dialog id="(\w+)".*?<state>(\w+)</g)].map(([, id, state]) => `${id} ${state}`);

  it("given a park number, when a call is parked there and fetched, then its watchers are told of a dialog that ends", () => {
    const changed: string[] = [];
    events.onChange((resource) => changed.push(resource));
    const watcher = subscription(String(right()));
    assert.equal(watcher.resource, "701@internal");
    lines.setParked("701@internal", [{ ...dialog("p"), isHolding: true }]);
    const busy = stateOf(watcher);
    assert.deepEqual(states(busy), ["p confirmed"]);
    assert.match(busy, /entity="sip:\*701@pbx"/);
    lines.setParked("701@internal", []);
    assert.deepEqual([states(stateOf(watcher)), states(stateOf(watcher))], [["p terminated"], []]);
    assert.deepEqual(changed, ["701@internal", "701@internal"]);
  });

  it("given two watchers, when a dialog ends, then each is told so once", () => {
    const [one, other] = [subscription("701@internal"), subscription("701@internal")];
    lines.setParked("701@internal", [dialog("p")]);
    stateOf(one);
    lines.setParked("701@internal", [dialog("q")]);
    assert.deepEqual(states(stateOf(one)), ["q confirmed", "p terminated"]);
    assert.deepEqual(states(stateOf(other)), ["q confirmed"]);
  });

  it("given more dialogs than a document takes, when it is written, then those that are not answered are in it", () => {
    const many = Array.from({ length: 40 }, (_, at) => dialog(`c${at}`));
    lines.setParked("701@internal", [...many, dialog("ringing", "early")]);
    const told = states(stateOf(subscription("701@internal")));
    assert.deepEqual([told.length, told[0]], [32, "ringing early"]);
  });

  const destinations: readonly (readonly [string, Destination, unknown])[] = [
    ["a line", { kind: "line", line: "1002@x", number: "1002", phones: [], ctiPorts: [], routePoints: [] }, "1002@x"],
    ["nothing", { kind: "none", reason: "unknown-number" }, 404],
    ["what is blocked", { kind: "none", reason: "blocked" }, 403],
    ["a service", { kind: "endpoint", endpoint: "echo", number: "9196" }, 404],
    ["a hunt pilot", { kind: "hunt-pilot", pattern: "50@internal", number: "50" }, 404],
  ];
  for (const [what, leadsTo, expected] of destinations) {
    it(`given a number that leads to ${what}, when it is subscribed to, then that is ${String(expected)}`, () => {
      destination = leadsTo;
      assert.equal(right(), expected);
    });
  }

  it("given a URI that cannot be dialed, when it is subscribed to, then 416", () => {
    assert.equal(right("mailto:x@y"), 416);
  });
});
