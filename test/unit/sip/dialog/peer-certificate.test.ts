import assert from "node:assert/strict";
import { withPeerCertificate } from "../../../../src/sip/dialog/peer-certificate.ts";
import { FLOW, messageOf, requestText, TCP_FLOW } from "../transaction/transaction-fixture.ts";

const PROVEN = { ...TCP_FLOW, protocol: "tls", certificateNames: ["gw.example.org", "example.org"] } as const;
const CLAIMS = "X-Tandem-Peer-Certificate: a.example\r\nx-TANDEM-peer-certificate :\r\n b.example,\r\n\tc.example\r\n";

describe("the peer's certificate in what applications get", () => {
  it("given no certificate and no claim, when delivered, then the text is as it came", () => {
    assert.equal(withPeerCertificate(messageOf(requestText()), FLOW), requestText());
  });
  it("given claims of the network, when delivered, then they are gone and nothing else", () => {
    assert.equal(withPeerCertificate(messageOf(requestText({ extra: CLAIMS })), FLOW), requestText());
  });
  it("given a certificate and claims, when delivered, then only the certificate's names are told", () => {
    const told = messageOf(withPeerCertificate(messageOf(requestText({ extra: CLAIMS })), PROVEN));
    assert.deepEqual(told.getAll("x-tandem-peer-certificate"), ["gw.example.org, example.org"]);
    assert.equal(told.get("content-length"), "0");
  });
  it("given the field in a body, when delivered, then the body stays", () => {
    const body = `\r\n${CLAIMS}`;
    const text = requestText({ extra: CLAIMS }).replace("Content-Length: 0", `Content-Length: ${body.length}`) + body;
    assert.equal(messageOf(withPeerCertificate(messageOf(text), FLOW)).body, body);
  });
});
