import assert from "node:assert/strict";
import fc from "fast-check";
import { isLoopbackAddress, SourceLock } from "../../../../../src/media/relay/embedded/source-lock.ts";

const target = { address: "192.0.2.1", port: 4000 };

function openLock({ signaling = "198.51.100.1", any = false } = {}): SourceLock {
  const lock = new SourceLock();
  lock.open(target, signaling, any, 0);
  return lock;
}

describe("SourceLock", () => {
  it("given no packet yet, when asked where to send, then it is the address in the SDP", () => {
    const lock = openLock();
    assert.deepEqual([lock.address, lock.port, lock.isLocked], ["192.0.2.1", 4000, false]);
    assert.equal(lock.learned, undefined);
  });

  it("given a packet from the SDP's address, when the port is another, then it locks there", () => {
    const lock = openLock();
    assert.equal(lock.admit("192.0.2.1", 5555, 1), "chosen");
    assert.deepEqual([lock.address, lock.port], ["192.0.2.1", 5555]);
    assert.equal(lock.admit("192.0.2.1", 5555, 2), "known");
  });

  it("given a packet from the signaling address, when it is first, then it locks", () => {
    const lock = openLock();
    assert.equal(lock.admit("198.51.100.1", 9, 1), "chosen");
    assert.deepEqual([lock.address, lock.port], ["198.51.100.1", 9]);
  });

  it("given a stranger, when it sends before or after the choice, then it never passes", () => {
    const lock = openLock();
    assert.equal(lock.admit("203.0.113.66", 4000, 1), "refused");
    assert.equal(lock.admit("127.0.0.1", 4000, 1), "refused");
    assert.equal(lock.isLocked, false);
    lock.admit("192.0.2.1", 4000, 1);
    assert.equal(lock.admit("203.0.113.66", 4000, 2), "refused");
    assert.equal(lock.admit("192.0.2.1", 4001, 2), "refused");
    assert.equal(lock.admit("198.51.100.1", 4000, 2), "refused");
  });

  it("given a side on loopback, when any loopback address sends, then it is a candidate", () => {
    const bySdp = new SourceLock();
    bySdp.open({ address: "127.9.0.11", port: 4000 }, "192.0.2.1", false, 0);
    assert.equal(bySdp.admit("127.0.0.1", 7, 1), "chosen");
    const bySignaling = openLock({ signaling: "127.0.0.1" });
    assert.equal(bySignaling.admit("127.3.3.3", 7, 1), "chosen");
    const stranger = openLock({ signaling: "127.0.0.1" });
    assert.equal(stranger.admit("203.0.113.66", 7, 1), "refused");
  });

  it("given a relay on loopback and a phone that names another address of the host, when it sends from loopback, then it is a candidate", () => {
    const lock = new SourceLock(isLoopbackAddress, true);
    lock.open(target, target.address, false, 0);
    assert.equal(lock.admit("203.0.113.66", 7, 1), "refused");
    assert.equal(lock.admit("127.0.0.1", 4000, 1), "chosen");
    assert.deepEqual([lock.address, lock.port], ["127.0.0.1", 4000]);
  });

  it("given latch any, when a stranger is first, then it locks and others do not pass", () => {
    const lock = openLock({ any: true });
    assert.equal(lock.admit("203.0.113.66", 7, 1), "chosen");
    assert.equal(lock.admit("192.0.2.1", 4000, 1), "refused");
  });

  it("given a candidate that sends from port 0, when it is first, then it is not chosen, for nothing could be sent back", () => {
    const lock = openLock({ any: true });
    assert.equal(lock.admit("192.0.2.1", 0, 1), "refused");
    assert.equal(lock.admit("192.0.2.1", 4000, 1), "chosen");
  });

  it("given a new SDP with the same target, when opened, then sending goes on and another source may be chosen", () => {
    const lock = openLock();
    lock.admit("192.0.2.1", 5555, 1);
    lock.open(target, "198.51.100.1", false, 2);
    assert.deepEqual([lock.address, lock.port, lock.isLocked], ["192.0.2.1", 5555, false]);
    assert.deepEqual(lock.learned, { address: "192.0.2.1", port: 5555 });
    assert.equal(lock.admit("192.0.2.1", 6666, 3), "chosen");
    assert.equal(lock.port, 6666);
  });

  it("given a new SDP with another target, when opened, then sending moves there", () => {
    const lock = openLock();
    lock.admit("192.0.2.1", 4000, 1);
    lock.open({ address: "192.0.2.1", port: 4100 }, "198.51.100.1", false, 2);
    assert.equal(lock.port, 4100);
    assert.equal(lock.learned, undefined);
  });

  it("given a phone that moved, when its last packets come late, then they are not chosen for two seconds", () => {
    const lock = openLock();
    lock.admit("192.0.2.1", 4000, 1);
    lock.open({ address: "192.0.2.1", port: 4100 }, "198.51.100.1", false, 1000);
    assert.equal(lock.admit("192.0.2.1", 4000, 2999), "refused");
    assert.equal(lock.admit("192.0.2.1", 4000, 3000), "chosen");
  });

  it("given a phone whose SDP comes to name the source it had, when opened, then that is a candidate at once", () => {
    const lock = openLock();
    lock.admit("192.0.2.1", 5555, 1);
    lock.open({ address: "192.0.2.1", port: 5555 }, "198.51.100.1", false, 2);
    assert.equal(lock.admit("192.0.2.1", 5555, 3), "chosen");
  });

  it("given a hold by address, when opened, then nothing is sent until the phone is back", () => {
    const lock = openLock();
    lock.admit("192.0.2.1", 4000, 1);
    lock.open(undefined, "198.51.100.1", false, 1000);
    assert.equal(lock.port, 0);
    assert.equal(lock.admit("192.0.2.1", 4000, 1001), "chosen", "its music");
    assert.equal(lock.admit("192.0.2.1", 4000, 1002), "known");
    assert.equal(lock.port, 0);
    lock.open(target, "198.51.100.1", false, 1003);
    assert.equal(lock.port, 4000);
    assert.equal(lock.admit("192.0.2.1", 4000, 1004), "chosen");
  });

  it("given a phone behind a NAT, when it holds by address and resumes, then it is heard and sent to at once", () => {
    const nat = "198.51.100.1";
    const lock = openLock({ signaling: nat });
    lock.admit(nat, 61_234, 10);
    lock.open(undefined, nat, false, 10_000);
    assert.equal(lock.admit(nat, 61_234, 10_001), "chosen");
    const again = new SourceLock();
    again.restore(JSON.parse(JSON.stringify(lock.record())) as ReturnType<SourceLock["record"]>);
    for (const each of [lock, again]) {
      assert.equal(each.port, 0);
      each.open(target, nat, false, 20_000);
      assert.deepEqual([each.address, each.port], [nat, 61_234]);
      assert.equal(each.admit(nat, 61_234, 20_001), "chosen");
    }
  });

  it("given a phone that moved while it held by address, when its last packets come late, then they are not chosen", () => {
    const lock = openLock();
    lock.admit("192.0.2.1", 4000, 1);
    lock.open(undefined, "198.51.100.1", false, 1000);
    lock.open({ address: "192.0.2.1", port: 4100 }, "198.51.100.1", false, 2000);
    assert.equal(lock.port, 4100);
    assert.equal(lock.admit("192.0.2.1", 4000, 3999), "refused");
    assert.equal(lock.admit("192.0.2.1", 4100, 3999), "chosen");
  });

  it("given a phone that begins on hold, when it has a target, then that is no move", () => {
    const lock = new SourceLock();
    lock.open(undefined, "198.51.100.1", false, 0);
    assert.equal(lock.admit("198.51.100.1", 9, 1), "chosen");
    assert.equal(lock.port, 0);
    lock.open(target, "198.51.100.1", false, 2);
    assert.deepEqual([lock.address, lock.port], ["192.0.2.1", 4000]);
    assert.equal(lock.admit("198.51.100.1", 9, 3), "chosen");
  });

  it("given a record, when restored, then lock, candidates and destination are the same", () => {
    const lock = openLock();
    lock.admit("192.0.2.1", 5555, 1);
    const again = new SourceLock();
    again.restore(JSON.parse(JSON.stringify(lock.record())) as ReturnType<SourceLock["record"]>);
    assert.deepEqual([again.address, again.port, again.isLocked], ["192.0.2.1", 5555, true]);
    assert.equal(again.admit("192.0.2.1", 5555, 9), "known");
    assert.equal(again.admit("192.0.2.1", 5556, 9), "refused");
    const open = new SourceLock();
    open.restore({ target, signalingAddress: "198.51.100.1", latchAny: false, isLocked: true });
    assert.equal(open.isLocked, false);
    assert.equal(open.admit("198.51.100.1", 1, 1), "chosen");
  });

  it("given any order of packets and SDPs, when judged, then a stranger never passes and one source at a time does", () => {
    const source = fc.record({
      address: fc.constantFrom("192.0.2.1", "198.51.100.1", "203.0.113.66", "127.0.0.1"),
      port: fc.integer({ min: 1, max: 3 }),
    });
    const step = fc.oneof(
      source.map((from) => ({ type: "packet" as const, from })),
      fc
        .option(fc.integer({ min: 4000, max: 4001 }), { nil: undefined })
        .map((port) => ({ type: "sdp" as const, port })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const lock = openLock();
        let passing: string | undefined;
        let isHeld = false;
        for (const [index, event] of steps.entries()) {
          if (event.type === "sdp") {
            lock.open(
              event.port === undefined ? undefined : { ...target, port: event.port },
              "198.51.100.1",
              false,
              index,
            );
            passing = undefined;
            isHeld = event.port === undefined;
            continue;
          }
          const { address, port } = event.from;
          const admission = lock.admit(address, port, index);
          if (admission === "refused") continue;
          assert.ok(address === "192.0.2.1" || address === "198.51.100.1");
          assert.equal(admission, passing === undefined ? "chosen" : "known");
          passing ??= `${address}:${port}`;
          assert.equal(`${address}:${port}`, passing);
          assert.equal(`${lock.address}:${lock.port}`, isHeld ? ":0" : passing);
        }
      }),
    );
  });
});

describe("isLoopbackAddress", () => {
  it("given addresses, when judged, then 127.0.0.0/8 and ::1 are loopback", () => {
    const loopback = ["127.0.0.1", "127.255.0.9", "::1", "128.0.0.1", "::2", "12.7.0.1"].map(isLoopbackAddress);
    assert.deepEqual(loopback, [true, true, true, false, false, false]);
  });
});
