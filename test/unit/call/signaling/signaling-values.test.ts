import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameReader } from "../../../../src/call/signaling/frame-reader.ts";
import { STATUS_OF_MEDIA_ERROR } from "../../../../src/call/signaling/media-error-status.ts";
import { outgoingHeaders } from "../../../../src/call/signaling/outgoing-headers.ts";
import { isUnlistedStatus, sendableStatus } from "../../../../src/call/signaling/sendable-status.ts";
import { PendingTable } from "../../../../src/call/signaling/pending-table.ts";
import { SignalingError } from "../../../../src/call/signaling/signaling-error.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("outgoingHeaders", () => {
  it("given any values, when headers are made, then none of them can end its line or leave the octets", () => {
    const names = fc.constantFrom(
      "Subject",
      "Reason",
      "From",
      "Via",
      "X-Any",
      "P-Any",
      "X-Tandem-Any",
      "x-tandem-flow",
      "supported",
      "Route",
    );
    const value = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom("a\r\nB: c", "a\nb", "\0", "ł"));
    fc.assert(
      fc.property(fc.array(fc.tuple(names, value)), (headers) => {
        const result = outgoingHeaders(headers, undefined, () => undefined);
        for (const [name, text] of Object.entries(result)) {
          assert.doesNotMatch(text, /[\r\n\0]|[^\x00-\xff]/);
          assert.notEqual(name, "Via");
          assert.doesNotMatch(name, /^(?:P-Any|X-Tandem-)/i);
        }
      }),
    );
  });

  it("given several of one name, when headers are made, then they are joined, but challenges stay apart", () => {
    const refused: string[] = [];
    const result = outgoingHeaders(
      [
        ["Supported", "timer"],
        ["supported", "path"],
        ["WWW-Authenticate", "Digest a"],
        ["WWW-Authenticate", "Digest b"],
        ["Via", "x"],
      ],
      { contentType: "application/sdp", text: "" },
      (name) => refused.push(name),
    );
    assert.deepEqual(result, {
      Supported: "timer, path",
      "WWW-Authenticate": "Digest a\r\nWWW-Authenticate: Digest b",
      "Content-Type": "application/sdp",
    });
    assert.deepEqual(refused, ["via"]);
  });

  it("given a name that applications may choose, when headers are made, then it is among them", () => {
    const given = [["X-Customer", "4711"]] as const;
    assert.deepEqual(
      outgoingHeaders(given, undefined, () => assert.fail()),
      { "X-Customer": "4711" },
    );
  });

  it("given a value that is too long, when headers are made, then it is left out", () => {
    assert.deepEqual(
      outgoingHeaders([["Subject", "x".repeat(5_000)]], undefined, () => undefined),
      {},
    );
  });
});

describe("FrameReader", () => {
  it("given frames cut anywhere, when the pieces come, then the payloads are what was sent", () => {
    const payload = fc.string({ unit: fc.constantFrom("a", "#", "1", "\r", "\n", "\xff") });
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 8 }), fc.array(fc.nat(20), { maxLength: 40 }), (payloads, cuts) => {
        const received: string[] = [];
        const reader = new FrameReader(1_000, (one) => received.push(one));
        let rest = payloads.map((one) => `${one.length}#${one}`).join("");
        for (const cut of [...cuts, rest.length]) {
          assert.equal(reader.push(rest.slice(0, cut)), undefined);
          rest = rest.slice(cut);
        }
        assert.equal(reader.push(rest), undefined);
        assert.deepEqual(received, payloads);
      }),
    );
  });

  it("given no length, a length that is no number, or one above the bound, when it comes, then the stream is broken", () => {
    for (const text of ["#abc", "abc#d", "12345678901234#", "1001#x"]) {
      const reader = new FrameReader(1_000, () => undefined);
      assert.notEqual(reader.push(text), undefined, text);
    }
  });
});

describe("sendableStatus", () => {
  it("given any status, when it is mapped, then the class stays and drachtio-srf takes it", () => {
    assert.deepEqual(
      [180, 189, 200, 299, 404, 499, 555, 607].map(sendableStatus),
      [180, 183, 200, 200, 404, 400, 500, 600],
    );
  });

  it("given 469, when it is to be sent, then it goes around drachtio-srf's table, and nothing else does", () => {
    assert.deepEqual([200, 406, 469, 481].filter(isUnlistedStatus), [469]);
  });
});

describe("PendingTable", () => {
  it("given entries with deadlines, when time passes, then those that are due fail once and the others stay", () => {
    const clock = new ManualClock();
    const table = new PendingTable(clock);
    const failed: string[] = [];
    const entry = (name: string, deadlineMs: number) => ({
      deadlineMs,
      fail: (error: SignalingError) => void failed.push(`${name} ${error.code}`),
    });
    const early = entry("early", 1_500);
    const late = entry("late", 10_000);
    const settled = entry("settled", 1_500);
    for (const one of [early, late, settled]) table.add(one);
    assert.equal(table.settle(settled), true);
    assert.equal(table.settle(settled), false);
    clock.advance(3_000);
    assert.deepEqual(failed, ["early edge-timeout"]);
    assert.equal(table.size, 1);
    table.failAll(new SignalingError("edge-lost", "lost"));
    assert.deepEqual(failed, ["early edge-timeout", "late edge-lost"]);
    clock.advance(2_000);
    assert.equal(clock.activeTimers, 0);
    table.add(entry("last", 99_999));
    table.close();
    assert.equal(clock.activeTimers, 0);
  });
});

describe("media errors", () => {
  it("given a failure of the relay, when it is mapped, then it has a SIP status", () => {
    for (const status of Object.values(STATUS_OF_MEDIA_ERROR)) assert.ok(status >= 400 && status < 600);
  });
});
