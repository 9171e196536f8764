import assert from "node:assert/strict";
import { challengeHeaders, opaqueOf } from "../../../../src/call/auth/digest-challenge.ts";

describe("digest challenge", () => {
  const challenge = { realm: "tandem.test", nonce: "n", opaque: "o", stale: false };

  it("given one algorithm, when the challenge is made, then it is one field with qop auth", () => {
    assert.deepEqual(challengeHeaders(["MD5"], challenge), [
      ["WWW-Authenticate", 'Digest realm="tandem.test", nonce="n", opaque="o", algorithm=MD5, qop="auth"'],
    ]);
  });

  it("given several algorithms, when the challenge is made, then there is a field for each in the same order", () => {
    const algorithms = challengeHeaders(["SHA-256", "MD5"], challenge).map(
      ([, value]) => /algorithm=([^,]+)/.exec(value)?.[1],
    );
    assert.deepEqual(algorithms, ["SHA-256", "MD5"]);
  });

  it("given a stale nonce, when the challenge is made, then it says so", () => {
    const [[, value] = ["", ""]] = challengeHeaders(["MD5"], { ...challenge, stale: true });
    assert.match(value, /, stale=true$/);
  });

  it("given secret and realm, when the opaque value is made, then both matter and it is always the same", () => {
    assert.equal(opaqueOf("s", "r"), opaqueOf("s", "r"));
    assert.notEqual(opaqueOf("s", "r"), opaqueOf("t", "r"));
    assert.notEqual(opaqueOf("s", "r"), opaqueOf("s", "q"));
    assert.match(opaqueOf("s", "r"), /^[0-9a-f]{16}$/);
  });
});
