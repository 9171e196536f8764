import assert from "node:assert/strict";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { headerOf, bodyOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const METHODS = ["OPTIONS", "MESSAGE", "PUBLISH", "INFO", "NOTIFY", "REFER"] as const;

describe("SipEdge: requests outside dialogs", () => {
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;

  beforeEach(async () => {
    fixture = await EdgeFixture.start();
    peer = await SipPeer.start();
    application = await fixture.application();
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  function send(method: string, contentType = "text/plain"): void {
    peer.send(
      fixture.sipPort,
      [
        `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${peer.via()}`,
        `From: <${peer.uri}>;tag=from`,
        "To: <sip:1002@127.0.0.1>",
        "Call-ID: single",
        `CSeq: 1 ${method}`,
        `Contact: <${peer.uri}>`,
        "Max-Forwards: 70",
        `Content-Type: ${contentType}`,
      ],
      "hello",
    );
  }

  for (const method of METHODS) {
    it(`given a ${method}, when an application takes it, then it answers, with the tag and body it likes`, async () => {
      await application.ask(`route|${method.toLowerCase()}`);
      send(method);
      const { tokens, text } = await application.takeSip(method);
      assert.equal(bodyOf(text), "hello");
      assert.equal(tokens[9], "");
      assert.equal(tokens[11], String(fixture.sipPort));
      const lines = "To: <sip:1002@127.0.0.1>;tag=mine\r\nContent-Type: text/plain\r\nRefer-Sub: false\r\n";
      const echo = await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n${lines}\r\nthere`);
      const ok = await peer.take("SIP/2.0 200");
      assert.equal(echo.text, ok);
      assert.equal(headerOf(ok, "To"), "<sip:1002@127.0.0.1>;tag=mine");
      assert.equal(headerOf(ok, "Contact"), "");
      assert.equal(bodyOf(ok), "there");
      assert.equal(echo.tokens[3], "");
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
      assert.equal(fixture.gauge("tandem_sip_pending_requests"), 0);
    });

    it(`given a ${method} of an application, when it is answered, then the answer comes back outside a dialog`, async () => {
      const body = "Content-Type: text/plain\r\n\r\nhello";
      const reply = await application.ask(`sip||\r\n${method} ${peer.uri} SIP/2.0\r\nRefer-Sub: false\r\n${body}`);
      const request = await peer.take(method);
      assert.equal(bodyOf(request), "hello");
      assert.equal(reply.text, request);
      peer.respond(fixture.sipPort, request, "200 OK", "peer", ["Refer-Sub: false"]);
      const { tokens } = await application.takeSip("SIP/2.0 200");
      assert.equal(tokens[8], reply.tokens[7]);
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
      assert.equal(fixture.gauge("tandem_sip_open_requests"), 0);
    });
  }

  for (const [method, status] of [
    ["MESSAGE", 503],
    ["INFO", 481],
    ["BYE", 481],
    ["UPDATE", 481],
    ["PRACK", 481],
  ] as const) {
    it(`given a ${method} that no application takes, when it comes, then ${status}`, async () => {
      for (const command of ["route", "remove_route"]) await application.ask(`${command}|${method.toLowerCase()}`);
      send(method);
      await peer.take(`SIP/2.0 ${status}`);
    });
  }

  for (const [why, contentType] of [
    ["two Content-Types", "text/plain\r\nc: application/sdp"],
    ["a Content-Type of more than 1,024 octets", `multipart/${";boundary=".repeat(110)}\r\n x`],
  ] as const) {
    it(`given a MESSAGE with ${why}, when it comes, then 400 and no application gets it`, async () => {
      await application.ask("route|message");
      send("MESSAGE", contentType);
      await peer.take("SIP/2.0 400");
      send("MESSAGE");
      assert.match((await application.takeSip("MESSAGE")).text, /\r\nContent-Type: text\/plain\r\n/);
    });
  }
});
