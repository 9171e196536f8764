import assert from "node:assert/strict";
import { withEdgeFields } from "../../../../src/sip/dialog/edge-fields.ts";
import type { SipMessage } from "../../../../src/sip/message/index.ts";
import type { Flow } from "../../../../src/sip/transport/index.ts";
import { FLOW, messageOf, requestText, TCP_FLOW } from "../transaction/transaction-fixture.ts";

const PROVEN = { ...TCP_FLOW, protocol: "tls", certificateNames: ["gw.example.org", "example.org"] } as const;
const CLAIMS = "X-Tandem-Peer-Certificate: a.example\r\nx-TANDEM-peer-certificate :\r\n b.example,\r\n\tc.example\r\n";
const FLOW_CLAIM = "X-Tandem-Flow: another.phone\r\n";
const TOKENS = { tokenOf: ({ id }: Pick<Flow, "id">) => `token-of-${id.replaceAll("|", "-")}` };

const told = (request: SipMessage, flow: Flow): string => withEdgeFields(request, flow, TOKENS);

describe("what the edge adds to what applications get", () => {
  it("given no certificate and no claim, when delivered, then the text is as it came", () => {
    assert.equal(told(messageOf(requestText()), FLOW), requestText());
  });
  it("given claims of the network, when delivered, then they are gone and nothing else", () => {
    assert.equal(told(messageOf(requestText({ extra: CLAIMS + FLOW_CLAIM })), FLOW), requestText());
  });
  it("given a certificate and claims, when delivered, then only the certificate's names are told", () => {
    const delivered = messageOf(told(messageOf(requestText({ extra: CLAIMS })), PROVEN));
    assert.deepEqual(delivered.getAll("x-tandem-peer-certificate"), ["gw.example.org, example.org"]);
    assert.equal(delivered.get("content-length"), "0");
  });
  it("given the field in a body, when delivered, then the body stays", () => {
    const body = `\r\n${CLAIMS}`;
    const text = requestText({ extra: CLAIMS }).replace("Content-Length: 0", `Content-Length: ${body.length}`) + body;
    assert.equal(messageOf(told(messageOf(text), FLOW)).body, body);
  });
  it("given a REGISTER that names another flow, when delivered, then it has the token of its own", () => {
    const request = messageOf(requestText({ method: "REGISTER", extra: FLOW_CLAIM }));
    assert.deepEqual(messageOf(told(request, TCP_FLOW)).getAll("x-tandem-flow"), [TOKENS.tokenOf(TCP_FLOW)]);
  });
});
