import assert from "node:assert/strict";
import { EdgeFixture } from "../../support/edge-fixture.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../support/sip-peer.ts";
import type { WireClient } from "../../support/wire-client.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { mutate, readCorpus } from "./mutation.ts";
import { Random } from "./random.ts";

const MESSAGES_IN_A_ROUND = 40;
const VERBS = "invite ack bye options register message subscribe notify prack update info refer publish".split(" ");
const ANSWERS = ["180 Ringing", "200 OK", "200 OK", "202 Accepted", "404 Not Found", "491 Request Pending"];

/**
 * Whatever comes by UDP, with an application that answers at random: no handler throws, and the edge goes on. The clock
 * stands still, so that nothing is sent to the addresses that the messages name.
 */
export function edgeTarget(): FuzzTarget {
  const corpus = readCorpus().filter((text) => text.length < 8_000);
  return {
    name: "edge",
    round: async (seed) => {
      const random = new Random(seed);
      const fixture = await EdgeFixture.start(new ManualClock());
      const peer = await SipPeer.start();
      try {
        const application = await fixture.application(...VERBS);
        for (let count = 0; count < MESSAGES_IN_A_ROUND; count += 1) {
          const text = random.once(3) ? random.pick(corpus) : mutate(random.pick(corpus), random, corpus);
          peer.sendText(fixture.sipPort, text.slice(0, 60_000));
          if (count % 10 === 9) await answerUntilAlive(fixture, peer, application, random);
        }
        assert.equal(fixture.gauge("tandem_sip_user_errors_total"), 0, "a handler has thrown");
      } finally {
        await peer.close();
        await fixture.stop();
      }
    },
  };
}

/** Answers all that is offered, up to an OPTIONS behind it. */
async function answerUntilAlive(
  fixture: EdgeFixture,
  peer: SipPeer,
  application: WireClient,
  random: Random,
): Promise<void> {
  const via = peer.via();
  const callId = `alive-${via}`.replace(/[ ;/=]/g, "-");
  const lines = [`Via: ${via}`, `From: <${peer.uri}>;tag=alive`, "To: <sip:127.0.0.1>", `Call-ID: ${callId}`];
  peer.send(fixture.sipPort, ["OPTIONS sip:127.0.0.1 SIP/2.0", ...lines, "CSeq: 1 OPTIONS", "Max-Forwards: 70"]);
  for (;;) {
    const { tokens, text } = await application.take((frame) => frame.tokens[1] === "sip");
    if (headerOf(text, "Call-ID") === callId) {
      const reply = await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
      assert.equal(reply.tokens[0], "OK");
      return;
    }
    if (/^(?:SIP\/2\.0|ACK|CANCEL) /.test(text)) continue;
    const reply = await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 ${random.pick(ANSWERS)}\r\n\r\n`);
    // The transaction may be over: cancelled, for instance.
    assert.ok(!/command failed/.test(reply.tokens.join("|")), reply.tokens.join("|"));
  }
}
