import assert from "node:assert/strict";
import { SwitchError } from "../../../../src/common/index.ts";
import { ControlFixture, settled } from "../../../support/control-fixture.ts";
import type { Application } from "../../../support/test-application.ts";

const DEVICES = [{ name: "port-1", kind: "cti-port" as const, lines: ["2001"] }];
const CODECS = ["PCMA/8000"];

describe("devices that are opened again", () => {
  let fixture: ControlFixture;
  let first: Application;
  beforeEach(async () => {
    fixture = await ControlFixture.start({ devices: DEVICES });
    first = fixture.open({ name: "operator" });
  });
  afterEach(() => fixture.close());

  /** Call control does not take the next registration. */
  function refuseNext(): void {
    const { callControl } = fixture;
    const taken = callControl.device.bind(callControl);
    callControl.device = () => {
      callControl.device = taken;
      return Promise.reject(new SwitchError("bad-params", "no such codec"));
    };
  }

  it("given a registration that is refused, when the session opens the device otherwise at once, then it has it, and it is let go of with the session", async () => {
    await first.call("device.open", { device: "port-1", media: { mode: "dynamic", codecs: CODECS } });
    await settled();
    first.take();
    refuseNext();
    const bad = first.refusal("device.open", { device: "port-1", media: { mode: "dynamic", codecs: ["X"] } });
    const good = first.call("device.open", { device: "port-1", media: { mode: "dynamic", codecs: ["PCMU/8000"] } });
    assert.equal(await bad, "validation-parameter");
    await good;
    await settled();
    const notices = first.take().filter((name) => name.includes("owner-refused"));
    const { openDevices } = await first.call<{ openDevices: string[] }>("provider.topics", {});
    fixture.table.close(first.session, "application");
    await settled();
    const state = fixture.callControl.owners.get("port-1")?.state;
    const other = await fixture
      .open({ name: "other" })
      .call("device.open", { device: "port-1" })
      .then(
        () => "opened",
        (error: unknown) => (error as { code: string }).code,
      );
    assert.deepEqual(
      { notices, openDevices, state, other },
      { notices: [], openDevices: ["port-1"], state: "left", other: "opened" },
    );
  });

  it("given a device that is being opened, when an administrator closes it meanwhile, then it is not told to be open", async () => {
    fixture.callControl.hold = true;
    const opened = first.call("device.open", { device: "port-1" }).then(
      () => "opened",
      (error: unknown) => (error as { code: string }).code,
    );
    await settled();
    const view = fixture.callControl.devices.get("port-1");
    assert.ok(view !== undefined);
    fixture.callControl.tell({ kind: "device", device: { ...view, isRestricted: true } });
    await settled();
    fixture.callControl.release();
    assert.notEqual(await opened, "opened");
  });
});
