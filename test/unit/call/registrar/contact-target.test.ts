import assert from "node:assert/strict";
import { parseUri } from "../../../../src/sip/message/index.ts";
import { targetOf, type ContactOrigin } from "../../../../src/call/registrar/contact-target.ts";

function target(uriText: string, protocol: string, viaHost?: string, address = "192.0.2.7"): object {
  const uri = parseUri(uriText);
  assert.ok(uri.ok);
  const source = { protocol, address, port: 40_112 };
  const origin: ContactOrigin = { source, ...(viaHost === undefined ? {} : { viaHost }) };
  return targetOf(uriText, uri.value, origin);
}

describe("target of a contact", () => {
  const FLOW = { udp: "sip:192.0.2.7:40112;transport=udp", tcp: "sip:192.0.2.7:40112;transport=tcp" };

  it("given UDP and a contact at the source address, when it is asked for, then requests go to the contact", () => {
    assert.deepEqual(target("sip:a@192.0.2.7:5060", "udp"), { targetUri: "sip:a@192.0.2.7:5060" });
  });

  it("given TCP and a contact at the source address, when it is asked for, then requests go over the connection", () => {
    const contact = "sip:a@192.0.2.7:5060;transport=tcp";
    assert.deepEqual(target(contact, "tcp", "192.0.2.7"), { targetUri: contact, proxyUri: FLOW.tcp });
  });

  it("given a phone behind NAT, when it is asked for, then requests go where the REGISTER came from", () => {
    const contact = "sip:a@10.0.0.5:5060";
    assert.deepEqual(target(contact, "udp", "10.0.0.5"), { targetUri: contact, proxyUri: FLOW.udp });
    assert.deepEqual(target(contact, "udp"), { targetUri: contact, proxyUri: FLOW.udp });
  });

  it("given a sender that knows its address, when it registers another place, then requests go to that place", () => {
    const contact = "sip:a@198.51.100.9:5060";
    assert.deepEqual(target(contact, "udp", "192.0.2.7"), { targetUri: contact });
    assert.deepEqual(target(contact, "tcp", "192.0.2.7"), { targetUri: contact });
  });

  it("given a contact with a host name, when it is asked for, then requests go where the REGISTER came from", () => {
    const contact = "sip:a@phone.local";
    assert.deepEqual(target(contact, "udp", "192.0.2.7"), { targetUri: contact, proxyUri: FLOW.udp });
  });

  it("given a browser's contact, when it is asked for, then requests go over its WebSocket", () => {
    const contact = "sip:a@x1y2z3.invalid;transport=ws";
    const proxyUri = "sip:192.0.2.7:40112;transport=wss";
    assert.deepEqual(target(contact, "wss", "x1y2z3.invalid"), { targetUri: contact, proxyUri });
  });

  it("given IPv6, when it is asked for, then spellings do not matter and the flow has brackets", () => {
    const contact = "sip:a@[2001:db8:0::7]";
    assert.deepEqual(target(contact, "udp", undefined, "2001:db8::7"), { targetUri: contact });
    assert.deepEqual(target("sip:a@[fd00::1]", "tcp", undefined, "2001:db8::7"), {
      targetUri: "sip:a@[fd00::1]",
      proxyUri: "sip:[2001:db8::7]:40112;transport=tcp",
    });
  });

  it("given headers and a method in the contact, when it is asked for, then the Request-URI has neither", () => {
    assert.deepEqual(target("sip:a@192.0.2.7;method=INVITE;x=1?subject=y", "udp"), {
      targetUri: "sip:a@192.0.2.7;x=1",
    });
  });

  describe("with a flow that the edge has named", () => {
    const flow = "dGNwfDF8MQ.0123456789abcdef0123";
    const named = (uriText: string, protocol: string, isOutbound = false, token = flow): object => {
      const uri = parseUri(uriText);
      assert.ok(uri.ok);
      const source = { protocol, address: "192.0.2.7", port: 40_112 };
      return targetOf(uriText, uri.value, { source, flow: token }, isOutbound);
    };
    const proxyUri = `sip:${flow}@192.0.2.7:40112;transport=tcp`;

    it("given a phone on TCP that listens, when it is asked for, then its flow, and that it can be dialled", () => {
      const targetUri = "sip:a@192.0.2.7:5060;transport=tcp";
      assert.deepEqual(named(targetUri, "tcp"), { targetUri, proxyUri, isDialable: true });
      assert.deepEqual(named(targetUri, "tcp", true), { targetUri, proxyUri });
    });

    it("given the port of the connection or another address, when it is asked for, then only its flow", () => {
      for (const targetUri of ["sip:a@192.0.2.7:40112;transport=tcp", "sip:a@10.0.0.5;transport=tcp"]) {
        assert.deepEqual(named(targetUri, "tcp"), { targetUri, proxyUri });
      }
    });

    it("given UDP without NAT, when it is asked for, then its flow only where flows count", () => {
      const targetUri = "sip:a@192.0.2.7:40112";
      assert.deepEqual(named(targetUri, "udp"), { targetUri });
      assert.deepEqual(named(targetUri, "udp", true), { targetUri, proxyUri: proxyUri.replace("tcp", "udp") });
    });

    it("given what is no name of a flow, when it is asked for, then it is left out", () => {
      const targetUri = "sip:a@10.0.0.5;transport=tcp";
      assert.deepEqual(named(targetUri, "tcp", false, "x@evil.example;"), { targetUri, proxyUri: FLOW.tcp });
    });
  });
});
