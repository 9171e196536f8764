import assert from "node:assert/strict";
import { eventLine } from "../../../../../src/admin/cli/cti/event-line.ts";
import { styledLine } from "../../../../../src/admin/cli/styled-line.ts";
import type { ProviderEvent } from "../../../../../src/sdk/index.ts";
import { lineView, offeredCall, phoneView } from "../../../../support/cti-samples.ts";

const AT_MS = Date.UTC(2026, 10, 27, 12, 0, 1, 23);

function line(event: ProviderEvent, hasColors = false): string {
  return styledLine(
    eventLine(event, AT_MS, (id) => (id === "c1/2" ? { number: "1002", name: "Ann" } : undefined)),
    hasColors,
  );
}

describe("an event as a line", () => {
  it("given events of a call, when they are shown, then each says when, what, who and why", () => {
    const call = offeredCall("c1", "1001", "1002");
    const why = { cause: 17, feature: "redirect", by: "application", sip: { status: 486 } } as const;
    const connection = { type: "call.connection", seq: 2, callId: "c1", ver: 2, connectionId: "c1/2" } as const;
    assert.equal(
      line({ type: "call.snapshot", seq: 1, call }),
      "12:00:01.023 call.snapshot   c1 1001 -> 1002 active: 1001 established, 1002 offered",
    );
    assert.equal(
      line({ ...connection, state: "failed", why }),
      "12:00:01.023 call.connection c1 Ann <1002> failed (redirect, by application, cause 17, SIP 486)",
    );
    assert.match(line({ ...connection, connectionId: "c9", state: "alerting" }), /c1 \? alerting$/);
    const ended = { type: "call.state", seq: 3, callId: "c1", ver: 3, state: "invalid", mergedInto: "c2" } as const;
    assert.match(line(ended), /c1 invalid into c2$/);
  });

  it("given events of devices and lines, when they are shown, then they say what state they are in", () => {
    const device = phoneView("1001", { isInService: false, cause: "device-unregistered", doNotDisturb: "reject" });
    assert.match(
      line({ type: "device.state", seq: 1, device }),
      /phone-1001 out of service, device-unregistered, do not disturb: reject$/,
    );
    const answering = phoneView("1001", { autoAnswer: true });
    assert.match(
      line({ type: "device.state", seq: 1, device: answering }),
      /phone-1001 in service, answers by itself$/,
    );
    const forwarding = { all: { internal: "1003" } };
    assert.match(
      line({ type: "line.state", seq: 1, line: { ...lineView("1001"), forwarding } }),
      /1001@internal lamp off, forwards: all$/,
    );
  });

  it("given an event that is not known, when it is shown, then all of it is", () => {
    const event: ProviderEvent = { type: "unknown", seq: 7, name: "weather", fields: { degrees: 21 } };
    assert.match(line(event), /\{"seq":7,"name":"weather","fields":\{"degrees":21\}\}$/);
  });

  it("given a terminal with colors, when a party's name would command it, then it is escaped", () => {
    const event = { type: "digits", seq: 1, callId: "c\u001b[2J", device: "d", digits: "1" } as const;
    const shown = line(event, true);
    assert.match(shown, /c\\u001b\[2J/);
    assert.match(shown, /\u001b\[1mdigits/);
    assert.ok(!line(event).includes("\u001b"));
  });
});
