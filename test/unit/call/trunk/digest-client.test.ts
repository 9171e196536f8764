import assert from "node:assert/strict";
import { readChallenges, type DigestChallenge } from "../../../../src/call/trunk/digest-challenge.ts";
import { DigestClient } from "../../../../src/call/trunk/digest-client.ts";
import { formatResponse, parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";
import { checkedCredentials } from "../../../support/digest-check.ts";

function challengesIn(...headers: [string, string][]): readonly DigestChallenge[] {
  return readChallenges(response(headers));
}

function response(headers: [string, string][]): SipMessage {
  const message = parseSipMessage(formatResponse(401, "Unauthorized", [["CSeq", "1 INVITE"], ...headers], ""));
  assert.ok(message.ok);
  return message.value;
}

function client(user: string, password: string, cnonce: string): DigestClient {
  return new DigestClient({ user, password }, { token: () => cnonce });
}

describe("DigestClient", () => {
  /** RFC 7616 3.9.1. */
  const CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  const NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  const rfc7616 = (algorithm: string): string =>
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${NONCE}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
  const REQUEST = { method: "GET", uri: "/dir/index.html" };

  it("given the examples of RFC 7616, when they are answered, then the responses are those of the RFC", () => {
    for (const [algorithm, expected] of [
      ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
      ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
    ] as const) {
      const challenges = challengesIn(["WWW-Authenticate", rfc7616(algorithm)]);
      const [[name, value] = ["", ""]] = client("Mufasa", "Circle of Life", CNONCE).answer(challenges, REQUEST);
      assert.equal(name, "Authorization");
      assert.ok(value.includes(`response="${expected}"`), value);
    }
  });

  it("given a challenge without qop (RFC 2617 3.2.2.1), when it is answered, then without count and cnonce", () => {
    const challenges = challengesIn(["Proxy-Authenticate", 'Digest realm="a", nonce="n"']);
    const [[name, value] = ["", ""]] = client("u", "p", "c").answer(challenges, REQUEST);
    assert.equal(name, "Proxy-Authorization");
    const params = checkedCredentials(value, "GET", { user: "u", password: "p" });
    assert.deepEqual([...params.keys()].sort(), ["nonce", "realm", "response", "uri", "username"]);
  });

  it("given sessions of both algorithms, when they are answered, then their key is of nonce and cnonce, and stays", () => {
    for (const algorithm of ["MD5-sess", "sha-256-SESS"]) {
      const one = client("u", "p", "c");
      for (const qop of ["", ', qop="auth"']) {
        const challenges = challengesIn([
          "WWW-Authenticate",
          `Digest realm="a", nonce="n", algorithm=${algorithm}${qop}`,
        ]);
        const [[, value] = ["", ""]] = one.answer(challenges, REQUEST);
        const params = checkedCredentials(value, "GET", { user: "u", password: "p" });
        assert.equal(params.get("algorithm"), algorithm);
        assert.equal(params.get("cnonce"), "c");
      }
    }
  });

  it("given a nonce that is used again, when it is answered, then its count goes on; that of another begins anew", () => {
    const one = client("u", "p", "c");
    const nc = (nonce: string): string | undefined => {
      const challenges = challengesIn(["WWW-Authenticate", `Digest realm="a", nonce="${nonce}", qop="auth"`]);
      const [[, value] = ["", ""]] = one.answer(challenges, REQUEST);
      return checkedCredentials(value, "GET", { user: "u", password: "p" }).get("nc");
    };
    const counts = Array.from({ length: 10 }, () => nc("n"));
    assert.equal(counts[8], "00000009");
    assert.equal(counts[9], "0000000a");
    assert.equal(nc("m"), "00000001");
    assert.equal(nc("n"), "0000000b");
    for (let index = 0; index < 64; index += 1) nc(`other-${index}`);
    assert.equal(nc("n"), "00000001");
  });

  it("given quotes, backslashes and UTF-8, when credentials are written, then they are right and stay one value", () => {
    const realm = Buffer.from('Zürich "North" \\', "utf8").toString("latin1").replace(/["\\]/g, "\\$&");
    const password = Buffer.from("pässwörd", "utf8").toString("latin1");
    const challenges = challengesIn(["WWW-Authenticate", `Digest realm="${realm}", nonce="n,\\"1", qop=auth`]);
    const [[, value] = ["", ""]] = client('a"b', password, "c").answer(challenges, REQUEST);
    assert.ok(value.includes('username="a\\"b"'));
    assert.ok(value.includes('nonce="n,\\"1"'));
    assert.ok(value.includes(`realm="${realm}"`));
  });
});

describe("readChallenges", () => {
  it("given several of one realm, when they are read, then the strongest that is known is taken, of equals the topmost", () => {
    const [first, ...others] = challengesIn(
      ["WWW-Authenticate", 'Digest realm="a", nonce="1", algorithm=SHA-512-256'],
      ["WWW-Authenticate", 'Digest realm="a", nonce="2", algorithm=MD5'],
      ["WWW-Authenticate", 'Digest realm="a", nonce="3", algorithm=SHA-256'],
      ["WWW-Authenticate", 'Digest realm="a", nonce="4", algorithm=SHA-256'],
    );
    assert.equal(first?.nonce, "3");
    assert.deepEqual(others, []);
  });

  it("given several realms, of user agents and proxies, when they are read, then each has its challenge, four at most", () => {
    const many = Array.from({ length: 9 }, (_, index): [string, string] => {
      return [index % 2 === 0 ? "WWW-Authenticate" : "Proxy-Authenticate", `Digest realm="r${index}", nonce="n"`];
    });
    const challenges = challengesIn(...many);
    assert.equal(challenges.length, 4);
    assert.equal(new Set(challenges.map(({ realm }) => realm)).size, 4);
  });

  it("given what cannot be answered, when it is read, then it is left out", () => {
    for (const value of [
      'Digest realm="a", nonce="1", qop="auth-int"',
      'Digest realm="a", nonce="1", algorithm=SHA-1',
      'Digest realm="a"',
      'Digest nonce="a"',
      'Digest realm="a", realm="b", nonce="1"',
      'Basic realm="a"',
      `Digest realm="${"a".repeat(2_000)}", nonce="1"`,
      "Digest",
    ]) {
      assert.deepEqual(challengesIn(["WWW-Authenticate", value]), [], value);
    }
  });

  it("given stale in any spelling, when it is read, then it is known", () => {
    const stale = (text: string): boolean | undefined =>
      challengesIn(["WWW-Authenticate", `Digest realm="a", nonce="1", stale=${text}`])[0]?.isStale;
    assert.deepEqual([stale("TRUE"), stale('"true"'), stale("false")], [true, true, false]);
  });
});
