import assert from "node:assert/strict";
import { EdgeFixture, SECRET } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { WireClient } from "../../../support/wire-client.ts";

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
});
