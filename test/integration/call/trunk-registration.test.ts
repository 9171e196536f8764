import assert from "node:assert/strict";
import type { PeerSource, TrunkState } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { checkedCredentials } from "../../support/digest-check.ts";
import { eventually } from "../../support/eventually.ts";
import { bodyOf, headerOf, headersOf, SipPeer } from "../../support/sip-peer.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const ACCOUNT = { user: "acct-17", password: "s3cret" };
const CHALLENGE = 'WWW-Authenticate: Digest realm="provider", nonce="n-1", algorithm=SHA-256, qop="auth"';

describe("a trunk that the switch registers with", () => {
  let cleanup: Cleanup;
  let node: SwitchFixture;
  let registrar: SipPeer;
  beforeEach(async () => {
    cleanup = new Cleanup();
    registrar = cleanup.add(await SipPeer.start("127.0.0.9"), (one) => one.close());
  });
  afterEach(async () => {
    await cleanup.run();
  });

  async function start(more: Partial<PeerSource> = {}): Promise<void> {
    const peer: PeerSource = {
      name: "provider",
      addresses: [],
      uri: `sip:127.0.0.9:${registrar.port}`,
      prefixes: ["0"],
      profile: { ...TEST_PROFILE, kind: "trunk" },
      maxCalls: 10,
      transit: false,
      registration: {
        registrar: `sip:127.0.0.9:${registrar.port}`,
        user: "line-4",
        authUser: ACCOUNT.user,
        expiresSeconds: 600,
      },
      sealedPassword: ACCOUNT.password,
      ...more,
    };
    const secrets = { unseal: (sealed: string) => sealed };
    node = cleanup.add(await SwitchFixture.start({ peers: [peer], secrets }), (one) => one.stop());
  }

  function answer(request: string, status: string, lines: readonly string[] = [], body = ""): void {
    registrar.respond(node.server.port, request, status, "r1", lines, body);
  }

  /** Lets the switch register; returns the REGISTER that was accepted. */
  async function register(...lines: readonly string[]): Promise<string> {
    const first = await registrar.take("REGISTER");
    assert.equal(headerOf(first, "Authorization"), "");
    answer(first, "401 Unauthorized", [CHALLENGE]);
    const second = await registrar.take("REGISTER");
    checkedCredentials(headerOf(second, "Authorization"), "REGISTER", ACCOUNT);
    answer(second, "200 OK", [`Contact: ${headerOf(second, "Contact")};expires=600`, ...lines]);
    await inState("up");
    return second;
  }

  function inState(state: TrunkState["state"], reason?: string): Promise<void> {
    return eventually(
      () => {
        const [trunk] = node.manager.views.trunkStates();
        assert.equal(trunk?.state, state);
        assert.equal(trunk.reason, reason);
      },
      { timeoutMs: 2_000, intervalMs: 5 },
    );
  }

  /** An INVITE of the provider to a URI. */
  function invite(peer: SipPeer, uri: string, to: string): void {
    const lines = [
      `INVITE ${uri} SIP/2.0`,
      `Via: ${peer.via()}`,
      "Max-Forwards: 70",
      "From: <sip:+4930123@provider.test>;tag=p1",
      `To: <${to}>`,
      `Call-ID: ${peer.port}-${to}@provider`,
      "CSeq: 1 INVITE",
      `Contact: <${peer.uri}>`,
      "Content-Type: application/sdp",
    ];
    peer.send(node.server.port, lines, testSdp(7_000));
  }

  it("given a registrar that challenges, when the switch starts, then it registers, and says so", async () => {
    await start();
    const request = await register();
    assert.match(request, new RegExp(`^REGISTER sip:127\\.0\\.0\\.9:${registrar.port} SIP/2\\.0\r\n`));
    assert.equal(headerOf(request, "To"), "<sip:line-4@127.0.0.9>");
    assert.equal(headerOf(request, "Expires"), "600");
    assert.match(headerOf(request, "Contact"), new RegExp(`^<sip:[0-9a-f]{32}@127\\.0\\.0\\.1:${node.server.port}>$`));
    assert.equal(node.metric("tandem_trunks", { state: "up" }), 1);
    assert.equal(node.metric("tandem_trunk_registrations_total", { result: "registered" }), 1);
  });

  it("given a binding, when the provider calls its Contact from anywhere, then the number in To is called, as by the trunk", async () => {
    await start();
    const alice = await node.phone("1001");
    const request = await register();
    const contact = /<([^>]+)>/.exec(headerOf(request, "Contact"))?.[1] ?? "";
    const media = cleanup.add(await SipPeer.start("127.0.0.10"), (one) => one.close());
    invite(media, contact, "sip:1001@provider.test");
    const { offer } = await alice.offered();
    assert.equal(offer?.get("from")?.includes("+4930123"), true);
    const stranger = cleanup.add(await SipPeer.start("127.0.0.11"), (one) => one.close());
    invite(stranger, `sip:1001@127.0.0.1:${node.server.port}`, "sip:1001@provider.test");
    await stranger.take("SIP/2.0 401");
    invite(stranger, contact.replace(/sip:[0-9a-f]{4}/, "sip:0000"), "sip:1001@provider.test");
    await stranger.take("SIP/2.0 401");
  });

  it("given a binding, when the registrar itself calls a number, then it is taken for the trunk; from another port it is not", async () => {
    await start();
    const alice = await node.phone("1001");
    await register();
    invite(registrar, `sip:1001@127.0.0.1:${node.server.port}`, "sip:1001@provider.test");
    await alice.offered();
    const neighbor = cleanup.add(await SipPeer.start("127.0.0.9"), (one) => one.close());
    invite(neighbor, `sip:1001@127.0.0.1:${node.server.port}`, "sip:1001@provider.test");
    await neighbor.take("SIP/2.0 401");
  });

  it("given a Service-Route, when a phone calls, then the INVITE goes by it", async () => {
    await start();
    const alice = await node.phone("1001");
    const proxy = cleanup.add(await SipPeer.start("127.0.0.12"), (one) => one.close());
    await register(`Service-Route: <sip:127.0.0.12:${proxy.port};lr>, <sip:inner.test;lr>`, "Service-Route: nonsense<");
    await alice.call("0900", { sdp: testSdp(4_000) });
    const request = await proxy.take("INVITE");
    assert.match(request, new RegExp(`^INVITE sip:0900@127\\.0\\.0\\.9:${registrar.port} `));
    assert.equal(headersOf(request, "Route").join(", "), `<sip:127.0.0.12:${proxy.port};lr>, <sip:inner.test;lr>`);
    assert.match(bodyOf(request), /^v=0/);
  });

  it("given an interval that is too brief, when the registrar says what it takes, then it is asked for that", async () => {
    await start();
    answer(await registrar.take("REGISTER"), "423 Interval Too Brief", ["Min-Expires: 1800"]);
    const second = await registrar.take("REGISTER");
    assert.equal(headerOf(second, "Expires"), "1800");
    answer(second, "200 OK", ["Expires: 1800"]);
    await inState("up");
  });

  it("given a registrar that refuses the credentials, when the switch has tried them once, then the trunk is unregistered, with the status", async () => {
    await start();
    answer(await registrar.take("REGISTER"), "401 Unauthorized", [CHALLENGE]);
    answer(await registrar.take("REGISTER"), "401 Unauthorized", [CHALLENGE.replace("n-1", "n-2")]);
    await inState("unregistered", "401");
    assert.equal(node.metric("tandem_trunk_registrations_total", { result: "refused" }), 1);
    assert.equal(registrar.received.length, 0);
  });

  it("given a binding, when call control is killed and started again, then it is the same binding, the trunk is up at once, and nothing is sent in the same moment", async () => {
    await start();
    const alice = await node.phone("1001");
    const request = await register();
    await node.killManager();
    await node.startManager();
    assert.deepEqual(
      node.manager.views.trunkStates().map(({ state }) => state),
      ["up"],
    );
    const contact = /<([^>]+)>/.exec(headerOf(request, "Contact"))?.[1] ?? "";
    invite(registrar, contact, "sip:1001@provider.test");
    await alice.offered();
    assert.deepEqual(
      registrar.received.filter((text) => text.startsWith("REGISTER")),
      [],
    );
  });

  it("given a binding, when the node goes down for good, then it unregisters with the same Contact and the nonce that it has", async () => {
    await start();
    const request = await register();
    const ended = node.manager.endCalls(2_000);
    const last = await registrar.take("REGISTER");
    assert.equal(headerOf(last, "Expires"), "0");
    assert.equal(headerOf(last, "Contact"), headerOf(request, "Contact"));
    assert.equal(headerOf(last, "Call-ID"), headerOf(request, "Call-ID"));
    assert.equal(checkedCredentials(headerOf(last, "Authorization"), "REGISTER", ACCOUNT).get("nc"), "00000002");
    const cseqs = [request, last].map((text) => Number(headerOf(text, "CSeq").split(" ")[0]));
    assert.equal(cseqs[1], (cseqs[0] ?? 0) + 1);
    answer(last, "200 OK");
    await ended;
  });

  it("given a secret that cannot be read, when the switch starts, then the trunk is down with that reason, and the others work", async () => {
    const secrets = {
      unseal: (): string => {
        throw Object.assign(new Error("wrong key"), { code: "secret-unreadable" });
      },
    };
    const profile = { ...TEST_PROFILE, kind: "trunk" } as const;
    const common = { addresses: [], prefixes: ["0"], profile, maxCalls: 10, transit: false };
    const peers: PeerSource[] = [
      { ...common, name: "provider", uri: `sip:127.0.0.9:${registrar.port}`, sealedPassword: "v1.x" },
      { ...common, name: "second", uri: `sip:127.0.0.10:${registrar.port}`, prefixes: ["1"] },
    ];
    node = cleanup.add(await SwitchFixture.start({ peers, secrets }), (one) => one.stop());
    const states = node.manager.views.trunkStates().map(({ name, state, reason }) => [name, state, reason]);
    assert.deepEqual(states, [
      ["provider", "down", "secret-unreadable"],
      ["second", "up", undefined],
    ]);
    assert.equal(node.metric("tandem_trunks", { state: "down" }), 1);
  });

  it("given a trunk that is asked, when it answers OPTIONS, then it is up; when nothing is there, it is down", async () => {
    await start({ registration: undefined, pingSeconds: 1 });
    await inState("unknown");
    const ping = await registrar.take("OPTIONS");
    assert.match(ping, new RegExp(`^OPTIONS sip:127\\.0\\.0\\.9:${registrar.port} `));
    answer(ping, "404 Not Found");
    await inState("up");
    answer(await registrar.take("OPTIONS"), "503 Service Unavailable");
    await inState("down", "503");
    answer(await registrar.take("OPTIONS"), "200 OK");
    await inState("up");
  });

  it("given a domain, when the switch registers and asks, then the address of record and From are of it", async () => {
    await start({ fromDomain: "tel.example", pingSeconds: 1 });
    const request = await register();
    assert.match(request, new RegExp(`^REGISTER sip:127\\.0\\.0\\.9:${registrar.port} SIP/2\\.0\r\n`));
    assert.equal(headerOf(request, "To"), "<sip:line-4@tel.example>");
    assert.match(headerOf(request, "From"), /^<sip:line-4@tel\.example>;tag=/);
    assert.match(headerOf(await registrar.take("OPTIONS"), "From"), /^<sip:ping@tel\.example>;tag=/);
  });
});
