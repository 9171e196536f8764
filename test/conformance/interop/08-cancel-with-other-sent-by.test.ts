import assert from "node:assert/strict";
import { formatRequest, type SipMessage } from "../../../src/sip/message/index.ts";
import { eventually } from "../../support/eventually.ts";
import { establish, hangUp, requestsTo, roundTrip, statusesTo } from "../../support/established-call.ts";
import { SipPeer } from "../../support/sip-peer.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const PEER = "127.0.0.8";

/** The CANCEL of an INVITE, with its topmost Via changed. */
function cancelOf(invite: SipMessage, change: (via: string) => string): string {
  const kept = (["from", "to", "call-id"] as const).map((name) => [name, invite.get(name) ?? ""] as const);
  const cseq = (invite.get("cseq") ?? "").replace("INVITE", "CANCEL");
  return formatRequest("CANCEL", invite.uri, [["Via", change(invite.get("via") ?? "")], ...kept, ["CSeq", cseq]], "");
}

const otherSentBy = (via: string): string => via.replace(/(SIP\/2\.0\/UDP )[^;]+/, "$1192.0.2.9:5070");
const otherBranch = (via: string): string => `${via}x`;
const same = (via: string): string => via;

describe("interop 08: CANCEL with another Via sent-by", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    const profile = { ...TEST_PROFILE, kind: "trunk" } as const;
    const peer = { name: "peer", addresses: [PEER], uri: `sip:${PEER}:5999`, prefixes: [], maxCalls: 10, profile };
    node = await SwitchFixture.start({ peers: [{ ...peer, transit: false }] });
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await node.stop();
  });

  async function ringing(): Promise<{ near: PhoneCall; far: PhoneCall; invite: SipMessage }> {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined && near.invite !== undefined);
    far.respond(far.offer, 180);
    await near.invite.response(180);
    return { near, far, invite: near.invite.request };
  }

  /** OPTIONS and its answer: what was on its way before is there. */
  async function peerRoundTrip(peer: SipPeer): Promise<void> {
    peer.send(node.server.port, [
      `OPTIONS sip:127.0.0.1:${node.server.port} SIP/2.0`,
      `Via: ${peer.via()}`,
      "From: <sip:old@peer.example>;tag=options",
      "To: <sip:switch@peer.example>",
      "Call-ID: options-1",
      "CSeq: 1 OPTIONS",
      "Max-Forwards: 70",
    ]);
    await peer.take("SIP/2.0 200");
  }

  for (const [name, change] of [
    ["sent-by", otherSentBy],
    ["branch", otherBranch],
  ] as const) {
    it(`given a CANCEL whose ${name} is not the INVITE's, when it comes, then it matches nothing (RFC 3261 17.2.3): 481, and the call rings on and can be answered`, async () => {
      const { near, far, invite } = await ringing();
      // The answer goes to the address that it came from, at the port of the Via.
      alice.transmit(cancelOf(invite, change).replace("192.0.2.9:5070", `192.0.2.9:${alice.port}`));
      await eventually(() => assert.deepEqual(statusesTo(alice, "CANCEL"), [481]), { timeoutMs: 2_000, intervalMs: 5 });
      const acked = far.answer({ sdp: testSdp(5_000) });
      await near.established();
      await acked;
      assert.equal(requestsTo(bob, "CANCEL").length, 0);
      await hangUp(near, far);
      await node.settled(1);
    });
  }

  it("given a CANCEL from another port of a NAT, when its Via is the INVITE's, then it matches: the callee gets CANCEL, the caller 487", async () => {
    const { near, far, invite } = await ringing();
    const otherPort = await SipPeer.start();
    try {
      otherPort.sendText(node.server.port, cancelOf(invite, same));
      assert.equal((await near.invite?.final())?.status, 487);
      const cancel = await far.request("CANCEL");
      // The switch keeps to the rule itself.
      assert.equal(cancel.get("via"), far.offer?.get("via"));
      assert.ok(far.offer !== undefined);
      far.respond(far.offer, 487);
      await node.settled(1);
    } finally {
      await otherPort.close();
    }
  });

  it("given a peer of RFC 2543 without the magic cookie, when its CANCEL has another Via, then 481 and it rings on; with its Via, then 487", async () => {
    const peer = await SipPeer.start(PEER);
    try {
      const lines = (method: string, via: string): string[] => [
        `${method} sip:1002@127.0.0.1:${node.server.port} SIP/2.0`,
        `Via: ${via}`,
        "From: <sip:old@peer.example>;tag=old",
        `To: <sip:1002@127.0.0.1:${node.server.port}>`,
        "Call-ID: old-1",
        `CSeq: 1 ${method}`,
        "Max-Forwards: 70",
        `Contact: <${peer.uri}>`,
      ];
      const via = `SIP/2.0/UDP ${PEER}:${peer.port};branch=1`;
      const invite = [...lines("INVITE", via), "Content-Type: application/sdp"];
      peer.send(node.server.port, invite, testSdp(4_000));
      const far = await bob.offered();
      assert.ok(far.offer !== undefined);
      far.respond(far.offer, 180);
      await peer.take("SIP/2.0 180");
      peer.send(node.server.port, lines("CANCEL", via.replace(PEER, "192.0.2.9")));
      await peer.take("SIP/2.0 481");
      await peerRoundTrip(peer);
      assert.equal(requestsTo(bob, "CANCEL").length, 0);
      peer.send(node.server.port, lines("CANCEL", via));
      await peer.take("SIP/2.0 200");
      const refused = await peer.take("SIP/2.0 487");
      assert.match(refused, /^CSeq: 1 INVITE\r$/m);
      await far.request("CANCEL");
      far.respond(far.offer, 487);
      await node.settled(1);
    } finally {
      await peer.close();
    }
  });

  for (const by of ["caller", "callee"] as const) {
    it(`given a re-INVITE of the ${by}'s, when a CANCEL of another sent-by comes, then the other hears nothing of it and can answer`, async () => {
      const { near, far } = await establish(alice, bob);
      const [asking, other] = by === "caller" ? [near, far] : [far, near];
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await other.request("INVITE");
      other.respond(passed, 180);
      asking.phone.transmit(cancelOf(invite.request, otherSentBy));
      await roundTrip(asking);
      await roundTrip(other);
      assert.equal(requestsTo(other.phone, "CANCEL").length, 0);
      other.respond(passed, 200, { sdp: testSdp(7_000, [], 2) });
      await other.request("ACK");
      const answer = await invite.final();
      assert.equal(answer.status, 200);
      asking.ack(invite, answer);
      await hangUp(asking, other);
      await node.settled(1);
    });
  }
});
