import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { headerOf, headersOf, SipPeer } from "../../../support/sip-peer.ts";
import { StreamPeer } from "../../../support/stream-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const CONTACT = "sip:1001@10.0.0.5:5060;transport=tcp";
const FLOW_CONTACT = `<${CONTACT}>;+sip.instance="<urn:uuid:1>";reg-id=1`;

/** An edge whose application proxies everything to where it is to go, with a phone on TCP behind a NAT. */
describe("SipEdge: proxied flows", () => {
  let fixture: EdgeFixture;
  let application: WireClient;
  let phone: StreamPeer;
  let registrar: SipPeer;
  beforeEach(async () => {
    fixture = await EdgeFixture.start();
    application = await fixture.application("register", "invite", "options");
    phone = await StreamPeer.connect("tcp", "127.0.0.1", fixture.tcpPort);
    registrar = await SipPeer.start();
  });
  afterEach(async () => {
    phone.close();
    await registrar.close();
    await fixture.stop();
  });

  async function proxy(method: string, destination: string): Promise<void> {
    const { tokens } = await application.takeSip(method);
    const payload = `${randomUUID()}|proxy|${tokens[8]}|remainInDialog|||serial|||${destination}\r\n`;
    application.sendRaw(`${payload.length}#${payload}`);
  }

  function phoneRequest(method: string, cseq: number, lines: readonly string[], uri = registrar.uri): void {
    phone.send([
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/TCP 10.0.0.5;rport;branch=${phone.branch()}`,
      `CSeq: ${cseq} ${method}`,
      "Max-Forwards: 70",
      ...lines,
    ]);
  }

  /** Registers the phone through the edge; returns the Path. */
  async function path(contact = FLOW_CONTACT, supported = "path, outbound"): Promise<string> {
    const identity = ["From: <sip:1001@a>;tag=r", "To: <sip:1001@a>", `Call-ID: ${randomUUID()}`];
    phoneRequest("REGISTER", 1, [...identity, `Contact: ${contact}`, `Supported: ${supported}`]);
    await proxy("REGISTER", registrar.uri);
    const request = await registrar.take("REGISTER");
    registrar.respond(fixture.sipPort, request, "200 OK", "registrar", [`Contact: ${contact};expires=600`]);
    await phone.take("SIP/2.0 200");
    return headerOf(request, "Path");
  }

  /** A request of the registrar to the phone. */
  function towards(method: string, cseq: number, routes: readonly string[], toTag = ""): void {
    registrar.send(fixture.sipPort, [
      `${method} ${CONTACT} SIP/2.0`,
      `Via: ${registrar.via()}`,
      "From: <sip:1002@a>;tag=caller",
      `To: <sip:1001@a>${toTag}`,
      "Call-ID: to-the-phone",
      `CSeq: ${cseq} ${method}`,
      `Contact: <${registrar.uri}>`,
      "Max-Forwards: 70",
      ...routes.map((route) => `Route: ${route}`),
    ]);
  }

  it("given a phone that wants flows, when it registers, then Path names its flow and says so", async () => {
    assert.match(await path(), new RegExp(`^<sip:[\\w-]+\\.[0-9a-f]+@127\\.0\\.0\\.1:${fixture.sipPort};lr;ob>$`));
  });

  it("given a phone that does not, or a proxy before us, when it registers, then Path does not say so", async () => {
    assert.match(await path(`<${CONTACT}>`), /^<sip:[\w-]+\.[0-9a-f]+@127\.0\.0\.1:\d+;lr>$/);
    assert.match(await path(FLOW_CONTACT, "path"), /;lr>$/);
    const identity = [
      "From: <sip:1001@a>;tag=r",
      "To: <sip:1001@a>",
      "Call-ID: passed-on",
      "Supported: path, outbound",
    ];
    phoneRequest("REGISTER", 1, ["Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKa", ...identity, `Contact: ${FLOW_CONTACT}`]);
    await proxy("REGISTER", registrar.uri);
    assert.equal(headerOf(await registrar.take("REGISTER"), "Path"), `<sip:127.0.0.1:${fixture.sipPort};lr>`);
  });

  it("given the Path, when a call comes by it, then it and all of its dialog go over the phone's connection", async () => {
    towards("INVITE", 1, [await path()]);
    await proxy("INVITE", CONTACT);
    const invite = await phone.take("INVITE");
    assert.deepEqual(headersOf(invite, "Route"), []);
    phone.respond(invite, "200 OK", [`Contact: <${CONTACT}>`]);
    const ok = await registrar.take("SIP/2.0 200");
    const routes = headersOf(ok, "Record-Route");
    towards("ACK", 1, [...routes].reverse(), ";tag=peer");
    await phone.take("ACK");
    towards("INFO", 2, [...routes].reverse(), ";tag=peer");
    phone.respond(await phone.take("INFO"), "200 OK");
    await registrar.take("SIP/2.0 200");
    const identity = [`From: ${headerOf(ok, "To")}`, `To: ${headerOf(ok, "From")}`, "Call-ID: to-the-phone"];
    phoneRequest("BYE", 7, [...routes.map((route) => `Route: ${route}`), ...identity]);
    registrar.respond(fixture.sipPort, await registrar.take("BYE"), "200 OK", "");
    await phone.take("SIP/2.0 200");
  });

  it("given a phone that calls, when the other end hangs up by the route set, then the BYE goes over its connection", async () => {
    const identity = ["From: <sip:1001@a>;tag=phone", "To: <sip:1002@a>", "Call-ID: from-the-phone"];
    phoneRequest("INVITE", 1, [...identity, `Contact: <${CONTACT}>`]);
    await proxy("INVITE", registrar.uri);
    const invite = await registrar.take("INVITE");
    registrar.respond(fixture.sipPort, invite, "200 OK", "callee", [`Contact: <${registrar.uri}>`]);
    const ok = await phone.take("SIP/2.0 200");
    registrar.send(fixture.sipPort, [
      `BYE ${CONTACT} SIP/2.0`,
      `Via: ${registrar.via()}`,
      `From: ${headerOf(ok, "To")}`,
      `To: ${headerOf(ok, "From")}`,
      "Call-ID: from-the-phone",
      "CSeq: 1 BYE",
      "Max-Forwards: 70",
      ...headersOf(invite, "Record-Route").map((route) => `Route: ${route}`),
    ]);
    phone.respond(await phone.take("BYE"), "200 OK");
    await registrar.take("SIP/2.0 200");
  });

  it("given the connection is gone, when a call comes by the Path, then 430 at once without the application", async () => {
    const route = await path();
    phone.close();
    await eventually(() => assert.equal(fixture.gauge("tandem_sip_connections"), 0), { timeoutMs: 2_000 });
    towards("INVITE", 1, [route]);
    assert.match(await registrar.take("SIP/2.0 4"), /^SIP\/2\.0 430 Flow Failed\r\n/);
    assert.deepEqual(
      application.frames.filter(({ text }) => text.startsWith("INVITE")),
      [],
    );
  });

  it("given a Path that is not ours, when a call comes by it, then 403", async () => {
    const route = await path();
    towards("OPTIONS", 1, [route.replace(/.@/, (end) => (end === "0@" ? "1@" : "0@"))]);
    assert.match(await registrar.take("SIP/2.0 4"), /^SIP\/2\.0 403 /);
  });
});
