import assert from "node:assert/strict";
import { ControlFixture, settled } from "../../../support/control-fixture.ts";
import type { Application } from "../../../support/test-application.ts";

const DEVICES = [
  { name: "phone-1001", lines: ["1001"] },
  { name: "phone-1002", lines: ["1002"] },
];

describe("what an application that is behind is told", () => {
  let fixture: ControlFixture;
  let application: Application;
  const own = new Set<string>();
  beforeEach(async () => {
    own.clear();
    own.add("phone-1001");
    fixture = await ControlFixture.start({ devices: DEVICES });
    application = fixture.open({ name: "clerk", permissions: [], mayUseDevice: (device) => own.has(device) });
  });
  afterEach(() => fixture.close());

  /** More than a quarter of its queue waits. */
  function fallBehind(): void {
    application.take();
    for (let count = 0; count < 2_600; count += 1) {
      application.session.append({ type: "provider.state", state: "in-service" } as never);
    }
  }
  const told = (): string[] => application.take().filter((name) => !name.startsWith("provider.state"));
  const change = (): void => {
    const device = fixture.callControl.devices.get("phone-1001");
    assert.ok(device !== undefined);
    fixture.callControl.tell({ kind: "device", device: { ...device, doNotDisturb: "reject" } });
  };

  it("given a device whose state waits, when it is taken from the user, then nothing of it is told behind that", async () => {
    await application.call("events.subscribe", {
      topics: [{ kind: "device", name: "phone-1001" }, { kind: "provider" }],
    });
    fallBehind();
    change();
    own.clear();
    fixture.core.configurationChanged(new Map([["user", new Set(["clerk"])]]));
    await settled();
    const events = told();
    const last = events.lastIndexOf("device.state phone-1001 in");
    assert.ok(last < events.indexOf("session.notice topic-ended device:phone-1001"), events.join(", "));
    assert.ok(last < events.indexOf("device.removed"), events.join(", "));
  });

  it("given a line whose state waits, when no device of the user has it any more, then it is not told behind that", async () => {
    await application.call("events.subscribe", {
      topics: [{ kind: "device", name: "phone-1001" }, { kind: "provider" }],
    });
    fallBehind();
    const line = fixture.callControl.lines.get("1001@internal");
    assert.ok(line !== undefined);
    fixture.callControl.tell({ kind: "line", line: { ...line, isMessageWaiting: true } });
    fixture.callControl.tell({ kind: "line", line: { ...line, devices: ["phone-1002"] } });
    await settled();
    const events = told();
    assert.equal(events.at(-1), "line.removed", events.join(", "));
  });
});
