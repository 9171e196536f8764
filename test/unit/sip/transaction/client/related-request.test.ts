import assert from "node:assert/strict";
import { ackOf, cancelOf } from "../../../../../src/sip/transaction/client/related-request.ts";
import { messageOf, requestText, responseText } from "../transaction-fixture.ts";

const INVITE = requestText({
  via: "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKmine, SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKother",
  cseq: 7,
  extra: "Route: <sip:p1.example;lr>\r\nRoute: <sip:p2.example;lr>\r\nRequire: 100rel\r\nProxy-Require: x\r\n",
});

describe("cancelOf", () => {
  it("given an INVITE, when cancelled, then the CANCEL has its identity, its topmost Via and its Route", () => {
    assert.equal(
      cancelOf(messageOf(INVITE), [["Reason", "SIP;cause=200"]]),
      "CANCEL sip:1001@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKmine\r\n" +
        "Route: <sip:p1.example;lr>\r\nRoute: <sip:p2.example;lr>\r\nMax-Forwards: 70\r\n" +
        "From: <sip:a@127.0.0.2>;tag=f1\r\nTo: <sip:1001@127.0.0.1>\r\nCall-ID: call-1\r\nCSeq: 7 CANCEL\r\n" +
        "Reason: SIP;cause=200\r\nContent-Length: 0\r\n\r\n",
    );
  });
  it("given a field with CR LF, when cancelled, then it throws", () => {
    assert.throws(() => cancelOf(messageOf(INVITE), [["Reason", "x\r\nVia: y"]]), { code: "invalid-header" });
  });
});

describe("ackOf", () => {
  it("given a failure, when acknowledged, then the ACK has the branch of the INVITE and To of the response", () => {
    const ack = messageOf(ackOf(messageOf(INVITE), messageOf(responseText(INVITE, 486, "theirs"))));
    assert.equal(ack.method, "ACK");
    assert.equal(ack.uri, "sip:1001@127.0.0.1");
    assert.deepEqual(ack.getAll("via"), ["SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKmine"]);
    assert.deepEqual(ack.getAll("route"), ["<sip:p1.example;lr>", "<sip:p2.example;lr>"]);
    assert.equal(ack.get("to"), "<sip:1001@127.0.0.1>;tag=theirs");
    assert.equal(ack.get("cseq"), "7 ACK");
    assert.equal(ack.has("require"), false);
  });
});
