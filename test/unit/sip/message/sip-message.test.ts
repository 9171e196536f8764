import assert from "node:assert/strict";
import { parseSipMessage } from "../../../../src/sip/message/index.ts";
import { invite, textOf, valueOf } from "./messages.ts";

const response = (headers = {}) => valueOf(parseSipMessage(textOf("SIP/2.0 180 Ringing", headers)));

describe("SipMessage", () => {
  it("given a request, when looked at, then it has method and URI and no status", () => {
    const { kind, method, uri, status, reason, version } = invite();
    assert.deepEqual(
      [kind, method, uri, status, reason, version],
      ["request", "INVITE", "sip:1002@example.com", 0, "", "SIP/2.0"],
    );
  });
  it("given a response, when looked at, then it has a status, and its method is that of CSeq", () => {
    const { kind, method, uri, status, reason } = response();
    assert.deepEqual([kind, method, uri, status, reason], ["response", "INVITE", "", 180, "Ringing"]);
  });
  it("given a response without a valid CSeq, when its method is asked for, then it is empty", () => {
    assert.deepEqual([response({ CSeq: "x" }).method, response({ CSeq: undefined }).method], ["", ""]);
  });
  it("given a header in any case, when got by its canonical name, then its value is trimmed", () => {
    assert.equal(invite({ sUBJECT: " \t hello \t" }).get("subject"), "hello");
    assert.equal(invite({ "X-AZ": "1" }).get("x-az"), "1");
  });
  it("given compact forms in both cases, when got by their long names, then they are found", () => {
    const message = invite({ s: "hello", K: "timer" });
    assert.deepEqual([message.get("subject"), message.get("supported")], ["hello", "timer"]);
  });
  it("given another spelling of the name asked for, when got, then it is found too", () => {
    assert.deepEqual([invite({ Subject: "x" }).get("S"), invite().get("Call-ID")], ["x", invite().get("call-id")]);
  });
  it("given white space before the colon, when got, then the value begins behind it", () => {
    assert.equal(invite({ "Subject \t": "x" }).get("subject"), "x");
  });
  it("given a name that begins with another, when got, then they are not confused", () => {
    assert.equal(invite({ "To-Me": "x" }).get("to"), "<sip:1002@example.com>");
    assert.equal(invite({ Subjects: "x" }).get("subject"), undefined);
  });
  it("given a one-letter name that is no compact form, when got, then it is found by itself", () => {
    assert.equal(invite({ z: "1" }).get("z"), "1");
  });
  it("given a header without a value, when got, then it is empty; a missing one is undefined", () => {
    assert.deepEqual([invite({ Subject: "" }).get("subject"), invite().get("subject")], ["", undefined]);
  });
  it("given folds with white space around them, when got, then each is one space (RFC 3261 7.3.1)", () => {
    const message = invite({ Subject: "\r\n I know \t\r\n\t  you're there,\r\n  \r\n pick up \r\n " });
    assert.equal(message.get("subject"), "I know you're there, pick up");
  });
  it("given several headers of one name, when all are got, then they come in order, lists not split", () => {
    const message = invite({ Route: ["<sip:a>, <sip:b>", "<sip:c>"] });
    assert.deepEqual(message.getAll("route"), ["<sip:a>, <sip:b>", "<sip:c>"]);
    assert.equal(message.get("route"), "<sip:a>, <sip:b>");
    assert.deepEqual(message.getAll("path"), []);
  });
  it("given a header, when asked whether it is there, then it is", () => {
    assert.deepEqual([invite({ f: "x" }).has("from"), invite().has("expires")], [true, false]);
  });
  it("given headers, when listed, then each has its canonical and its written name", () => {
    const message = valueOf(parseSipMessage("SIP/2.0 200 OK\r\nV : a\r\nX-Odd!:\r\n b\r\n\r\n"));
    assert.deepEqual(message.fields, [
      { name: "via", rawName: "V", value: "a" },
      { name: "x-odd!", rawName: "X-Odd!", value: "b" },
    ]);
    assert.equal(message.fields, message.fields);
  });
  it("given a body of any octets, when looked at, then it is the same", () => {
    const octets = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");
    assert.equal(invite({ "Content-Length": "256" }, octets).body, octets);
  });
});
