import assert from "node:assert/strict";
import { parseUri } from "../../../../../src/sip/message/uri/uri.ts";
import { valueOf } from "../messages.ts";

describe("parseUri", () => {
  it("given every part, when parsed, then each is found", () => {
    const uri = valueOf(parseUri("SIPS:alice:secret@example.com:5061;transport=tcp;lr?subject=hi&priority=urgent"));
    assert.deepEqual(uri, {
      scheme: "sips",
      user: "alice",
      password: "secret",
      host: "example.com",
      port: 5061,
      params: new Map([
        ["transport", "tcp"],
        ["lr", undefined],
      ]),
      headers: "subject=hi&priority=urgent",
      opaque: undefined,
    });
  });
  it("given only a host, when parsed, then there is no user", () => {
    const { user, host, port } = valueOf(parseUri("sip:example.com"));
    assert.deepEqual({ user, host, port }, { user: undefined, host: "example.com", port: undefined });
  });
  it("given separators in the user part, when parsed, then they belong to it (RFC 4475 3.1.1.9)", () => {
    const uri = valueOf(parseUri("sip:user;par=u%40example.net@example.com"));
    assert.deepEqual([uri.user, uri.host, uri.params.size], ["user;par=u%40example.net", "example.com", 0]);
  });
  it("given a question mark in the user part, when parsed, then it begins no headers", () => {
    const uri = valueOf(parseUri("sip:what?ever@example.com"));
    assert.deepEqual([uri.user, uri.headers], ["what?ever", undefined]);
  });
  it("given escapes in parameters, when parsed, then they are resolved once (RFC 4475 3.1.1.3)", () => {
    const { params } = valueOf(parseUri("sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31"));
    assert.deepEqual(
      [...params],
      [
        ["lr", undefined],
        ["name", "value%41"],
      ],
    );
  });
  it("given an equals sign only in a later parameter, when parsed, then the earlier one has no value", () => {
    assert.deepEqual([...valueOf(parseUri("sip:h;ob;x=1;lr;y=2")).params.keys()], ["ob", "x", "lr", "y"]);
  });
  it("given an equals sign only in the headers, when parsed, then the parameter has no value", () => {
    const uri = valueOf(parseUri("sip:h;ob?a=b"));
    assert.deepEqual([[...uri.params], uri.headers], [[["ob", undefined]], "a=b"]);
  });
  it("given a hash that a phone did not escape, when parsed, then the user part has it", () => {
    assert.equal(valueOf(parseUri("sip:*72#@example.com")).user, "*72#");
  });
  it("given a tel URI, when parsed, then its number is the user and it has no host", () => {
    const uri = valueOf(parseUri("tel:+358-555-1234567;phone-context=example.com"));
    assert.deepEqual([uri.user, uri.host, uri.params.get("phone-context")], ["+358-555-1234567", "", "example.com"]);
  });
  it("given another scheme, when parsed, then the rest is opaque", () => {
    const uri = valueOf(parseUri("soap.beep://192.0.2.103:3002"));
    assert.deepEqual([uri.scheme, uri.opaque, uri.host], ["soap.beep", "//192.0.2.103:3002", ""]);
  });
  for (const [text, why] of [
    ["", "empty"],
    ["example.com", "no scheme"],
    ["<sip:a@b>", "brackets"],
    [":a", "empty scheme"],
    ["sip:", "no host"],
    ["sip:@example.com", "empty user"],
    ["sip:a@", "no host behind @"],
    ["sip:a@b@c", "two @"],
    ["sip:a b@c", "space"],
    ["sip:%zz@c", "bad escape"],
    ["sip:a:%4@c", "bad escape in the password"],
    ["sip:a:<b@c", "bracket at the start of the password"],
    ["sip:a:p@ss@c", "@ in the password"],
    ["sip:a@b;", "empty parameter"],
    ["sip:a@b;=x", "parameter without name"],
    ["sip:a@b;x=", "parameter without value"],
    ["sip:a@b;x=1;X=2", "parameter twice"],
    ["sip:a@b;x=%4", "bad escape in a parameter"],
    ["sip:a@b?", "empty headers"],
    ["sip:a@b?x=<y>", "bracket in headers"],
    ["sip:a@b x", "text behind"],
    ["sip:a@b:5060x", "text behind the port"],
    ["sip:2001:db8::10", "IPv6 without brackets"],
    ["tel:", "no number"],
    ["tel:abc-xyz", "no number"],
    ["http://a b", "space"],
    ["http:", "nothing behind the scheme"],
  ] as const) {
    it(`given ${JSON.stringify(text)} (${why}), when parsed, then it is refused`, () => {
      assert.equal(parseUri(text).ok, false);
    });
  }
});
