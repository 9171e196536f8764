import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EdgeFixture } from "../support/edge-fixture.ts";
import { headerOf, SipPeer } from "../support/sip-peer.ts";
import type { WireClient } from "../support/wire-client.ts";

const DATA = join(import.meta.dirname, "data", "torture");
const SETS = ["rfc4475", "rfc5118"];

describe("Torture messages of RFC 4475 and RFC 5118 over UDP", () => {
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;
  let sequence = 0;

  before(async () => {
    fixture = await EdgeFixture.start();
    peer = await SipPeer.start();
    application = await fixture.application("invite", "options", "register", "message");
  });
  after(async () => {
    await peer.close();
    await fixture.stop();
  });

  async function assertAlive(): Promise<void> {
    sequence += 1;
    peer.send(fixture.sipPort, [
      `OPTIONS sip:127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${peer.via()}`,
      `From: <${peer.uri}>;tag=alive`,
      "To: <sip:127.0.0.1>",
      `Call-ID: alive-${sequence}`,
      "CSeq: 1 OPTIONS",
    ]);
    const offered = await application.take(
      ({ tokens, text }) => tokens[1] === "sip" && headerOf(text, "Call-ID") === `alive-${sequence}`,
    );
    await application.ask(`sip|${offered.tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    await peer.take("SIP/2.0 200");
  }

  for (const set of SETS) {
    for (const name of readdirSync(join(DATA, set)).sort()) {
      it(`given ${set}/${name}, when it has come, then the edge answers the next request`, async () => {
        peer.sendText(fixture.sipPort, readFileSync(join(DATA, set, name), "latin1"));
        await assertAlive();
        assert.equal(fixture.gauge("tandem_wire_applications"), 1);
      });
    }
  }
});
