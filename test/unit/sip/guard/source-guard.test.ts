import assert from "node:assert/strict";
import { silentLogger } from "../../../../src/common/index.ts";
import { BanList } from "../../../../src/sip/guard/ban-list.ts";
import { LeakyBuckets } from "../../../../src/sip/guard/leaky-buckets.ts";
import { SourceGuard, type GuardSettings } from "../../../../src/sip/guard/source-guard.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const STRANGER = "192.0.2.66";
const PEER = "198.51.100.1";

const from = (remoteAddress: string): { readonly remoteAddress: string } => ({ remoteAddress });

function times<Result>(count: number, run: (index: number) => Result): Result[] {
  return Array.from({ length: count }, (_, index) => run(index));
}

describe("LeakyBuckets", () => {
  it("given a burst, when it is used up, then one more is refused until enough has leaked, for that key only", () => {
    const clock = new ManualClock();
    const buckets = new LeakyBuckets(clock, { perSecond: 10, burst: 3 }, 100);
    assert.deepEqual(
      times(4, () => buckets.take("a")),
      [true, true, true, false],
    );
    assert.equal(buckets.isFull("a"), true);
    assert.equal(buckets.take("b"), true);
    clock.advance(99);
    assert.equal(buckets.take("a"), false);
    clock.advance(1);
    assert.equal(buckets.take("a"), true);
    assert.equal(buckets.take("a"), false);
  });

  it("given the rate exactly, when it goes on for a minute, then nothing is ever refused", () => {
    const clock = new ManualClock();
    const buckets = new LeakyBuckets(clock, { perSecond: 200, burst: 400 }, 100);
    const results = times(12_000, () => {
      clock.advance(5);
      return buckets.take("a");
    });
    assert.ok(results.every(Boolean));
  });

  it("given a million made-up keys, when they come, then no more are kept than there is room for", () => {
    const buckets = new LeakyBuckets(new ManualClock(), { perSecond: 1, burst: 1 }, 1_000);
    for (let index = 0; index < 100_000; index += 1) buckets.take(`10.${index}`);
    assert.ok(buckets.size <= 1_000);
  });
});

describe("BanList", () => {
  let clock: ManualClock;
  let bans: BanList;
  beforeEach(() => {
    clock = new ManualClock();
    bans = new BanList(clock, { firstSeconds: 100, maxSeconds: 350 }, 3);
  });

  it("given a ban, when its time is over, then the source is free; the next is twice as long, up to the longest", () => {
    assert.equal(bans.add(STRANGER, "flood"), 100);
    assert.equal(bans.add(STRANGER, "flood"), undefined);
    assert.deepEqual(bans.list(), [{ address: STRANGER, reason: "flood", remainingSeconds: 100, count: 1 }]);
    clock.advance(100_000);
    assert.equal(bans.has(STRANGER), false);
    assert.deepEqual(bans.list(), []);
    assert.equal(bans.add(STRANGER, "malformed"), 200);
    clock.advance(200_000);
    assert.equal(bans.add(STRANGER, "malformed"), 350);
  });

  it("given a source that keeps quiet for as long as it was banned, when banned again, then it begins anew", () => {
    bans.add(STRANGER, "flood");
    clock.advance(200_000);
    assert.equal(bans.add(STRANGER, "flood"), 100);
  });

  it("given a full list, when another is to be banned, then it has room only when one has a clean sheet", () => {
    for (const address of ["a", "b", "c"]) bans.add(address, "flood");
    assert.equal(bans.add("d", "flood"), undefined);
    assert.equal(bans.size, 3);
    clock.advance(200_000);
    assert.equal(bans.add("d", "flood"), 100);
    assert.equal(bans.size, 1);
  });

  it("given a ban, when it is removed, then the source is free and has a clean sheet", () => {
    bans.add(STRANGER, "flood");
    assert.equal(bans.remove(STRANGER), true);
    assert.equal(bans.has(STRANGER), false);
    assert.equal(bans.remove(STRANGER), false);
    assert.equal(bans.add(STRANGER, "flood"), 100);
  });
});

