import assert from "node:assert/strict";
import type { RelayContext } from "../../../../../src/media/relay/embedded/relay-context.ts";
import { RtpEnd } from "../../../../../src/media/relay/embedded/rtp-end.ts";
import { PayloadTable } from "../../../../../src/media/rtp/payload-table.ts";
import { rtp } from "../../rtp/packets.ts";
import { FakeOwner, FakeSocket, newContext } from "./relay-ends.ts";

const source = { address: "192.0.2.1", port: 4000 };

function newEnd(
  context: RelayContext,
  target: { address: string; port: number } | undefined,
  payloadTypes: Parameters<PayloadTable["add"]>[0] = [],
) {
  const socket = new FakeSocket();
  const owner = new FakeOwner();
  const payloads = new PayloadTable();
  payloads.add(payloadTypes);
  const end = new RtpEnd(socket, context, owner, payloads);
  end.lock.open(target, "198.51.100.1", false, 0);
  return { end, socket, owner };
}

describe("RtpEnd", () => {
  it("given a peer whose source is not known, when a packet comes, then it goes where the peer's SDP says", () => {
    const context = newContext();
    const one = newEnd(context, source);
    const other = newEnd(context, { address: "192.0.2.2", port: 5000 });
    one.end.peer = other.end;
    context.clock.advance(7);
    const packet = rtp({ sequence: 3, ssrc: 9 });
    one.end.receive(packet, source);
    assert.deepEqual(other.socket.sent, [{ packet, port: 5000, address: "192.0.2.2" }]);
    assert.deepEqual(one.owner.chosen, ["rtp"]);
    assert.equal(one.owner.lastHeardMs, 7);
    assert.equal(one.end.statistics.packets, 1);
    assert.equal(context.counters.rtpBytes, 172);
  });

  it("given a chosen source, when a stranger sends, then nothing passes and it is counted", () => {
    const context = newContext();
    const one = newEnd(context, source);
    const other = newEnd(context, source);
    one.end.peer = other.end;
    one.end.receive(rtp(), source);
    one.end.receive(rtp(), { address: "203.0.113.66", port: 4000 });
    assert.equal(other.socket.sent.length, 1);
    assert.equal(one.owner.rejected, 1);
    assert.equal(context.counters.rejected, 1);
    assert.equal(one.end.statistics.packets, 1);
  });

  it("given telephone events, when their packets come, then each is told of once, unless they may be encrypted", () => {
    const context = newContext();
    const { end, owner } = newEnd(context, source, [{ payloadType: 101, clockRateHz: 8_000, isTelephoneEvent: true }]);
    const press = (event: number, timestamp: number): void => {
      for (let sequence = 0; sequence < 3; sequence += 1) {
        const packet = rtp({ payloadType: 101, sequence, timestamp, ssrc: 9, payloadBytes: 4 });
        packet[12] = event;
        end.receive(packet, source);
      }
    };
    press(1, 100);
    assert.deepEqual(owner.events, []);
    end.canAdapt = true;
    press(5, 200);
    press(5, 300);
    press(11, 400);
    end.receive(rtp({ payloadType: 101, timestamp: 500, ssrc: 9, payloadBytes: 0 }), source);
    assert.deepEqual(owner.events, [5, 5, 11, 255]);
  });

  it("given what is no RTP, when it is the first packet, then it neither passes nor chooses", () => {
    const context = newContext();
    const one = newEnd(context, source);
    const other = newEnd(context, source);
    one.end.peer = other.end;
    one.end.receive(Buffer.from("ping"), source);
    assert.equal(one.end.lock.isLocked, false);
    assert.equal(other.socket.sent.length, 0);
    assert.equal(context.counters.malformed, 1);
  });

  it("given a peer with no address, when a packet comes, then it is counted as undeliverable", () => {
    const context = newContext();
    const one = newEnd(context, source);
    const other = newEnd(context, undefined);
    one.end.peer = other.end;
    one.end.receive(rtp(), source);
    assert.equal(other.socket.sent.length, 0);
    assert.equal(context.counters.undeliverable, 1);
  });

  it("given a socket that the operating system takes nothing from, when packets come, then few wait and the rest goes", () => {
    const context = newContext();
    const { end, socket } = newEnd(context, source);
    socket.queued = 64;
    end.send(rtp());
    socket.queued = 65;
    end.send(rtp());
    assert.equal(socket.sent.length, 1);
    assert.equal(context.counters.congested, 1);
  });

  it("given itself as peer, when a packet comes, then it goes back to its source", () => {
    const context = newContext();
    const { end, socket } = newEnd(context, { address: "192.0.2.1", port: 9 });
    end.peer = end;
    end.receive(rtp({ sequence: 4 }), source);
    assert.deepEqual(socket.sent, [{ packet: rtp({ sequence: 4 }), port: 4000, address: "192.0.2.1" }]);
  });

  it("given a flood, when the rate is exceeded, then the rest of the second is dropped", () => {
    const context = newContext(10);
    const one = newEnd(context, source);
    const other = newEnd(context, source);
    one.end.peer = other.end;
    for (let sequence = 0; sequence < 15; sequence += 1) one.end.receive(rtp({ sequence }), source);
    assert.equal(other.socket.sent.length, 10);
    assert.equal(context.counters.throttled, 5);
    context.clock.advance(1000);
    one.end.receive(rtp({ sequence: 16 }), source);
    assert.equal(other.socket.sent.length, 11);
  });

  it("given no peer, when a packet comes, then it is heard and goes nowhere", () => {
    const context = newContext();
    const { end, socket } = newEnd(context, source);
    end.receive(rtp(), source);
    assert.equal(end.statistics.packets, 1);
    assert.equal(socket.sent.length, 0);
  });

  it("given packets for a side, when they are sent, then they are counted with their source; dropped ones are not", () => {
    const context = newContext();
    const { end, socket } = newEnd(context, source);
    assert.deepEqual([end.sentPackets, end.sentBytes, end.sentSsrc], [0, 0, -1]);
    end.send(rtp({ ssrc: 77 }));
    end.send(rtp({ ssrc: 78 }));
    socket.queued = 65;
    end.send(rtp({ ssrc: 79 }));
    assert.deepEqual([end.sentPackets, end.sentBytes, end.sentSsrc, end.sentClockRateHz], [2, 344, 78, 8000]);
  });
});
