import assert from "node:assert/strict";
import { parseReports } from "../../../../src/media/rtp/rtcp-packet.ts";
import { RoundTrip } from "../../../../src/media/rtp/round-trip.ts";
import { receiverReport, senderReport } from "./packets.ts";

function answer(compactNtp: number, delayMs: number): Buffer {
  return receiverReport(2, [{ lastSenderReport: compactNtp, delay: Math.round(delayMs * 65.536) }]);
}

describe("RoundTrip", () => {
  it("given a report that was passed on, when the phone reports on it, then its own delay is taken off", () => {
    const roundTrip = new RoundTrip();
    roundTrip.notePassed(parseReports(senderReport(1, 500)), 1000);
    roundTrip.measure(parseReports(answer(500, 400)), 1450);
    assert.equal(Math.round(roundTrip.lastMs ?? -1), 50);
  });

  it("given reports on something else, when measured, then there is no figure", () => {
    const roundTrip = new RoundTrip();
    roundTrip.notePassed(parseReports(senderReport(1, 500)), 1000);
    roundTrip.measure(parseReports(answer(501, 0)), 1100);
    roundTrip.measure(parseReports(answer(0, 0)), 1100);
    roundTrip.measure(parseReports(answer(500, 0)), 90_000);
    assert.equal(roundTrip.lastMs, undefined);
  });

  it("given a phone that claims a longer delay than passed, when measured, then the figure is 0", () => {
    const roundTrip = new RoundTrip();
    roundTrip.notePassed(parseReports(senderReport(1, 500)), 1000);
    roundTrip.measure(parseReports(answer(500, 400)), 1100);
    assert.equal(roundTrip.lastMs, 0);
  });

  it("given many reports, when a phone reports on an old one, then only the last four count", () => {
    const roundTrip = new RoundTrip();
    for (let ntp = 1; ntp <= 5; ntp += 1) roundTrip.notePassed(parseReports(senderReport(1, ntp)), 1000);
    roundTrip.measure(parseReports(answer(1, 0)), 1100);
    assert.equal(roundTrip.lastMs, undefined);
    roundTrip.measure(parseReports(answer(2, 0)), 1100);
    assert.equal(roundTrip.lastMs, 100);
  });
});
