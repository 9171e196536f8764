import assert from "node:assert/strict";
import type * as wire from "../../../src/protocol/index.ts";
import type * as signals from "../../../src/signals/index.ts";

/** True only where each type can be had where the other one is wanted. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

/** Checked by the compiler: views on the wire have the shapes of those in signals. */
const SAME: {
  readonly call: Same<wire.CallView, signals.CallView>;
  readonly connection: Same<wire.ConnectionView, signals.ConnectionView>;
  readonly device: Same<wire.DeviceView, signals.DeviceView>;
  readonly line: Same<wire.LineView, signals.LineView>;
  readonly route: Same<wire.RouteView, signals.RouteView>;
  readonly destination: Same<wire.RouteDestination, signals.RouteDestination>;
  readonly media: Same<wire.MediaView, signals.MediaView>;
  readonly registration: Same<wire.MediaRegistration, signals.MediaRegistration>;
  readonly parties: Same<wire.CallParties, signals.CallParties>;
  readonly why: Same<wire.Why, signals.Why>;
  readonly actor: Same<wire.Actor, signals.CommandActor>;
} = {
  call: true,
  connection: true,
  device: true,
  line: true,
  route: true,
  destination: true,
  media: true,
  registration: true,
  parties: true,
  why: true,
  actor: true,
};

describe("views on the wire", () => {
  it("given the generated types, when compared with signals, then each can be had where the other is wanted", () => {
    assert.equal(Object.values(SAME).every(Boolean), true);
  });
});
