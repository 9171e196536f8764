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

describe("the toll guard of a trunk and of what applications have", () => {
  const guardOf = (kind: "trunk" | "route-point" | "phone", tollGuard?: object): unknown => {
    const body = kind === "trunk" ? { name: "t", uri: "sip:192.0.2.1" } : { name: "t" };
    return (
      SCHEMAS[kind].parse({ ...body, ...(tollGuard === undefined ? {} : { tollGuard }) }) as { tollGuard: unknown }
    ).tollGuard;
  };

  it("given none, when read, then a trunk takes all calls, and what applications have makes any number", () => {
    const [calls, many] = [
      { callsPerHour: 100_000, concurrentCalls: 1_000 },
      { callsPerHour: 1_000_000, concurrentCalls: 100_000 },
    ];
    assert.deepEqual(guardOf("trunk"), { international: true, premium: true, ...calls });
    assert.deepEqual(guardOf("route-point"), { international: false, premium: false, ...many });
  });

  it("given one count, when read, then the other one stays as it is without", () => {
    const barred = { international: false, premium: false };
    assert.deepEqual(guardOf("trunk", { concurrentCalls: 20_000 }), {
      ...barred,
      callsPerHour: 100_000,
      concurrentCalls: 20_000,
    });
    assert.deepEqual(guardOf("trunk", { callsPerHour: 1_000_000 }), {
      ...barred,
      callsPerHour: 1_000_000,
      concurrentCalls: 1_000,
    });
    assert.deepEqual(guardOf("route-point", { concurrentCalls: 9 }), {
      ...barred,
      callsPerHour: 1_000_000,
      concurrentCalls: 9,
    });
    assert.deepEqual(guardOf("phone", { concurrentCalls: 9 }), { ...barred, callsPerHour: 600, concurrentCalls: 9 });
  });
});
