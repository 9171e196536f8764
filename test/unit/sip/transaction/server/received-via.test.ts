import assert from "node:assert/strict";
import { parseVia, type Via } from "../../../../../src/sip/message/index.ts";
import { responseTarget, stampedVia, withReceived } from "../../../../../src/sip/transaction/server/received-via.ts";
import { FLOW, messageOf, requestText, TCP_FLOW } from "../transaction-fixture.ts";

function via(text: string): Via {
  const parsed = parseVia(text);
  assert.ok(parsed.ok);
  return parsed.value;
}

const HERE = "SIP/2.0/UDP 127.0.0.2:5070";

describe("topmost Via of a received request", () => {
  const cases: readonly (readonly [given: string, via: string, stamped: string | undefined])[] = [
    ["sent-by is the source", `${HERE};branch=z9hG4bKa`, undefined],
    [
      "sent-by is another address",
      "SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKa",
      "SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKa;received=127.0.0.2",
    ],
    [
      "sent-by is a name",
      "SIP/2.0/UDP phone.example.com;branch=z9hG4bKa",
      "SIP/2.0/UDP phone.example.com;branch=z9hG4bKa;received=127.0.0.2",
    ],
    ["rport is asked for", `${HERE};rport;branch=z9hG4bKa`, `${HERE};rport=5070;branch=z9hG4bKa;received=127.0.0.2`],
    [
      "rport is made up",
      `${HERE};branch=z9hG4bKa;rport=99;received=8.8.8.8`,
      `${HERE};branch=z9hG4bKa;rport=5070;received=127.0.0.2`,
    ],
    ["received is made up", `${HERE};received=8.8.8.8;branch=z9hG4bKa`, `${HERE};branch=z9hG4bKa`],
    ["both are right already", `${HERE};branch=z9hG4bKa;rport=5070;received=127.0.0.2`, undefined],
  ];
  for (const [given, text, stamped] of cases) {
    it(`given ${given}, when it is received, then it is ${stamped ?? "left as it is"}`, () => {
      assert.equal(stampedVia(via(text), FLOW), stamped);
    });
  }
  it("given a request with rport, when it is received, then only its topmost Via changes", () => {
    const text = requestText({ via: `${HERE};branch=z9hG4bKa;rport, SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKb` });
    const request = messageOf(text);
    const received = withReceived(request, via(request.get("via") ?? ""), FLOW);
    assert.equal(received.text, text.replace("rport,", "rport=5070;received=127.0.0.2,"));
  });
  it("given a request that needs nothing, when it is received, then it is the same message", () => {
    const request = messageOf(requestText());
    assert.equal(withReceived(request, via(request.get("via") ?? ""), FLOW), request);
  });
});

describe("destination of responses", () => {
  it("given UDP and a sent-by port, when answered, then it is the source address and that port", () => {
    const target = responseTarget(via("SIP/2.0/UDP 10.0.0.1:5088;branch=z9hG4bKa"), FLOW);
    assert.deepEqual(target, { protocol: "udp", address: "127.0.0.2", port: 5088, flowId: FLOW.id });
  });
  it("given UDP without a port, when answered, then it is 5060", () => {
    assert.equal(responseTarget(via("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa"), FLOW).port, 5060);
  });
  it("given UDP and rport, when answered, then it is the source port", () => {
    assert.equal(responseTarget(via("SIP/2.0/UDP 10.0.0.1:5088;branch=z9hG4bKa;rport"), FLOW).port, 5070);
  });
  it("given UDP and maddr, when answered, then it goes to the source all the same", () => {
    const target = responseTarget(via("SIP/2.0/UDP 10.0.0.1:5088;branch=z9hG4bKa;maddr=127.0.0.77"), FLOW);
    assert.deepEqual([target.address, target.port], ["127.0.0.2", 5088]);
  });
  it("given TCP, when answered, then it is the flow, and without it the sent-by port", () => {
    const target = responseTarget(via("SIP/2.0/TCP 10.0.0.1:5088;branch=z9hG4bKa;rport"), TCP_FLOW);
    assert.deepEqual(target, { protocol: "tcp", address: "127.0.0.2", port: 5088, flowId: TCP_FLOW.id });
  });
});
