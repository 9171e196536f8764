import assert from "node:assert/strict";
import fc from "fast-check";
import { RandomIds } from "../../../../src/common/index.ts";
import { NonceMint, type NonceMintOptions } from "../../../../src/call/auth/nonce-mint.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const ADDRESS = "192.0.2.7";

describe("NonceMint", () => {
  let clock: ManualClock;
  let mint: NonceMint;
  const makeMint = (changes: Partial<NonceMintOptions> = {}): NonceMint =>
    new NonceMint({ secret: "s".repeat(32), realm: "r", maxAgeMs: 300_000, clock, ids: new RandomIds(), ...changes });

  beforeEach(() => {
    clock = new ManualClock();
    mint = makeMint();
  });

  it("given a new nonce, when it is checked, then it is fresh and knows when it was issued", () => {
    const issuedAtMs = clock.wallMs();
    const nonce = mint.issue(ADDRESS);
    clock.advance(1_234);
    assert.deepEqual(mint.check(nonce, ADDRESS), { kind: "fresh", issuedAtMs });
  });

  it("given many nonces of one moment and address, when they are compared, then no two are equal", () => {
    const other = makeMint();
    const nonces = Array.from({ length: 500 }, () => [mint.issue(ADDRESS), other.issue(ADDRESS)]).flat();
    assert.equal(new Set(nonces).size, 1_000);
  });

  it("given a nonce, when its age is the greatest allowed, then it is fresh, and a millisecond later expired", () => {
    const nonce = mint.issue(ADDRESS);
    clock.advance(300_000);
    assert.equal(mint.check(nonce, ADDRESS).kind, "fresh");
    clock.advance(1);
    assert.equal(mint.check(nonce, ADDRESS).kind, "expired");
  });

  it("given a nonce from another process with the same secret, when it is checked, then it is fresh", () => {
    assert.equal(mint.check(makeMint().issue(ADDRESS), ADDRESS).kind, "fresh");
  });

  it("given a nonce for another source, realm or secret, when it is checked, then it is foreign", () => {
    assert.equal(mint.check(mint.issue("192.0.2.8"), ADDRESS).kind, "foreign");
    assert.equal(mint.check(makeMint({ realm: "other" }).issue(ADDRESS), ADDRESS).kind, "foreign");
    assert.equal(mint.check(makeMint({ secret: "t".repeat(32) }).issue(ADDRESS), ADDRESS).kind, "foreign");
  });

  it("given a wall clock that was set back, when a nonce from the future is checked, then it is expired", () => {
    const nonce = mint.issue(ADDRESS);
    clock = new ManualClock(clock.wallMs() - 60_000);
    assert.equal(makeMint().check(nonce, ADDRESS).kind, "expired");
  });

  it("given a nonce, when any one character is changed, then it is foreign", () => {
    const nonce = mint.issue(ADDRESS);
    const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-_.ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    fc.assert(
      fc.property(fc.nat(nonce.length - 1), fc.constantFrom(...alphabet), (at, character) => {
        fc.pre(nonce[at] !== character);
        const changed = nonce.slice(0, at) + character + nonce.slice(at + 1);
        assert.equal(mint.check(changed, ADDRESS).kind, "foreign", changed);
      }),
    );
  });

  it("given any other text, when it is checked, then it is foreign", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => mint.check(text, ADDRESS).kind === "foreign"));
  });

  it("given a nonce, when it is put into a header, then it needs no escapes", () => {
    assert.match(mint.issue(ADDRESS), /^[A-Za-z0-9._-]{30,64}$/);
  });
});
