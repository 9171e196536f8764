import assert from "node:assert/strict";
import { once } from "node:events";
import { Socket } from "node:net";
import { Connection } from "../../../../../src/sip/transport/connection/connection.ts";
import { StreamLink } from "../../../../../src/sip/transport/connection/stream-link.ts";
import { TransportCounters } from "../../../../../src/sip/transport/transport-counters.ts";
import { DEFAULT_TRANSPORT_LIMITS } from "../../../../../src/sip/transport/index.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

/** A connection that is being made, over a socket that nobody answers. */
function connecting() {
  const clock = new ManualClock();
  const counters = new TransportCounters();
  const socket = new Socket();
  const gone: Connection[] = [];
  const connection = new Connection({
    id: "tcp|1",
    openLink: (events) => new StreamLink({ socket, openEvent: "connect", clock, maxMessageBytes: 65_535 }, events),
    protocol: "tcp",
    acceptedOn: undefined,
    ownEnd: { address: "192.0.2.9", port: 5060 },
    remoteAddress: "192.0.2.1",
    remotePort: 5060,
    clock,
    limits: DEFAULT_TRANSPORT_LIMITS,
    counters,
    events: {
      onMessage: () => undefined,
      onBadInput: () => undefined,
      onSent: () => undefined,
      onFlowEnded: () => undefined,
      accepts: () => true,
      onFailedHandshake: () => undefined,
    },
    onGone: (one) => gone.push(one),
  });
  const errors: string[] = [];
  const send = (text: string): void => {
    connection.send(text, (error) => errors.push(`${(error as { code?: string }).code}: ${error.message}`));
  };
  return { clock, counters, socket, connection, gone, errors, send };
}

/** Resolves when the socket is gone and everybody has been told. */
async function closed(socket: Socket): Promise<void> {
  await once(socket, "close");
  await new Promise(setImmediate);
}

describe("Connection that is being made", () => {
  it("given no answer within 4 s, when the deadlines are checked, then all that waits fails and it is gone", async () => {
    const { socket, connection, gone, errors, send } = connecting();
    send("one");
    send("two");
    connection.checkDeadlines(3_999);
    assert.equal(connection.isUsable, true);
    connection.checkDeadlines(4_000);
    assert.deepEqual([connection.isUsable, errors], [false, []]);
    await closed(socket);
    assert.deepEqual(errors, Array(2).fill("connect-timeout: can not send to tcp 192.0.2.1 port 5060: no answer"));
    assert.deepEqual(gone, [connection]);
  });
  it("given it is closed, when closed again, then each message fails once and the end is counted once", async () => {
    const { socket, connection, counters, gone, errors, send } = connecting();
    send("one");
    connection.close();
    connection.close();
    await closed(socket);
    assert.deepEqual([errors.length, gone.length, counters.endsBy("closed")], [1, 1, 1]);
    assert.equal(counters.endsBy("peer"), 0);
  });
  it("given it comes up, when time passes without traffic, then it is closed as idle and not before", async () => {
    const { clock, socket, connection, counters } = connecting();
    clock.advance(1_000);
    socket.emit("connect");
    socket.emit("connect");
    assert.equal(counters.connected, 1);
    connection.checkDeadlines(1_000 + 15 * 60_000 - 1);
    assert.equal(connection.isUsable, true);
    connection.checkDeadlines(1_000 + 15 * 60_000);
    await closed(socket);
    assert.equal(counters.endsBy("idle"), 1);
  });
  it("given it is kept for registrations, when they differ, then the longest counts, and a promise to be heard before it", async () => {
    const { socket, connection } = connecting();
    socket.emit("connect");
    connection.keep({ idleMs: 7_200_000 });
    connection.keep({ idleMs: 60_000 });
    connection.checkDeadlines(7_199_999);
    assert.equal(connection.isUsable, true);
    connection.keep({ silentMs: 150_000 });
    connection.keep({ idleMs: 7_200_000 });
    connection.checkDeadlines(149_999);
    assert.equal(connection.isUsable, true);
    connection.checkDeadlines(150_000);
    await closed(socket);
  });
  it("given more octets than may wait, when sent, then it is given up", async () => {
    const { socket, counters, errors, send } = connecting();
    for (let count = 0; count < 20; count += 1) send("x".repeat(65_000));
    await closed(socket);
    assert.equal(counters.endsBy("not-reading"), 1);
    assert.equal(errors.length, 20);
  });
});
