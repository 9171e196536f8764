import assert from "node:assert/strict";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

describe("SipEdge: subscriptions", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
    application = await fixture.application("subscribe", "notify", "refer");
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  const dialogs = (): number => fixture.gauge("tandem_sip_dialogs");

  function fromPeer(method: string, cseq: number, lines: readonly string[]): void {
    peer.send(fixture.sipPort, [
      `${method} sip:resource@127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${peer.via()}`,
      ...lines,
      `CSeq: ${cseq} ${method}`,
      `Contact: <${peer.uri}>`,
      "Max-Forwards: 70",
    ]);
  }

  const ends = (to: string): string[] => [`From: <${peer.uri}>;tag=from`, `To: ${to}`, "Call-ID: subscription"];

  async function answer(txnId: string | undefined, status = "200 OK", lines = ""): Promise<string> {
    await application.ask(`sip|${txnId}|\r\nSIP/2.0 ${status}\r\n${lines}\r\n`);
    return peer.take(`SIP/2.0 ${status}`);
  }

  async function inDialog(dialogId: string, method: string, lines: string): Promise<string> {
    const reply = await application.ask(`sip||${dialogId}\r\n${method} sip:placeholder SIP/2.0\r\n${lines}\r\n`);
    assert.equal(reply.tokens[0], "OK", reply.tokens[1]);
    return peer.take(method);
  }

  describe("of a peer", () => {
    const ID = "subscription;from-tag=from";

    async function subscribed(expires = 900): Promise<string> {
      fromPeer("SUBSCRIBE", 1, [...ends("<sip:resource@example.com>"), "Event: presence", `Expires: ${expires}`]);
      const { tokens } = await application.takeSip("SUBSCRIBE");
      return answer(tokens[8], "202 Accepted");
    }

    it("given a SUBSCRIBE, when accepted, then Contact and dialog are there and NOTIFY goes to the subscriber", async () => {
      const accepted = await subscribed();
      assert.equal(headerOf(accepted, "Contact"), `<sip:127.0.0.1:${fixture.sipPort}>`);
      const notify = await inDialog(ID, "NOTIFY", "Event: presence\r\nSubscription-State: active\r\n");
      assert.equal(notify.split("\r\n")[0], `NOTIFY ${peer.uri} SIP/2.0`);
      assert.equal(headerOf(notify, "From"), headerOf(accepted, "To"));
      assert.equal(headerOf(notify, "CSeq"), "2 NOTIFY");
      peer.respond(fixture.sipPort, notify, "200 OK", "");
      assert.equal((await application.takeSip("SIP/2.0 200")).tokens[9], ID);
      assert.equal(dialogs(), 1);
    });

    it("given a last NOTIFY, when it is answered, then the dialog is gone", async () => {
      await subscribed();
      const notify = await inDialog(ID, "NOTIFY", "Event: presence\r\nSubscription-State: terminated;reason=x\r\n");
      assert.equal(dialogs(), 1);
      peer.respond(fixture.sipPort, notify, "200 OK", "");
      await application.takeSip("SIP/2.0 200");
      assert.equal(dialogs(), 0);
    });

    it("given a subscriber that knows nothing of it, when it answers 481, then the dialog is gone", async () => {
      await subscribed();
      const notify = await inDialog(ID, "NOTIFY", "Event: presence\r\nSubscription-State: active\r\n");
      peer.respond(fixture.sipPort, notify, "481 Subscription Does Not Exist", "");
      await application.takeSip("SIP/2.0 481");
      assert.equal(dialogs(), 0);
    });

    it("given nobody refreshes, when the time is over and 32 s more, then the dialog is gone", async () => {
      await subscribed();
      clock.advance(931_000);
      assert.equal(dialogs(), 1);
      clock.advance(1_000);
      assert.equal(dialogs(), 0);
    });

    it("given a refresh, when the first time is over, then the dialog is still there, also after a restart", async () => {
      const accepted = await subscribed();
      clock.advance(800_000);
      fromPeer("SUBSCRIBE", 2, [...ends(headerOf(accepted, "To")), "Event: presence", "Expires: 900"]);
      const { tokens } = await application.takeSip("SUBSCRIBE");
      assert.equal(tokens[9], ID);
      await answer(tokens[8], "200 OK", "Expires: 500\r\n");
      clock.advance(400_000);
      await fixture.restart();
      assert.equal(dialogs(), 1);
      clock.advance(131_000);
      assert.equal(dialogs(), 1);
      clock.advance(1_000);
      assert.equal(dialogs(), 0);
    });

    it("given Expires 0, when accepted, then the last NOTIFY has 32 s", async () => {
      const accepted = await subscribed();
      fromPeer("SUBSCRIBE", 2, [...ends(headerOf(accepted, "To")), "Event: presence", "Expires: 0"]);
      await answer((await application.takeSip("SUBSCRIBE")).tokens[8]);
      clock.advance(31_000);
      assert.equal(dialogs(), 1);
      clock.advance(1_000);
      assert.equal(dialogs(), 0);
    });

    it("given a life beyond all measure, when accepted, then it is bounded", async () => {
      await subscribed(4_000_000_000);
      clock.advance(1_728_000_000 + 32_000);
      assert.equal(dialogs(), 0);
    });
  });

  describe("of ours", () => {
    async function subscribe(method = "SUBSCRIBE"): Promise<string> {
      const lines = method === "REFER" ? "Refer-To: <sip:c@d>\r\n" : "Event: presence\r\nExpires: 600\r\n";
      await application.ask(`sip||\r\n${method} ${peer.uri} SIP/2.0\r\nfrom: sip:1001@localhost\r\n${lines}\r\n`);
      return peer.take(method);
    }

    function notify(request: string, cseq: number, state: string, tag = "remote"): void {
      fromPeer("NOTIFY", cseq, [
        `From: ${headerOf(request, "To")};tag=${tag}`,
        `To: ${headerOf(request, "From")}`,
        `Call-ID: ${headerOf(request, "Call-ID")}`,
        "Event: presence",
        `Subscription-State: ${state}`,
      ]);
    }

    function accept(request: string, status = "200 OK"): void {
      peer.respond(fixture.sipPort, request, status, "remote", [`Contact: <${peer.uri}>`, "Expires: 600"]);
    }

    const idOf = (request: string): string => {
      return `${headerOf(request, "Call-ID")};from-tag=${headerOf(request, "From").split("tag=")[1]}`;
    };

    it("given a NOTIFY before the 200, when both come, then both are delivered and make one dialog", async () => {
      const request = await subscribe();
      notify(request, 1, "active;expires=600");
      const early = await application.takeSip("NOTIFY");
      assert.equal(early.tokens[9], idOf(request));
      await answer(early.tokens[8]);
      accept(request);
      assert.equal((await application.takeSip("SIP/2.0 200")).tokens[9], idOf(request));
      assert.equal(dialogs(), 1);
      const refresh = await inDialog(idOf(request), "SUBSCRIBE", "Event: presence\r\nExpires: 600\r\n");
      assert.match(headerOf(refresh, "To"), /tag=remote$/);
      assert.equal(refresh.split("\r\n")[0], `SUBSCRIBE ${peer.uri} SIP/2.0`);
    });

    it("given a last NOTIFY, when answered, then the dialog is gone", async () => {
      const request = await subscribe();
      accept(request);
      await application.takeSip("SIP/2.0 200");
      notify(request, 1, "terminated;reason=timeout");
      const last = await application.takeSip("NOTIFY");
      assert.equal(dialogs(), 1);
      await answer(last.tokens[8]);
      assert.equal(dialogs(), 0);
    });

    it("given we end it, when Expires 0 is accepted, then the last NOTIFY still arrives and the dialog goes", async () => {
      const request = await subscribe();
      accept(request);
      await application.takeSip("SIP/2.0 200");
      const last = await inDialog(idOf(request), "SUBSCRIBE", "Event: presence\r\nExpires: 0\r\n");
      peer.respond(fixture.sipPort, last, "200 OK", "", ["Expires: 0"]);
      await application.takeSip("SIP/2.0 200");
      notify(request, 1, "terminated");
      const { tokens } = await application.takeSip("NOTIFY");
      assert.equal(tokens[9], idOf(request));
      await answer(tokens[8]);
      assert.equal(dialogs(), 0);
    });

    it("given another fork notifies, when one has the subscription, then it gets 481", async () => {
      const request = await subscribe();
      accept(request);
      await application.takeSip("SIP/2.0 200");
      notify(request, 1, "active", "other");
      await peer.take("SIP/2.0 481");
    });

    it("given a refusal, when it comes after a NOTIFY, then nothing is left", async () => {
      const request = await subscribe();
      notify(request, 1, "pending");
      await answer((await application.takeSip("NOTIFY")).tokens[8]);
      assert.equal(dialogs(), 1);
      peer.respond(fixture.sipPort, request, "489 Bad Event", "remote");
      await application.takeSip("SIP/2.0 489");
      assert.equal(dialogs(), 0);
    });

    it("given nobody notifies, when the granted time is over, then the dialog is gone", async () => {
      const request = await subscribe();
      accept(request);
      await application.takeSip("SIP/2.0 200");
      clock.advance(632_000);
      assert.equal(dialogs(), 0);
    });

    it("given a REFER outside a dialog, when accepted and notified, then NOTIFYs have its dialog until the last", async () => {
      const request = await subscribe("REFER");
      accept(request, "202 Accepted");
      assert.equal((await application.takeSip("SIP/2.0 202")).tokens[9], idOf(request));
      notify(request, 1, "active;expires=60");
      await answer((await application.takeSip("NOTIFY")).tokens[8]);
      notify(request, 2, "terminated;reason=noresource");
      const { tokens } = await application.takeSip("NOTIFY");
      assert.equal(tokens[9], idOf(request));
      await answer(tokens[8]);
      assert.equal(dialogs(), 0);
    });
  });

  it("given a REFER of a peer outside a dialog, when accepted, then the application can notify in it", async () => {
    fromPeer("REFER", 1, [...ends("<sip:resource@example.com>"), "Refer-To: <sip:c@d>"]);
    const { tokens } = await application.takeSip("REFER");
    assert.equal(tokens[9], "");
    await answer(tokens[8], "202 Accepted");
    const state =
      "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\nContent-Type: message/sipfrag\r\n";
    const notify = await inDialog("subscription;from-tag=from", "NOTIFY", `${state}\r\nSIP/2.0 200 OK`);
    peer.respond(fixture.sipPort, notify, "200 OK", "");
    await application.takeSip("SIP/2.0 200");
    assert.equal(dialogs(), 0);
  });

  it("given a REFER without subscription, when accepted, then there is no dialog", async () => {
    fromPeer("REFER", 1, [...ends("<sip:resource@example.com>"), "Refer-To: <sip:c@d>", "Refer-Sub: false"]);
    await answer((await application.takeSip("REFER")).tokens[8], "200 OK", "Refer-Sub: false\r\n");
    assert.equal(dialogs(), 0);
  });

  it("given a REFER inside a call, when its last NOTIFY is answered, then the call goes on", async () => {
    await application.ask("route|invite");
    fromPeer("INVITE", 1, ends("<sip:1002@127.0.0.1>"));
    const invite = await application.takeSip("INVITE");
    const ok = await answer(invite.tokens[8]);
    fromPeer("ACK", 1, ends(headerOf(ok, "To")));
    await application.takeSip("ACK");
    fromPeer("REFER", 2, [...ends(headerOf(ok, "To")), "Refer-To: <sip:c@d>"]);
    const refer = await application.takeSip("REFER");
    assert.equal(refer.tokens[9], "subscription;from-tag=from");
    await answer(refer.tokens[8], "202 Accepted");
    const state =
      "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\nContent-Type: message/sipfrag\r\n";
    const notify = await inDialog("subscription;from-tag=from", "NOTIFY", `${state}\r\nSIP/2.0 200 OK`);
    peer.respond(fixture.sipPort, notify, "200 OK", "");
    await application.takeSip("SIP/2.0 200");
    assert.equal(dialogs(), 1);
  });

  it("given a subscription inside a call that rings, when accepted, then the call is not answered by it", async () => {
    await application.ask("route|invite");
    fromPeer("INVITE", 1, ends("<sip:1002@127.0.0.1>"));
    const invite = await application.takeSip("INVITE");
    const ringing = await answer(invite.tokens[8], "180 Ringing");
    fromPeer("SUBSCRIBE", 2, [...ends(headerOf(ringing, "To")), "Event: dialog", "Expires: 60"]);
    await answer((await application.takeSip("SUBSCRIBE")).tokens[8]);
    assert.deepEqual(
      fixture.edge.listDialogs().map(({ state }) => state),
      ["early"],
    );
  });
});
