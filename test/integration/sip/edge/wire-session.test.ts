import assert from "node:assert/strict";
import { EdgeFixture, SECRET } from "../../../support/edge-fixture.ts";
import { tagOf } from "../../../../src/sip/message/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import { WireClient, type WireFrame } from "../../../support/wire-client.ts";

describe("WireServer: sessions of applications", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let client: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    client = await WireClient.connect(fixture.edge.wirePort);
  });
  afterEach(async () => {
    client.close();
    await fixture.stop();
  });

  it("given the secret, when authenticating, then addresses and a version drachtio-srf accepts come back", async () => {
    const { tokens } = await client.ask(`authenticate|${SECRET}|tag1,tag2`);
    const hostPorts = `udp/127.0.0.1:${fixture.sipPort},tcp/127.0.0.1:${fixture.tcpPort}`;
    assert.deepEqual([tokens[0], tokens[1], tokens[3]], ["OK", hostPorts, hostPorts]);
    assert.match(tokens[2] ?? "", /^v0\.9\.\d+/);
    assert.deepEqual((await client.ask("ping")).tokens, ["OK", "pong"]);
  });

  it("given a wrong secret, when authenticating, then it is refused and the connection ends", async () => {
    const { tokens } = await client.ask("authenticate|wrong|");
    assert.deepEqual(tokens, ["NO", "incorrect secret"]);
    await client.closed();
  });

  it("given a command before authentication, when sent, then the connection ends", async () => {
    client.sendRaw("12#id|route|inv");
    client.sendRaw("5#hello");
    await client.closed();
  });

  it("given nobody authenticates, when five seconds have passed, then the connection ends", async () => {
    await fixture.application();
    clock.advance(5_000);
    await client.closed();
  });

  it("given bytes that are no frame, when sent, then the connection ends", async () => {
    client.sendRaw("GET / HTTP/1.1\r\n\r\n");
    await client.closed();
  });

  it("given a frame above the bound, when sent, then it is refused and the session goes on", async () => {
    await client.ask(`authenticate|${SECRET}|`);
    const payload = `some-id|sip||\r\n${"x".repeat(1024 * 1024)}`;
    client.sendRaw(`${payload.length}#${payload}`);
    const refused = await client.take(({ tokens }) => tokens[2] === "some-id");
    assert.deepEqual(refused.tokens.slice(3), ["NOK", "message too long"]);
    assert.deepEqual((await client.ask("ping")).tokens, ["OK", "pong"]);
  });

  it("given verbs, when routed and removed, then each is confirmed and nonsense is refused", async () => {
    await client.ask(`authenticate|${SECRET}|`);
    assert.deepEqual((await client.ask("route|invite")).tokens, ["OK"]);
    assert.deepEqual((await client.ask("remove_route|invite")).tokens, ["OK"]);
    assert.equal((await client.ask("route|IN VITE")).tokens[0], "NOK");
    assert.equal((await client.ask("juggle|x")).tokens[0], "NOK");
  });

  describe("meta lines, as the transcripts of the original server have them", () => {
    const TIME = "\\d\\d:\\d\\d:\\d\\d\\.\\d{6}";
    const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    let peer: SipPeer;

    beforeEach(async () => {
      peer = await SipPeer.start();
      await client.ask(`authenticate|${SECRET}|`);
      await client.ask("route|invite");
    });
    afterEach(() => peer.close());

    const line = ({ tokens }: WireFrame): string => tokens.join("|");

    it("given a request of an application, when sent, then its echo and the response to it", async () => {
      const echo = await client.ask(`sip||\r\nINVITE ${peer.uri} SIP/2.0\r\n\r\n`);
      const local = `udp\\|127\\.0\\.0\\.1\\|${fixture.sipPort}`;
      assert.match(
        line(echo),
        new RegExp(`^OK\\|application\\|${echo.text.length}\\|${local}\\|${TIME}\\|${UUID}\\|Msg sent:\\|$`),
      );
      peer.respond(fixture.sipPort, await peer.take("INVITE"), "180 Ringing", "b");
      const ringing = await client.takeSip("SIP/2.0 180");
      const from = `udp\\|127\\.0\\.0\\.1\\|${peer.port}`;
      const dialog = `${headerOf(ringing.text, "Call-ID")};from-tag=${tagOf(headerOf(ringing.text, "From"))}`;
      const bytes = ringing.text.length;
      assert.match(
        line(ringing),
        new RegExp(`^${UUID}\\|sip\\|network\\|${bytes}\\|${from}\\|${TIME}\\|${echo.tokens[7]}\\|${dialog}\\|$`),
      );
    });

    it("given a request of a peer, when offered and answered, then the offer, the echo and the ACK", async () => {
      const lines = (method: string, to: string): string[] => [
        `${method} sip:127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${peer.via()}`,
        `From: <${peer.uri}>;tag=f`,
        `To: ${to}`,
        "Call-ID: meta",
        `CSeq: 1 ${method}`,
        `Contact: <${peer.uri}>`,
      ];
      peer.send(fixture.sipPort, lines("INVITE", "<sip:127.0.0.1>"));
      const offer = await client.takeSip("INVITE");
      const from = `127\\.0\\.0\\.1\\|${peer.port}`;
      const offerBytes = offer.text.length;
      assert.match(
        line(offer),
        new RegExp(
          `^${UUID}\\|sip\\|network\\|${offerBytes}\\|udp\\|${from}\\|${TIME}\\|${UUID}\\|\\|127.0.0.1\\|${fixture.sipPort}\\|$`,
        ),
      );
      const txnId = offer.tokens[8] ?? "";
      const echo = await client.ask(`sip|${txnId}|\r\nSIP/2.0 200 OK\r\n\r\n`);
      assert.match(
        line(echo),
        new RegExp(
          `^OK\\|application\\|${echo.text.length}\\|udp\\|${from}\\|${TIME}\\|${txnId}\\|meta;from-tag=f\\|\\|Msg sent:\\|$`,
        ),
      );
      peer.send(fixture.sipPort, lines("ACK", headerOf(echo.text, "To")));
      const ack = await client.takeSip("ACK");
      assert.match(
        line(ack),
        new RegExp(
          `^${UUID}\\|sip\\|network\\|${ack.text.length}\\|\\|${from}\\|${TIME}\\|${txnId}\\|meta;from-tag=f\\|$`,
        ),
      );
    });
  });
});
