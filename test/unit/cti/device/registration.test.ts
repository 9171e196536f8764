import assert from "node:assert/strict";
import { sharingOf, type Registration } from "../../../../src/cti/device/registration.ts";

const none: Registration = { media: { mode: "none" }, routes: false };
const routing: Registration = { media: { mode: "none" }, routes: true };
const fixed: Registration = {
  media: { mode: "static", address: "192.0.2.1", port: 4_000, codecs: ["PCMA/8000"] },
  routes: false,
};
const dynamic: Registration = { media: { mode: "dynamic", codecs: ["PCMA/8000", "PCMU/8000"] }, routes: false };
const other: Registration = { media: { mode: "dynamic", codecs: ["PCMA/8000"] }, routes: false };
const inSwitch: Registration = { media: { mode: "switch" }, routes: false };

describe("registration for the calls of a device", () => {
  const table: readonly (readonly [string, Registration, Registration, string])[] = [
    ["none and none", none, none, "shared"],
    ["none and dynamic", none, dynamic, "owned"],
    ["static and static", fixed, fixed, "owned"],
    ["static and none", fixed, none, "owned"],
    ["dynamic and the same", dynamic, { ...dynamic }, "shared"],
    ["dynamic and other codecs", dynamic, other, "mismatch"],
    ["dynamic and static", dynamic, fixed, "owned"],
    ["switch and switch", inSwitch, inSwitch, "shared"],
    ["switch and silence", inSwitch, { ...inSwitch, media: { mode: "switch", prompt: "silence" } }, "shared"],
    ["switch and music", inSwitch, { ...inSwitch, media: { mode: "switch", prompt: "music" } }, "mismatch"],
    ["routing and routing", routing, routing, "owned"],
    ["routing and none", routing, none, "owned"],
  ];
  for (const [name, first, second, expected] of table) {
    it(`given ${name}, when a second application registers, then it is ${expected}`, () => {
      assert.equal(sharingOf(first, second), expected);
    });
  }
});
