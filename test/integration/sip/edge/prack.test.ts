import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient, WireFrame } from "../../../support/wire-client.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";
const RELIABLE = "SIP/2.0 183 Session Progress\r\nrequire: 100rel\r\n";

describe("SipEdge: reliable provisional responses", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
    application = await fixture.application("invite", "prack");
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  function send(method: string, cseq: number, to: string, extra: readonly string[] = [], body = ""): void {
    peer.send(
      fixture.sipPort,
      [
        `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${peer.via()}`,
        `From: <${peer.uri}>;tag=from`,
        `To: ${to}`,
        "Call-ID: reliable",
        `CSeq: ${cseq} ${method}`,
        `Contact: <${peer.uri}>`,
        "Max-Forwards: 70",
        ...(body === "" ? [] : ["Content-Type: application/sdp"]),
        ...extra,
      ],
      body,
    );
  }

  async function offered(extra = ["Supported: 100rel"]): Promise<string> {
    send("INVITE", 1, "<sip:1002@127.0.0.1>", extra, SDP);
    return (await application.takeSip("INVITE")).tokens[8] ?? "";
  }

  function prack(response: string, cseq: number): void {
    const rack = `RAck: ${headerOf(response, "RSeq")} 1 INVITE`;
    send("PRACK", cseq, headerOf(response, "To"), [rack]);
  }

  async function answerPrack(): Promise<WireFrame> {
    const delivered = await application.takeSip("PRACK");
    await application.ask(`sip|${delivered.tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    await peer.take("SIP/2.0 200");
    return delivered;
  }

  const respond = (txnId: string, text: string): Promise<WireFrame> => application.ask(`sip|${txnId}|\r\n${text}`);

  it("given Require 100rel, when a 183 is sent, then it has RSeq and Contact, and the PRACK has an id of its own", async () => {
    const txnId = await offered();
    const echo = await respond(txnId, `${RELIABLE}rseq: 1\r\n\r\n${SDP}`);
    const progress = await peer.take("SIP/2.0 183");
    assert.equal(echo.text, progress);
    assert.match(headerOf(progress, "RSeq"), /^[1-9]\d*$/);
    assert.equal(headerOf(progress, "Require"), "100rel");
    assert.equal(headerOf(progress, "Contact"), `<sip:127.0.0.1:${fixture.sipPort}>`);
    prack(progress, 2);
    const { tokens } = await answerPrack();
    assert.notEqual(tokens[8], txnId);
    assert.equal(tokens[9], "reliable;from-tag=from");
  });

  it("given no PRACK, when time passes, then the 183 is repeated at T1 doubling, and not after its PRACK", async () => {
    await respond(await offered(), `${RELIABLE}\r\n`);
    const progress = await peer.take("SIP/2.0 183");
    for (const waitMs of [500, 1_000, 2_000]) {
      clock.advance(waitMs);
      assert.equal(await peer.take("SIP/2.0 183"), progress);
    }
    prack(progress, 2);
    await answerPrack();
    clock.advance(32_000);
    await setImmediate();
    assert.equal(
      peer.received.some((text) => text.startsWith("SIP/2.0 183")),
      false,
    );
  });

  it("given no PRACK for 32 s, when given up, then the caller gets 504 and the application a CANCEL", async () => {
    const txnId = await offered();
    await respond(txnId, `${RELIABLE}\r\n`);
    clock.advance(32_000);
    await peer.take("SIP/2.0 504");
    const told = await application.takeSip("CANCEL");
    assert.deepEqual(told.tokens.slice(2, 3), ["network"]);
    assert.equal(told.tokens[8], txnId);
    assert.equal(headerOf(told.text, "Call-ID"), "reliable");
    assert.equal((await respond(txnId, "SIP/2.0 200 OK\r\n\r\n")).tokens[0], "NOK");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
    assert.equal(fixture.gauge("tandem_sip_reliable_responses"), 0);
  });

  it("given a second reliable response, when the first has no PRACK, then it waits and has the next RSeq", async () => {
    const txnId = await offered();
    await respond(txnId, `${RELIABLE}\r\n`);
    await respond(txnId, `${RELIABLE.replace("183 Session Progress", "180 Ringing")}\r\n`);
    const first = await peer.take("SIP/2.0 183");
    await setImmediate();
    assert.equal(
      peer.received.some((text) => text.startsWith("SIP/2.0 180")),
      false,
    );
    prack(first, 2);
    const second = await peer.take("SIP/2.0 180");
    assert.equal(Number(headerOf(second, "RSeq")), Number(headerOf(first, "RSeq")) + 1);
  });

  it("given a description in the 183, when answered before the PRACK, then the 200 waits for it", async () => {
    const txnId = await offered();
    await respond(txnId, `${RELIABLE}\r\n${SDP}`);
    const progress = await peer.take("SIP/2.0 183");
    const echo = await respond(txnId, `SIP/2.0 200 OK\r\n\r\n${SDP}`);
    assert.equal(echo.tokens[0], "OK");
    await setImmediate();
    assert.equal(
      peer.received.some((text) => text.startsWith("SIP/2.0 200")),
      false,
    );
    prack(progress, 2);
    const ok = await peer.take("SIP/2.0 200");
    assert.equal(headerOf(ok, "CSeq"), "1 INVITE");
    assert.equal(ok, echo.text);
    assert.equal(fixture.gauge("tandem_sip_unacknowledged"), 1);
  });

  it("given no description in the 180, when answered before the PRACK, then the 200 goes out and the 180 no more", async () => {
    const txnId = await offered();
    await respond(txnId, `${RELIABLE}\r\n`);
    await peer.take("SIP/2.0 183");
    await respond(txnId, `SIP/2.0 200 OK\r\n\r\n${SDP}`);
    await peer.take("SIP/2.0 200");
    clock.advance(500);
    await peer.take("SIP/2.0 200");
    assert.equal(
      peer.received.some((text) => text.startsWith("SIP/2.0 183")),
      false,
    );
  });

  for (const how of ["the caller cancels", "no PRACK comes"]) {
    it(`given an answer that waits for a PRACK, when ${how}, then the application is told that the dialog is over`, async () => {
      const txnId = await offered();
      await respond(txnId, `${RELIABLE}\r\n${SDP}`);
      const progress = await peer.take("SIP/2.0 183");
      await respond(txnId, `SIP/2.0 200 OK\r\n\r\n${SDP}`);
      if (how === "no PRACK comes") clock.advance(32_000);
      else {
        peer.send(fixture.sipPort, [
          `CANCEL sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
          `Via: ${headerOf(progress, "Via")}`,
          `From: <${peer.uri}>;tag=from`,
          "To: <sip:1002@127.0.0.1>",
          "Call-ID: reliable",
          "CSeq: 1 CANCEL",
        ]);
      }
      const { tokens } = await application.takeSip("BYE");
      assert.deepEqual([tokens[2], tokens[8]], ["application", "unsolicited"]);
      await peer.take(how === "no PRACK comes" ? "SIP/2.0 504" : "SIP/2.0 487");
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
    });
  }

  it("given a PRACK for nothing, when it comes, then 481 and the application hears nothing", async () => {
    await respond(await offered(), `${RELIABLE}\r\n`);
    const progress = await peer.take("SIP/2.0 183");
    send("PRACK", 2, headerOf(progress, "To"), ["RAck: 1 9 INVITE"]);
    await peer.take("SIP/2.0 481");
    assert.deepEqual(
      application.frames.filter(({ text }) => text.startsWith("PRACK")),
      [],
    );
  });

  it("given a caller without 100rel, when the application wants it, then the response goes out as any other", async () => {
    await respond(await offered([]), `${RELIABLE.replace("100rel", "100rel, timer")}\r\n`);
    const progress = await peer.take("SIP/2.0 183");
    assert.equal(headerOf(progress, "RSeq"), "");
    assert.equal(headerOf(progress, "Require"), "timer");
  });

  it("given a refusal, when a reliable response waits for its PRACK, then it goes out at once", async () => {
    const txnId = await offered();
    await respond(txnId, `${RELIABLE}\r\n${SDP}`);
    await respond(txnId, "SIP/2.0 486 Busy Here\r\n\r\n");
    await peer.take("SIP/2.0 486");
    assert.equal(fixture.gauge("tandem_sip_reliable_responses"), 0);
  });

  describe("of a peer", () => {
    async function invited(): Promise<string> {
      await application.ask(`sip||\r\nINVITE ${peer.uri} SIP/2.0\r\nfrom: sip:1001@localhost\r\n\r\n${SDP}`);
      return peer.take("INVITE");
    }

    function ring(invite: string, rseq: number, tag = "remote", contact = peer.uri): void {
      const lines = ["Require: 100rel", `RSeq: ${rseq}`, `Contact: <${contact}>`];
      peer.respond(fixture.sipPort, invite, "180 Ringing", tag, lines);
    }

    it("given a PRACK of the application, when sent, then RAck, CSeq and tags are right", async () => {
      const invite = await invited();
      ring(invite, 7);
      const { tokens } = await application.takeSip("SIP/2.0 180");
      const cseq = Number(headerOf(invite, "CSeq").split(" ")[0]);
      const rack = `rack: 7 ${cseq} INVITE\r\n`;
      await application.ask(`sip||${tokens[9]}\r\nPRACK sip:placeholder SIP/2.0\r\n${rack}\r\n`);
      const sent = await peer.take("PRACK");
      assert.equal(headerOf(sent, "RAck"), `7 ${cseq} INVITE`);
      assert.equal(headerOf(sent, "CSeq"), `${cseq + 1} PRACK`);
      assert.match(headerOf(sent, "To"), /tag=remote$/);
      peer.respond(fixture.sipPort, sent, "200 OK", "");
      assert.equal((await application.takeSip("SIP/2.0 200")).tokens[9], tokens[9]);
    });

    it("given a PRACK without RAck, when sent, then the edge writes that of the last response", async () => {
      const invite = await invited();
      ring(invite, 7);
      const { tokens } = await application.takeSip("SIP/2.0 180");
      await application.ask(`sip||${tokens[9]}\r\nPRACK sip:placeholder SIP/2.0\r\n\r\n`);
      assert.match(headerOf(await peer.take("PRACK"), "RAck"), /^7 \d+ INVITE$/);
    });

    it("given a repeated response or one before its turn, when it comes, then the application does not see it", async () => {
      const invite = await invited();
      for (const rseq of [7, 7, 9, 8]) ring(invite, rseq);
      assert.equal(headerOf((await application.takeSip("SIP/2.0 180")).text, "RSeq"), "7");
      assert.equal(headerOf((await application.takeSip("SIP/2.0 180")).text, "RSeq"), "8");
      assert.deepEqual(application.frames, []);
    });

    it("given two branches, when each is acknowledged, then each PRACK goes to its own", async () => {
      const invite = await invited();
      const cseq = headerOf(invite, "CSeq");
      ring(invite, 7, "one", `${peer.uri};branch=one`);
      ring(invite, 100, "two", `${peer.uri};branch=two`);
      const { tokens } = await application.takeSip("SIP/2.0 180");
      await application.takeSip("SIP/2.0 180");
      for (const [rseq, tag] of [
        [7, "one"],
        [100, "two"],
      ] as const) {
        await application.ask(`sip||${tokens[9]}\r\nPRACK sip:placeholder SIP/2.0\r\nrack: ${rseq} ${cseq}\r\n\r\n`);
        const sent = await peer.take("PRACK");
        assert.match(headerOf(sent, "To"), new RegExp(`tag=${tag}$`));
        assert.equal(sent.split("\r\n")[0], `PRACK ${peer.uri};branch=${tag} SIP/2.0`);
      }
    });
  });
});
