import assert from "node:assert/strict";
import type { RelayContext } from "../../../../../src/media/relay/embedded/relay-context.ts";
import { RtcpEnd } from "../../../../../src/media/relay/embedded/rtcp-end.ts";
import { receiverReport, rtp, senderReport } from "../../rtp/packets.ts";
import { FakeOwner, FakeSocket, newContext } from "./relay-ends.ts";

const alice = { address: "192.0.2.1", port: 4001 };
const bob = { address: "192.0.2.2", port: 5001 };

function newEnd(context: RelayContext, target: { address: string; port: number } | undefined) {
  const socket = new FakeSocket();
  const owner = new FakeOwner();
  const end = new RtcpEnd(socket, context, owner);
  end.lock.open(target, "198.51.100.1", false, 0);
  return { end, socket, owner };
}

describe("RtcpEnd", () => {
  it("given reports both ways, when they pass, then the round trip to each phone is known", () => {
    const context = newContext();
    const one = newEnd(context, alice);
    const other = newEnd(context, bob);
    one.end.peer = other.end;
    other.end.peer = one.end;
    const report = senderReport(1, 4711);
    one.end.receive(report, alice);
    assert.deepEqual(other.socket.sent, [{ packet: report, port: 5001, address: "192.0.2.2" }]);
    context.clock.advance(130);
    other.end.receive(receiverReport(2, [{ lastSenderReport: 4711, delay: 65.536 * 100 }]), bob);
    assert.equal(Math.round(other.end.roundTrip.lastMs ?? -1), 30);
    assert.equal(one.end.roundTrip.lastMs, undefined);
    assert.equal(one.socket.sent.length, 1);
    assert.deepEqual([context.counters.rtcpPackets, other.owner.lastHeardMs], [2, 130]);
    assert.deepEqual(one.owner.chosen, ["rtcp"]);
  });

  it("given a stranger, RTP, or a flood, when it comes, then it does not pass and is counted", () => {
    const context = newContext();
    const one = newEnd(context, alice);
    const other = newEnd(context, bob);
    one.end.peer = other.end;
    one.end.receive(receiverReport(1), { address: "203.0.113.66", port: 1 });
    one.end.receive(rtp(), alice);
    assert.equal(other.socket.sent.length, 0);
    for (let count = 0; count < 300; count += 1) one.end.receive(receiverReport(1), alice);
    assert.equal(other.socket.sent.length, 200);
    const { rejected, malformed, throttled } = context.counters;
    assert.deepEqual([rejected, malformed, throttled, one.owner.rejected], [1, 1, 100, 1]);
  });

  it("given a peer with no address, or no peer, when a report comes, then it goes nowhere", () => {
    const context = newContext();
    const one = newEnd(context, alice);
    one.end.receive(receiverReport(1), alice);
    const other = newEnd(context, undefined);
    one.end.peer = other.end;
    one.end.receive(receiverReport(1), alice);
    assert.equal(other.socket.sent.length, 0);
    assert.equal(context.counters.undeliverable, 1);
  });

  it("given a side without a peer, when it reports on what it hears, then its last word about each source is kept", () => {
    const context = newContext();
    const { end } = newEnd(context, alice);
    end.receive(receiverReport(1, [{ ssrc: 77, delay: 1 }]), alice);
    end.receive(receiverReport(1, [{ ssrc: 77, delay: 2 }]), alice);
    assert.equal(end.reported.about(77)?.delaySinceLastSenderReport, 2);
    assert.equal(end.reported.about(78), undefined);
    for (const ssrc of [1, 2, 3, 4]) end.receive(receiverReport(1, [{ ssrc }]), alice);
    assert.equal(end.reported.about(77), undefined);
  });
});
