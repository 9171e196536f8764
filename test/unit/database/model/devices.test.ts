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
