import assert from "node:assert/strict";
import type { ModelLeg, World } from "../../src/call/model/index.ts";
import type { SimulatedSwitch } from "./switch.ts";

/** What is true after every step. @throws {AssertionError} */
export function checkStep(host: SimulatedSwitch): void {
  const { world } = host.features;
  checkLegs(host, world);
  checkRinging(world);
  checkSessions(host, world);
  checkCalls(world);
  host.ledger.watch(world);
}

/** What is true when nothing is under way. @throws {AssertionError} */
export function checkQuiet(host: SimulatedSwitch): void {
  for (const dialog of host.phones.inState("up")) {
    const entry = host.findByTag(dialog.tag);
    const state = entry?.session.call.state;
    assert.equal(state, "established", `${dialog.device} is left up in ${dialog.tag}: ${state ?? "no session"}`);
    assert.ok(entry !== undefined && entry.session.sideOf(entry.leg) !== undefined, `${dialog.tag} is nobody's`);
  }
  checkHeard(host);
  checkConferences(host.features.world);
}

/** What is true when everybody has hung up and all timers have fired. @throws {AssertionError} */
export function checkEmpty(host: SimulatedSwitch): void {
  const { features } = host;
  for (const [name, table] of Object.entries(features.world)) {
    if (table instanceof Map) assert.deepEqual([...table.keys()], [], `world.${name} is not empty`);
  }
  assert.deepEqual([...host.sessions.keys()], [], "sessions that do not end");
  assert.deepEqual(host.tags, [], "legs without a session");
  assert.deepEqual(host.relay.sessionIds, [], "sessions of the relay");
  assert.deepEqual(features.openCommands, [], "commands without a result");
  assert.deepEqual(features.openRefers, [], "REFERs without a final NOTIFY");
  assert.deepEqual([...features.timers.keys()], [], "timers of features");
  assert.deepEqual(features.watcher.callIds, [], "calls that observers were not told the end of");
  assert.deepEqual(host.ledger.missing, [], "sessions without a record");
  assert.deepEqual(
    host.phones.inState("up", "inviting", "ringing").map(({ tag }) => tag),
    [],
    "phones that are left in a call",
  );
}

/** A device is found by what rings at it, and by nothing else. */
function checkRinging({ sessions, ringingAt }: World): void {
  const rung = new Map<string, Set<string>>();
  for (const { sessionId, ringing } of sessions.values())
    for (const device of ringing.flatMap(({ place }) => place.devices))
      rung.set(device, (rung.get(device) ?? new Set()).add(sessionId));
  assert.deepEqual(ringingAt, rung, "what rings at devices");
}

/** Every leg of the world is in exactly one session of the shell, and the other way round. */
function checkLegs(host: SimulatedSwitch, world: World): void {
  let indexed = 0;
  for (const [device, legIds] of world.legsOfDevices) {
    indexed += legIds.size;
    for (const legId of legIds)
      assert.equal(world.legs.get(legId)?.device, device, `${legId} among those of ${device}`);
  }
  assert.equal(indexed, world.legs.size, "legs by devices");
  for (const leg of world.legs.values()) {
    const { legId, sessionId } = leg;
    const entry = host.findByTag(legId);
    assert.ok(entry !== undefined, `${legId} is in the model alone`);
    assert.equal(entry.session.sessionId, sessionId, `session of ${legId}`);
    const isPicking = world.sessions.get(sessionId)?.picking === legId;
    assert.ok(isPicking || entry.session.sideOf(entry.leg) !== undefined, `${legId} is no party of ${sessionId}`);
    assert.notEqual(entry.session.call.state, "disconnected", `${legId} is in a session that is over`);
    checkPlace(world, leg);
  }
  for (const session of host.sessions.values()) {
    if (session.call.state === "disconnected") continue;
    for (const side of ["caller", "callee"] as const) {
      const leg = session.leg(side);
      if (leg === undefined || leg.isVirtual || session.sideOf(leg) === undefined) continue;
      const isKnown = session.isAnnounced || (side === "caller" && session.call.isOriginated !== true);
      if (isKnown) assert.ok(world.legs.has(leg.tag), `${leg.tag} in ${session.sessionId} is not in the model`);
    }
  }
}

/** A leg is a device of a connection of its call, and a party of its session. */
function checkPlace({ calls, sessions }: World, { legId, callId, connectionId, sessionId, device }: ModelLeg): void {
  const connection = calls.get(callId)?.connections.find((one) => one.connectionId === connectionId);
  assert.ok(connection !== undefined, `${legId} has no connection in ${callId}`);
  assert.ok(connection.state !== "disconnected" && connection.state !== "failed", `${legId}: ${connection.state}`);
  assert.ok(
    connection.terminals.some((one) => one.device === device && one.legId === legId),
    `${legId} is no device of its connection`,
  );
  const session = sessions.get(sessionId);
  assert.ok(
    session?.caller === legId || session?.callee === legId || session?.picking === legId,
    `${legId} is no party in ${sessionId} of the model`,
  );
}

