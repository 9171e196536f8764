import assert from "node:assert/strict";
import { readCredentials } from "../../../../src/call/auth/digest-credentials.ts";

const RESPONSE = "0123456789abcdef0123456789abcdef";

/** An Authorization value; `undefined` leaves a parameter out. */
function authorization(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const params = {
    username: '"alice"',
    realm: '"r"',
    nonce: '"n"',
    uri: '"sip:r"',
    response: `"${RESPONSE}"`,
    qop: "auth",
    nc: "00000001",
    cnonce: '"c"',
    ...changes,
  };
  const fields = Object.entries(params).filter(([, value]) => value !== undefined);
  return `Digest ${fields.map(([name, value]) => `${name}=${value}`).join(", ")}`;
}

function assertMalformed(value: string, reason: RegExp): void {
  const result = readCredentials([value], "r");
  assert.equal(result.kind, "malformed", value);
  assert.match(result.kind === "malformed" ? result.reason : "", reason);
}

describe("digest credentials", () => {
  it("given complete credentials, when they are read, then every part is there", () => {
    assert.deepEqual(readCredentials([authorization({ algorithm: "MD5", opaque: '"o"' })], "r"), {
      kind: "found",
      list: [
        {
          username: "alice",
          nonce: "n",
          uri: "sip:r",
          response: RESPONSE,
          algorithm: "MD5",
          opaque: "o",
          qop: { name: "auth", count: "00000001", cnonce: "c" },
        },
      ],
    });
  });

  it("given no algorithm, when they are read, then it is MD5", () => {
    const result = readCredentials([authorization()], "r");
    assert.equal(result.kind === "found" && result.list[0].algorithm, "MD5");
  });

  it("given an algorithm and a scheme in another case and a hash in capitals, when they are read, then they are the same", () => {
    const value = authorization({ algorithm: "sha-256", response: `"${(RESPONSE + RESPONSE).toUpperCase()}"` });
    const result = readCredentials([value.replace("Digest", "DIGEST")], "r");
    assert.deepEqual(result.kind === "found" && [result.list[0].algorithm, result.list[0].response], [
      "SHA-256",
      RESPONSE + RESPONSE,
    ]);
  });

  it("given neither qop, nc nor cnonce, when they are read, then there is no qop", () => {
    const result = readCredentials([authorization({ qop: undefined, nc: undefined, cnonce: undefined })], "r");
    assert.equal(result.kind === "found" && "qop" in result.list[0], false);
  });

  it("given several fields, when they are read, then those of our realm in order", () => {
    const values = [
      authorization({ realm: '"other"' }),
      "Basic YWxhZGRpbjpvcGVu",
      authorization({ username: '"first"' }),
      "garbage",
      authorization({ username: '"second"' }),
    ];
    const result = readCredentials(values, "r");
    assert.deepEqual(result.kind === "found" && result.list.map(({ username }) => username), ["first", "second"]);
  });

  it("given a realm in another case, when they are read, then there are none", () => {
    assert.deepEqual(readCredentials([authorization({ realm: '"R"' })], "r"), { kind: "none" });
  });

  it("given no field, or only what cannot be parsed or was never offered, when they are read, then there are none", () => {
    const unusable = [[], [""], ["Digest"], ["Digest realm=r realm"], [authorization({ algorithm: "MD5-sess" })]];
    for (const values of unusable) assert.deepEqual(readCredentials(values, "r"), { kind: "none" }, String(values));
  });

  it("given thousands of fields, when they are read, then only the first sixteen are looked at", () => {
    const values = [...new Array<string>(16).fill("garbage"), authorization()];
    assert.deepEqual(readCredentials(values, "r"), { kind: "none" });
    assert.equal(readCredentials(values.slice(1), "r").kind, "found");
  });

  for (const name of ["username", "nonce", "uri", "response"]) {
    it(`given no ${name}, when they are read, then they are malformed`, () => {
      assertMalformed(authorization({ [name]: undefined }), /is missing/);
    });
  }

  it("given a response that is no hash of the algorithm, when they are read, then they are malformed", () => {
    for (const response of ["", "abc", `${RESPONSE}0`, "z".repeat(32)]) {
      assertMalformed(authorization({ response: `"${response}"` }), /response is no hash/);
    }
    assertMalformed(authorization({ algorithm: "SHA-256" }), /response is no hash/);
  });

  it("given a qop that was not offered, when they are read, then they are malformed", () => {
    assertMalformed(authorization({ qop: "auth-int" }), /qop is not auth/);
  });

  it("given qop without nc or cnonce, when they are read, then they are malformed", () => {
    assertMalformed(authorization({ nc: undefined }), /nc or cnonce is missing/);
    assertMalformed(authorization({ cnonce: undefined }), /nc or cnonce is missing/);
  });

  it("given an nc that is no count, when they are read, then they are malformed", () => {
    for (const nc of ["00000000", "123456789", "xyz", "-1"]) assertMalformed(authorization({ nc }), /nc is no count/);
  });
});
