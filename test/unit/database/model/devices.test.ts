import assert from "node:assert/strict";
import { SCHEMAS } from "../../../../src/database/index.ts";

describe("the place of a trunk", () => {
  const isTaken = (uri: string): boolean => SCHEMAS.trunk.safeParse({ name: "t", uri }).success;
  const isRegistrarTaken = (registrar: string): boolean =>
    SCHEMAS.trunk.safeParse({ name: "t", uri: "sip:x", registration: { registrar, user: "u" } }).success;

  for (const uri of ["sip:host", "sip:a.b:65535", "sip:[2001:db8::1]:5060;transport=tcp", "sips:host;transport=tls"]) {
    it(`given ${uri}, when checked, then it is taken as URI and as registrar`, () => {
      assert.deepEqual([isTaken(uri), isRegistrarTaken(uri)], [true, true]);
    });
  }
  for (const uri of ["sip:192.0.2.1:0", "sip:192.0.2.1:65536", "sip:[:::]", "sip:[.]"]) {
    it(`given ${uri}, when checked, then it is refused as URI and as registrar`, () => {
      assert.deepEqual([isTaken(uri), isRegistrarTaken(uri)], [false, false]);
    });
  }
});

describe("bounds of calls of a device", () => {
  for (const kind of ["cti-port", "route-point"] as const) {
    it(`given a ${kind} of which some bounds are set, when checked, then how many calls it may make is bounded only where that is set`, () => {
      const { tollGuard } = SCHEMAS[kind].parse({ name: "device", tollGuard: { international: true } });
      assert.deepEqual(tollGuard, {
        international: true,
        premium: false,
        callsPerHour: 1_000_000,
        concurrentCalls: 100_000,
      });
      assert.deepEqual(SCHEMAS[kind].parse({ name: "device" }).tollGuard, { ...tollGuard, international: false });
    });
  }
  it("given a phone, when checked, then it may make 600 calls in an hour, and 50 at a time", () => {
    const { callsPerHour, concurrentCalls } = SCHEMAS.phone.parse({ name: "phone", tollGuard: {} }).tollGuard;
    assert.deepEqual([callsPerHour, concurrentCalls], [600, 50]);
  });
});
