import assert from "node:assert/strict";
import { OwnerClaims } from "../../../../src/call/virtual/owner-claims.ts";
import { stepOwnership, type Ownership } from "../../../../src/call/virtual/ownership.ts";
import type { CtiDeviceRequest } from "../../../../src/signals/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const LEASE_MS = 60_000;

describe("devices whose CTIManager is away", () => {
  let clock: ManualClock;
  let owners: Map<string, Ownership>;
  let said: string[];
  let claims: OwnerClaims;
  beforeEach(() => {
    clock = new ManualClock();
    owners = new Map();
    said = [];
    claims = new OwnerClaims({
      clock,
      owners,
      onSaid: (request) => take(request),
      onAway: (isAway) => void said.push(isAway ? "away" : "back"),
    });
  });

  function take(request: CtiDeviceRequest): void {
    const { device, fence } = request;
    const step = stepOwnership(owners.get(device), request);
    assert.ok(step.ok && step.ownership !== undefined);
    owners.set(device, step.ownership);
    said.push([request.type, device, fence, ...step.effects].join(" "));
  }
  /** CTIManager says who owns a device. */
  function own(device: string, more: Partial<Ownership> = {}): void {
    take({ type: "own", device, fence: 1, media: { mode: "none" }, routes: false, session: "s", ...more });
    claims.claimed(device);
  }
  const took = (): string[] => said.splice(0);

  it("given open devices, when CTIManager is back within ten seconds and says who owns them, then nothing has happened but waiting", () => {
    own("port", { leaseMs: LEASE_MS });
    took();
    claims.managers(1);
    claims.managers(0);
    clock.advance(9_999);
    claims.managers(1);
    own("port", { leaseMs: LEASE_MS });
    clock.advance(10 * LEASE_MS);
    assert.deepEqual(took(), ["away", "back", "own port 1"]);
    assert.equal(clock.activeTimers, 0);
  });

  it("given open devices, when it stays away, then they fail after ten seconds, and are lost when the lease of their owners is over", () => {
    own("port", { leaseMs: LEASE_MS });
    own("route");
    took();
    claims.managers(0);
    clock.advance(5_000);
    claims.managers(0);
    clock.advance(5_000);
    const pending = "forward-pending";
    assert.deepEqual(took(), ["away", "back", `failed port 1 ${pending}`, `failed route 1 ${pending}`]);
    clock.advance(19_999);
    assert.deepEqual(took(), []);
    clock.advance(1);
    assert.deepEqual(took(), [`lost route 1 ${pending} treat-established`]);
    clock.advance(LEASE_MS);
    assert.deepEqual(took(), [`lost port 1 ${pending} treat-established`]);
    claims.managers(0);
    clock.advance(LEASE_MS);
    assert.deepEqual(took(), []);
  });

  it("given a lease that is shorter than CTIManager may be away, when it is over, then calls wait as long as for CTIManager", () => {
    own("port", { leaseMs: 2_000 });
    took();
    claims.managers(0);
    clock.advance(9_999);
    assert.deepEqual(took(), ["away"]);
    clock.advance(1);
    assert.equal(owners.get("port")?.state, "lost");
  });

  it("given a CTIManager that comes back and has forgotten a device, when it says nothing of it, then that fails and is lost, and others go on", () => {
    own("port");
    own("forgotten");
    took();
    claims.managers(0);
    clock.advance(8_000);
    claims.managers(1);
    own("port");
    assert.deepEqual(took(), ["away", "back", "own port 1"]);
    clock.advance(9_999);
    claims.managers(2);
    clock.advance(1);
    assert.deepEqual(took(), ["failed forgotten 1 forward-pending"]);
    clock.advance(LEASE_MS);
    assert.deepEqual(took(), ["lost forgotten 1 forward-pending treat-established"]);
  });

  it("given a device that had failed when CTIManager went away, when that stays away, then its calls are treated, too", () => {
    own("port");
    take({ type: "failed", device: "port", fence: 1 });
    took();
    claims.start();
    clock.advance(30_000);
    assert.deepEqual(took(), ["away", "back", "failed port 1", "lost port 1 forward-pending treat-established"]);
  });

  it("given no device that is open, when CTIManager goes away, or call control begins, then nobody is waited for", () => {
    own("port");
    take({ type: "disown", device: "port", fence: 1 });
    took();
    claims.start();
    claims.managers(0);
    assert.equal(clock.activeTimers, 0);
    assert.deepEqual(took(), []);
  });

  it("given devices that are waited for, when it is closed, then nothing happens any more", () => {
    own("port");
    claims.managers(0);
    claims.close();
    claims.managers(0);
    took();
    clock.advance(10 * LEASE_MS);
    assert.deepEqual(took(), []);
    assert.equal(clock.activeTimers, 0);
  });
});
