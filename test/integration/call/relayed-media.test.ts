import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { eventually } from "../../support/eventually.ts";
import { establish, sdpLine } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";

/** An RTP end that counts what it hears. */
class RtpEnd {
  heard = 0;
  readonly socket: Socket;
  #sequence = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("message", () => (this.heard += 1));
  }

  static async open(): Promise<RtpEnd> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new RtpEnd(socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  send(description: SipMessage): void {
    const packet = Buffer.alloc(172);
    packet[0] = 0x80;
    packet[1] = 8;
    packet.writeUInt16BE((this.#sequence += 1), 2);
    packet.writeUInt32BE(this.#sequence * 160, 4);
    packet.writeUInt32BE(this.port, 8);
    const port = Number(/^m=audio (\d+)/.exec(sdpLine(description, "m="))?.[1]);
    const address = sdpLine(description, "c=").split(" ")[2];
    this.socket.send(packet, port, address);
  }
}

describe("calls through the real relay", () => {
  let whole: RelayedSwitch;
  let node: SwitchFixture;
  const ends: RtpEnd[] = [];

  beforeEach(async () => {
    whole = await RelayedSwitch.start();
    node = whole.node;
  });
  afterEach(async () => {
    await whole.stop();
    for (const end of ends.splice(0)) end.socket.close();
  });

  async function rtp(): Promise<RtpEnd> {
    const end = await RtpEnd.open();
    ends.push(end);
    return end;
  }

  it("given two phones in a call, when both send RTP, then each hears the other and the record counts the packets", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const [nearRtp, farRtp] = [await rtp(), await rtp()];
    const { near, far, offered, answer } = await establish(alice, bob, {
      near: { sdp: testSdp(nearRtp.port) },
      far: { sdp: testSdp(farRtp.port) },
    });
    await eventually(
      () => {
        nearRtp.send(answer);
        farRtp.send(offered);
        assert.ok(nearRtp.heard >= 5 && farRtp.heard >= 5, `heard ${nearRtp.heard} and ${farRtp.heard}`);
      },
      { timeoutMs: 3_000, intervalMs: 20 },
    );
    const bye = near.bye();
    await far.takeBye();
    await bye;
    const [record] = await whole.settled(1);
    assert.deepEqual(record?.sides.map(({ side }) => side).sort(), ["callee", "caller"]);
    assert.ok(record?.sides.every(({ packets }) => packets >= 5));
  });

  it("given a call to echo, when the phone sends RTP, then it hears itself", async () => {
    const alice = await node.phone("1001");
    const own = await rtp();
    const call = await alice.call("9196", { sdp: testSdp(own.port) });
    const answer = await call.established();
    await eventually(
      () => {
        own.send(answer);
        assert.ok(own.heard >= 3);
      },
      { timeoutMs: 3_000, intervalMs: 20 },
    );
    await call.bye();
    await whole.settled(1);
  });

  it("given an INVITE without SDP to echo, when the phone answers in the ACK, then it hears itself", async () => {
    const alice = await node.phone("1001");
    const own = await rtp();
    const call = await alice.call("9196");
    const offer = await call.invite?.final();
    assert.ok(offer !== undefined);
    call.ack(call.invite, offer, { sdp: testSdp(own.port) });
    await eventually(
      () => {
        own.send(offer);
        assert.ok(own.heard >= 3);
      },
      { timeoutMs: 3_000, intervalMs: 20 },
    );
    await call.bye();
    await whole.settled(1);
  });
});
