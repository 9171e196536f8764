import assert from "node:assert/strict";
import { statelessResponse } from "../../../../../src/sip/transaction/server/stateless-response.ts";
import { messageOf, requestText } from "../transaction-fixture.ts";

describe("statelessResponse", () => {
  it("given a whole request, when answered, then its headers are echoed and To gets a tag", () => {
    const text = statelessResponse(messageOf(requestText()), "salt", {
      status: 503,
      extraFields: [["Retry-After", "5"]],
    });
    const response = messageOf(text ?? "");
    assert.equal(text?.split("\r\n", 1)[0], "SIP/2.0 503 Service Unavailable");
    assert.deepEqual(response.getAll("via"), ["SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKone"]);
    assert.match(response.get("to") ?? "", /^<sip:1001@127\.0\.0\.1>;tag=[0-9a-f]{8}$/);
    assert.equal(response.get("from"), "<sip:a@127.0.0.2>;tag=f1");
    assert.equal(response.get("call-id"), "call-1");
    assert.equal(response.get("cseq"), "1 INVITE");
    assert.equal(response.get("retry-after"), "5");
  });
  it("given the same request twice, when answered, then the tag is the same; with another salt it is not", () => {
    const tag = (salt: string): string | undefined => {
      return messageOf(statelessResponse(messageOf(requestText()), salt, { status: 400 }) ?? "").get("to");
    };
    assert.equal(tag("one"), tag("one"));
    assert.notEqual(tag("one"), tag("two"));
  });
  it("given a To tag, when answered, then it stays", () => {
    const text = statelessResponse(messageOf(requestText({ toTag: "mine" })), "salt", { status: 481 }) ?? "";
    assert.equal(messageOf(text).get("to"), "<sip:1001@127.0.0.1>;tag=mine");
  });
  it("given a request with several Vias, when answered, then all are echoed in order", () => {
    const text = requestText({ extra: "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKb\r\n" });
    const response = messageOf(statelessResponse(messageOf(text), "salt", { status: 400 }) ?? "");
    assert.equal(response.getAll("via").length, 2);
  });
  it("given a request without Call-ID, From and To, when answered, then what is there is echoed", () => {
    const request = messageOf("OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2;branch=z9hG4bKx\r\n\r\n");
    assert.equal(
      statelessResponse(request, "salt", { status: 400, detail: "from missing" }),
      "SIP/2.0 400 Bad Request (from missing)\r\nVia: SIP/2.0/UDP 127.0.0.2;branch=z9hG4bKx\r\nContent-Length: 0\r\n\r\n",
    );
  });
  it("given no Via, when answered, then there is no response", () => {
    const request = messageOf("OPTIONS sip:a@b SIP/2.0\r\nCall-ID: x\r\n\r\n");
    assert.equal(statelessResponse(request, "salt", { status: 400 }), undefined);
  });
  it("given a detail with octets that do not belong into a phrase, when answered, then they are replaced", () => {
    const text = statelessResponse(messageOf(requestText()), "salt", { status: 400, detail: "a\r\nb\xff" });
    assert.equal(text?.split("\r\n", 1)[0], "SIP/2.0 400 Bad Request (a??b?)");
  });
});
