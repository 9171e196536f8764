import assert from "node:assert/strict";
import { computeHa1, digestHash } from "../../../src/common/index.ts";

describe("HA1", () => {
  const credentials = { user: "Mufasa", realm: "testrealm@host.com", password: "Circle Of Life" };

  it("given the credentials of RFC 2617 3.5, when HA1 is computed, then it is the hash of its three parts", () => {
    assert.deepEqual(computeHa1(["MD5"], credentials), { MD5: "939e7578ed9e3c518a452acee763bce9" });
  });

  it("given several algorithms, when HA1 is computed, then there is one for each and no other", () => {
    const ha1 = computeHa1(["SHA-256", "MD5"], credentials);
    assert.deepEqual(Object.keys(ha1), ["SHA-256", "MD5"]);
    assert.match(ha1["SHA-256"] ?? "", /^[0-9a-f]{64}$/);
  });

  it("given the empty text, when it is hashed, then the published values come out", () => {
    assert.equal(digestHash("MD5", ""), "d41d8cd98f00b204e9800998ecf8427e");
    assert.equal(digestHash("SHA-256", ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it("given characters beyond ASCII, when they are hashed, then as UTF-8", () => {
    assert.equal(digestHash("MD5", "é"), "66ddcd97cfdeabb2f6fb8a999b4bc76f");
  });
});
