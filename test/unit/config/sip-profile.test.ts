import assert from "node:assert/strict";
import { sipProfileFile } from "../../../src/config/sip-profile.ts";

describe("SIP profiles of trunks", () => {
  const pathsOf = (more: object): string[] => {
    const result = sipProfileFile.safeParse({ kind: "trunk", description: "A carrier.", ...more });
    return (result.error?.issues ?? []).map(({ path }) => path.join("."));
  };

  it("given fields that only devices that register have, when a trunk's profile has them, then each is refused", () => {
    assert.deepEqual(pathsOf({ digestAlgorithms: ["SHA-256"], digestLegacy: true, registration: { maxContacts: 1 } }), [
      "digestAlgorithms",
      "digestLegacy",
      "registration",
    ]);
  });

  it("given fields of trunks, or the defaults, when they are there, then the profile is good", () => {
    assert.deepEqual(pathsOf({ ringSeconds: 60, session: { expiresSeconds: 0 }, digestAlgorithms: ["MD5"] }), []);
    assert.ok(sipProfileFile.safeParse({ kind: "phone", description: "x", digestLegacy: true }).success);
  });
});
