import assert from "node:assert/strict";
import { refuseForeign, refuseWithoutToken, type GuardedRequest } from "../../../src/admin/http/request-guard.ts";

const request: GuardedRequest = {
  method: "GET",
  host: "127.0.0.1:8080",
  origin: undefined,
  fetchSite: undefined,
  authorization: undefined,
  contentType: undefined,
};
const codeFor = (changes: Partial<GuardedRequest>, hostNames: readonly string[] = []): string | undefined =>
  refuseForeign({ ...request, ...changes }, hostNames)?.code;

describe("refuseForeign", () => {
  it("given addresses of this host, when judged, then they pass", () => {
    for (const host of ["127.0.0.1", "127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "192.0.2.1:80"]) {
      assert.equal(codeFor({ host }), undefined);
    }
  });

  it("given names that may have been pointed here, when judged, then they are refused", () => {
    for (const host of [
      undefined,
      "",
      "evil.example",
      "127.0.0.1.evil.example:8080",
      "localhost.evil.example",
      "[::1",
      "a b",
    ]) {
      assert.equal(codeFor({ host }), "host-refused");
    }
  });

  it("given names of its own, when judged, then those pass and no others", () => {
    const names = ["Tandem.example.org", "tandem"];
    for (const host of ["tandem.example.org", "TANDEM.EXAMPLE.ORG:8080", "tandem:8080", "127.0.0.1"]) {
      assert.equal(codeFor({ host }, names), undefined);
    }
    for (const host of ["example.org", "x.tandem.example.org", "tandem.example.org.evil.example"]) {
      assert.equal(codeFor({ host }, names), "host-refused");
    }
  });

  it("given another origin, when judged, then it is refused, and the page's own passes", () => {
    assert.equal(codeFor({ origin: "http://127.0.0.1:8080" }), undefined);
    for (const origin of ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:8080"]) {
      assert.equal(codeFor({ origin }), "origin-refused");
    }
    assert.equal(codeFor({ fetchSite: "cross-site" }), "origin-refused");
    assert.equal(codeFor({ fetchSite: "same-origin" }), undefined);
  });

  it("given a method that changes things, or a body, when judged, then it is refused", () => {
    assert.equal(codeFor({ method: "POST" }), "method-not-allowed");
    assert.equal(codeFor({ contentType: "application/x-www-form-urlencoded" }), "body-not-allowed");
    assert.equal(codeFor({ method: "HEAD" }), undefined);
  });
});

describe("refuseWithoutToken", () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

  it("given the token as bearer or as a password, when judged, then it passes", () => {
    for (const authorization of ["Bearer t0ken", "bearer t0ken", basic("admin:t0ken"), basic(":t0ken")]) {
      assert.equal(refuseWithoutToken(authorization, "t0ken"), undefined);
    }
  });

  it("given none or a wrong one, when judged, then it is refused", () => {
    for (const authorization of [undefined, "", "Bearer", "Bearer T0ken", "t0ken", basic("t0ken:x")]) {
      assert.equal(refuseWithoutToken(authorization, "t0ken")?.status, 401);
    }
  });
});