/** Sessions of the model are those of the shell; who is up is connected with somebody of the same call, or a service. */
function checkSessions(host: SimulatedSwitch, world: World): void {
  for (const session of world.sessions.values()) {
    const { sessionId, callId, stage, caller, callee, endpoint } = session;
    const shell = host.sessions.get(sessionId);
    assert.ok(shell !== undefined, `${sessionId} is in the model alone`);
    assert.notEqual(shell.call.state, "disconnected", `${sessionId} is over`);
    const parties = [caller, callee].filter((one) => one !== undefined);
    for (const legId of parties) {
      const leg = world.legs.get(legId);
      assert.ok(leg !== undefined, `${legId} in ${sessionId} is gone`);
      assert.equal(leg.callId, callId, `${legId} is joined with who is in another call`);
    }
    if (stage !== "up") continue;
    assert.ok(
      parties.length === 2 || (parties.length === 1 && endpoint !== undefined),
      `${parties.join()} with nobody`,
    );
    assert.equal(shell.call.hasEndpoint, parties.length === 1, `${sessionId}: a service in the model and the shell`);
    for (const legId of parties) assert.ok(world.legs.get(legId)?.isUp, `${legId} is connected and not up`);
  }
  for (const { sessionId, call } of host.sessions.values()) {
    if (call.state !== "disconnected") assert.ok(world.sessions.has(sessionId), `${sessionId} is in the shell alone`);
  }
}

/** A connection is somebody who is there, or who rings, or is waited for. */
function checkCalls({ calls, legs, sessions, queued }: World): void {
  const used = new Set<string>();
  for (const { connectionId } of legs.values()) used.add(connectionId);
  for (const { connectionId } of queued.values()) used.add(connectionId);
  for (const { ringing } of sessions.values()) for (const { connectionId } of ringing) used.add(connectionId);
  for (const { callId, connections } of calls.values()) {
    if (connections.length === 0) {
      const isAwaited = [...sessions.values()].some((one) => one.callId === callId);
      assert.ok(isAwaited, `${callId} has nobody, and nobody is rung`);
    }
    for (const { connectionId, address, state } of connections) {
      assert.ok(used.has(connectionId), `${address.number} is left ${state} in ${callId}`);
    }
  }
}

/** Who holds is not heard: the other party hears something else, and everybody else hears the other party. */
function checkHeard(host: SimulatedSwitch): void {
  const { world } = host.features;
  for (const { sessionId, stage, caller, callee, endpoint } of world.sessions.values()) {
    if (stage !== "up" || endpoint !== undefined || caller === undefined || callee === undefined) continue;
    const shell = host.sessions.get(sessionId);
    if (shell === undefined || shell.isMediaUnsure || isWaitedFor(world, caller) || isWaitedFor(world, callee))
      continue;
    for (const [own, far] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      const [leg, other] = [world.legs.get(own), world.legs.get(far)];
      const seat = host.findByTag(own);
      const side = seat?.session.sideOf(seat.leg);
      if (leg === undefined || other === undefined || side === undefined) continue;
      const isHeld = other.isHolding || other.isHeldByCommand;
      const expected = leg.isHeldByCommand ? "silence" : isHeld ? "music" : undefined;
      assert.equal(host.relay.playedTo(sessionId, side), expected, `what ${leg.device} hears in ${sessionId}`);
    }
  }
}

/** A mixer has the members of its conference that do not hold, and nobody else; two legs need none. */
function checkConferences({ conferences, legs, sessions }: World): void {
  // Some are on their way.
  if ([...conferences.values()].some(({ gathering }) => gathering !== undefined)) return;
  const mixed = [...sessions.values()].filter(({ endpoint }) => endpoint?.startsWith("conference:") === true);
  for (const { sessionId, callId, caller = "", stage } of mixed) {
    if (stage === "up") assert.ok(conferences.get(callId)?.members.includes(caller), `${caller} alone in ${sessionId}`);
  }
  for (const { callId, members, invitations } of conferences.values()) {
    const there = members.map((legId) => legs.get(legId)).filter((leg) => leg !== undefined);
    assert.ok(there.length > 2 || invitations.length > 0, `${members.join()} are a conference`);
    for (const { legId, sessionId, isHeldByCommand } of there) {
      const { endpoint } = sessions.get(sessionId) ?? {};
      assert.equal(endpoint, isHeldByCommand ? "silence" : `conference:${callId}`, `where ${legId} is`);
    }
  }
}

/** Something is played to who waits for the new party of a transfer. */
function isWaitedFor({ transfers }: World, legId: string): boolean {
  return [...transfers.values()].some((transfer) => "party" in transfer && transfer.party === legId);
}
