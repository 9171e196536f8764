import assert from "node:assert/strict";
import { establish, hangUp, sdpLine, type EstablishedCall } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { RtpEnd } from "../../support/rtp-end.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";

/** Codecs and place of the audio, and who says so. */
function session(message: SipMessage): string[] {
  return [sdpLine(message, "o=").split(" ")[1] ?? "", sdpLine(message, "c="), sdpLine(message, "m=")];
}

describe("interop 02: re-INVITE without SDP", () => {
  let relayed: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let nearRtp: RtpEnd;
  let farRtp: RtpEnd;
  let call: EstablishedCall;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start();
    [alice, bob] = [await relayed.node.phone("1001"), await relayed.node.phone("1002")];
    [nearRtp, farRtp] = [await relayed.rtp(), await relayed.rtp()];
    call = await establish(alice, bob, { near: { sdp: testSdp(nearRtp.port) }, far: { sdp: testSdp(farRtp.port) } });
  });
  afterEach(async () => {
    await relayed.stop();
  });

  interface Order {
    readonly asking: PhoneCall;
    readonly asked: PhoneCall;
    readonly askingPort: number;
    readonly askedPort: number;
    /** What each was told of the session before. */
    readonly askingKnows: SipMessage;
    readonly askedKnows: SipMessage;
  }

  function order(by: "caller" | "callee"): Order {
    const { near, far, answer, offered } = call;
    const ports = { near: nearRtp.port, far: farRtp.port };
    return by === "caller"
      ? {
          asking: near,
          asked: far,
          askingPort: ports.near,
          askedPort: ports.far,
          askingKnows: answer,
          askedKnows: offered,
        }
      : {
          asking: far,
          asked: near,
          askingPort: ports.far,
          askedPort: ports.near,
          askingKnows: offered,
          askedKnows: answer,
        };
  }

  async function bothHeard(): Promise<void> {
    await nearRtp.sendUntilHeard(call.answer, farRtp);
    await farRtp.sendUntilHeard(call.offered, nearRtp);
  }

  for (const by of ["caller", "callee"] as const) {
    it(`given a ${by} that re-INVITEs without SDP, when the other offers its session again, then the 200 offers the current session, the ACK answers it, and both are heard`, async () => {
      const { asking, asked, askingPort, askedPort, askingKnows, askedKnows } = order(by);
      await bothHeard();
      const invite = asking.send("INVITE");
      const passed = await asked.request("INVITE");
      assert.equal(passed.body, "");
      assert.equal(passed.has("content-type"), false);
      asked.respond(passed, 200, { sdp: testSdp(askedPort) });
      const offer = await invite.final();
      assert.equal(offer.status, 200);
      assert.deepEqual(session(offer), session(askingKnows));
      asking.ack(invite, offer, { sdp: testSdp(askingPort) });
      const ack = await asked.request("ACK");
      assert.deepEqual(session(ack), session(askedKnows));
      await bothHeard();
      await hangUp(asking, asked);
      await relayed.node.settled(1);
      assert.deepEqual(await relayed.relay.list(), []);
    });

    it(`given a ${by} that re-INVITEs without SDP, when the other refuses, then it gets that status and the session goes on`, async () => {
      const { asking, asked } = order(by);
      const invite = asking.send("INVITE");
      const passed = await asked.request("INVITE");
      asked.respond(passed, 488);
      assert.equal((await invite.final()).status, 488);
      await bothHeard();
      await hangUp(asked, asking);
      await relayed.node.settled(1);
      assert.deepEqual(await relayed.relay.list(), []);
    });

    it(`given a ${by} that re-INVITEs without SDP, when its ACK brings no answer, then what it last said stands and both are heard`, async () => {
      const { asking, asked, askedPort, askedKnows } = order(by);
      const invite = asking.send("INVITE");
      const passed = await asked.request("INVITE");
      asked.respond(passed, 200, { sdp: testSdp(askedPort) });
      const offer = await invite.final();
      asking.ack(invite, offer);
      const ack = await asked.request("ACK");
      assert.deepEqual(session(ack), session(askedKnows));
      await bothHeard();
      await hangUp(asking, asked);
      await relayed.node.settled(1);
      assert.deepEqual(await relayed.relay.list(), []);
    });
  }
});