describe("SourceGuard", () => {
  const settings: GuardSettings = {
    malformed: { perSecond: 10, burst: 20 },
    newRequests: { perSecond: 100, burst: 200 },
    bans: { firstSeconds: 60, maxSeconds: 3_600 },
  };
  let clock: ManualClock;
  let gone: string[];
  const make = (changes: Partial<GuardSettings> = {}): SourceGuard =>
    new SourceGuard({
      settings: { ...settings, ...changes },
      isKnown: (address) => address === PEER || address === "2001:db8:0:5::1",
      isKnownCertificate: (names) => names.includes("gateway.example"),
      clock,
      logger: silentLogger,
      onBanned: (address) => gone.push(address),
    });
  beforeEach(() => {
    clock = new ManualClock();
    gone = [];
  });

  it("given a stranger that sends junk, when it goes beyond its burst, then it is banned, dropped and told of once", () => {
    const guard = make();
    assert.ok(times(20, () => guard.noteMalformed(from(STRANGER))).every(Boolean));
    assert.equal(guard.accepts(STRANGER), true);
    assert.equal(guard.noteMalformed(from(STRANGER)), false);
    assert.equal(guard.accepts(STRANGER), false);
    assert.deepEqual(gone, [STRANGER]);
    assert.equal(guard.accepts("192.0.2.67"), true);
    clock.advance(60_000);
    assert.equal(guard.accepts(STRANGER), true);
  });

  it("given a phone that has registered, or a peer, when it sends junk, then it is not answered, and never banned", () => {
    const guard = make();
    guard.trust("192.0.2.7");
    for (const address of ["192.0.2.7", PEER]) {
      const answered = times(1_000, () => guard.noteMalformed(from(address))).filter(Boolean).length;
      assert.equal(answered, 20);
      assert.equal(guard.accepts(address), true);
      assert.equal(guard.isNoisy(address), true);
    }
    clock.advance(5_000);
    assert.equal(guard.isNoisy(PEER), false);
    assert.equal(guard.noteMalformed(from(PEER)), true);
    assert.deepEqual(gone, []);
  });

  it("given junk from a thousand addresses, when it comes at once, then few of all are answered", () => {
    const guard = make();
    const answered = Array.from({ length: 1_000 }, (_, index) => guard.noteMalformed(from(`10.0.${index}.1`)));
    assert.equal(answered.filter(Boolean).length, 200);
  });

  it("given a phone at its rate, when it sends more, then that is refused; who goes on and is a stranger is banned", () => {
    const guard = make();
    assert.equal(times(250, () => guard.admitsNew(from(STRANGER))).filter(Boolean).length, 200);
    assert.equal(guard.accepts(STRANGER), true);
    times(1_000, () => guard.admitsNew(from(STRANGER)));
    assert.equal(guard.accepts(STRANGER), false);
    assert.equal(guard.list()[0]?.reason, "flood");
  });

  it("given a phone that has registered, when it floods, then it is refused and not banned", () => {
    const guard = make();
    guard.trust(STRANGER);
    assert.equal(times(5_000, () => guard.admitsNew(from(STRANGER))).filter(Boolean).length, 200);
    assert.equal(guard.accepts(STRANGER), true);
  });

  it("given a peer, or no limit, when thousands of requests come, then all are taken", () => {
    assert.ok(times(5_000, () => make().admitsNew(from(PEER))).every(Boolean));
    const guard = make();
    assert.ok(times(5_000, () => guard.admitsNew(from(PEER))).every(Boolean));
    const unlimited = make({ newRequests: undefined });
    assert.ok(times(5_000, () => unlimited.admitsNew(from(STRANGER))).every(Boolean));
  });

  it("given a ban from elsewhere, when a peer is meant, then nothing happens; when a stranger, then it holds until removed", () => {
    const guard = make();
    assert.equal(guard.ban(PEER, "authentication"), false);
    assert.equal(guard.ban(STRANGER, "authentication"), true);
    assert.equal(guard.ban(STRANGER, "authentication"), true);
    assert.deepEqual(gone, [STRANGER]);
    assert.equal(guard.unban(STRANGER), true);
    assert.equal(guard.accepts(STRANGER), true);
  });

  it("given a banned address, when a phone there turns out to be registered, then the ban ends", () => {
    const guard = make();
    guard.ban(STRANGER, "authentication");
    guard.trust(STRANGER);
    assert.equal(guard.accepts(STRANGER), true);
  });

  it("given addresses of one IPv6 /64, when they send junk in turn, then they are one source, and all of them are banned", () => {
    const guard = make();
    times(21, (index) => guard.noteMalformed(from(`2001:db8:0:1::${index + 1}`)));
    assert.deepEqual(
      guard.list().map(({ address }) => address),
      ["2001:db8:0:1::/64"],
    );
    assert.equal(guard.accepts("2001:db8:0:1:ffff::9"), false);
    assert.equal(guard.accepts("2001:db8:0:2::1"), true);
    assert.equal(guard.unban("2001:db8:0:1::"), true);
    assert.equal(guard.accepts("2001:db8:0:1::1"), true);
  });

  it("given addresses of one IPv6 /64, when they call in turn, then they have one rate", () => {
    const guard = make();
    const taken = Array.from({ length: 300 }, (_, index) => guard.admitsNew(from(`2001:db8::${index.toString(16)}`)));
    assert.equal(taken.filter(Boolean).length, 200);
  });

  it("given a peer in a /64 that is banned, when it sends, then it is taken all the same", () => {
    const guard = make();
    assert.equal(guard.ban("2001:db8:0:5::66", "flood"), true);
    assert.equal(guard.accepts("2001:db8:0:5::1"), true);
    assert.equal(guard.accepts("2001:db8:0:5::66"), false);
  });

  it("given a peer that has proved its certificate, when it floods or sends junk, then it is neither limited nor banned", () => {
    const guard = make();
    const peer = { remoteAddress: STRANGER, certificateNames: ["gateway.example"] };
    assert.ok(times(5_000, () => guard.admitsNew(peer)).every(Boolean));
    assert.ok(times(5_000, () => guard.noteMalformed(peer)).every(Boolean));
    assert.equal(guard.ban(STRANGER, "authentication"), false);
    assert.deepEqual(gone, []);
  });

  it("given a certificate of nobody we know, when its owner floods, then it is limited like any other", () => {
    const guard = make();
    const stranger = { remoteAddress: STRANGER, certificateNames: ["stranger.example"] };
    assert.equal(times(5_000, () => guard.admitsNew(stranger)).filter(Boolean).length, 200);
    assert.equal(guard.accepts(STRANGER), false);
  });

  it("given handshakes that fail, when there are more than junk may be, then their source is banned", () => {
    const guard = make();
    times(20, () => guard.noteFailedHandshake(STRANGER));
    assert.equal(guard.accepts(STRANGER), true);
    guard.noteFailedHandshake(STRANGER);
    assert.equal(guard.list()[0]?.reason, "handshake");
    times(100, () => guard.noteFailedHandshake(PEER));
    assert.equal(guard.accepts(PEER), true);
  });

  it("given what was done, when counted, then reasons and tables are there", () => {
    const guard = make();
    guard.ban(STRANGER, "authentication");
    guard.accepts(STRANGER);
    const value = (name: string, labels: Record<string, string> = {}): number | undefined =>
      guard
        .metrics()
        .find((one) => one.name === name && Object.entries(labels).every(([key, text]) => one.labels?.[key] === text))
        ?.value;
    assert.equal(value("tandem_sip_bans"), 1);
    assert.equal(value("tandem_sip_bans_total", { reason: "authentication" }), 1);
    assert.equal(value("tandem_sip_banned_input_total"), 1);
  });
});
