import assert from "node:assert/strict";
import { computeHa1 } from "../../../../src/common/index.ts";
import { digestResponse } from "../../../../src/call/auth/digest-response.ts";

describe("digest response", () => {
  it("given the example of RFC 2617 3.5, when it is computed, then it is the response printed there", () => {
    const ha1 = computeHa1(["MD5"], { user: "Mufasa", realm: "testrealm@host.com", password: "Circle Of Life" });
    const response = digestResponse("MD5", ha1.MD5 ?? "", {
      method: "GET",
      uri: "/dir/index.html",
      nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
      qop: { name: "auth", count: "00000001", cnonce: "0a4f113b" },
    });
    assert.equal(response, "6629fae49393a05397450978507c4ef1");
  });

  for (const [algorithm, expected] of [
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ] as const) {
    it(`given the ${algorithm} example of RFC 7616 3.9.1, when it is computed, then it is the response printed there`, () => {
      const credentials = { user: "Mufasa", realm: "http-auth@example.org", password: "Circle of Life" };
      const ha1 = computeHa1([algorithm], credentials)[algorithm] ?? "";
      const response = digestResponse(algorithm, ha1, {
        method: "GET",
        uri: "/dir/index.html",
        nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        qop: { name: "auth", count: "00000001", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" },
      });
      assert.equal(response, expected);
    });
  }

  it("given what SIPp 3.6.1 sent, when it is computed, then it is the response of SIPp", () => {
    const ha1 = computeHa1(["MD5"], { user: "1001", realm: "tandem", password: "demo-1001" });
    const response = digestResponse("MD5", ha1.MD5 ?? "", {
      method: "INVITE",
      uri: "sip:127.0.0.1:15999",
      nonce: "abd",
      qop: { name: "auth", count: "00000001", cnonce: "6b8b4567" },
    });
    assert.equal(response, "0a5943e905a005f45a9c3b2f12c8aa47");
  });

  it("given no qop, when it is computed, then as RFC 2069 has it (example of 2.4, as corrected by its erratum)", () => {
    const ha1 = computeHa1(["MD5"], { user: "Mufasa", realm: "testrealm@host.com", password: "CircleOfLife" });
    const response = digestResponse("MD5", ha1.MD5 ?? "", {
      method: "GET",
      uri: "/dir/index.html",
      nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
    });
    assert.equal(response, "1949323746fe6a43ef61f9606e7febea");
  });
});
