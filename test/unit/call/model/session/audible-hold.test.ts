import assert from "node:assert/strict";
import { answerToHold, audibleHold, isHold } from "../../../../../src/call/model/index.ts";
import { testSdp } from "../../../../support/test-sdp.ts";

const INACTIVE = testSdp(4_000, ["a=inactive"]);
const atNowhere = (sdp: string): string => sdp.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0");

describe("audibleHold", () => {
  it("given a hold that leaves its sender silent, when the relay is told, then its sender sends, and it is a hold still", () => {
    for (const silent of [INACTIVE, atNowhere(INACTIVE), atNowhere(testSdp(4_000, ["a=recvonly"]))]) {
      const audible = audibleHold(silent);
      assert.equal(audible, silent.replace(/a=(inactive|recvonly)/, "a=sendonly"));
      assert.ok(isHold(audible));
    }
  });
  it("given what is no such hold, when the relay is told, then it is as it was", () => {
    const others = [["a=sendonly"], ["a=recvonly"], ["a=sendrecv"], []].map((lines) => testSdp(4_000, lines));
    for (const sdp of [...others, atNowhere(testSdp(4_000))]) assert.equal(audibleHold(sdp), sdp);
  });
  it("given a direction of the session, when it is inactive, then the first medium gets one of its own, and the others none", () => {
    const video = "m=video 5000 RTP/AVP 96\r\n";
    const sdp = `${testSdp(4_000).replace("t=0 0\r\n", "t=0 0\r\na=inactive\r\n")}${video}`;
    assert.equal(audibleHold(sdp), sdp.replace(video, `a=sendonly\r\n${video}`));
    assert.equal(audibleHold("v=0\r\na=inactive\r\n"), "v=0\r\na=inactive\r\n");
  });
  it("given an answer to an offer, when that was a silent hold, then it is inactive, else as it was (RFC 3264 6.1)", () => {
    const answer = testSdp(5_000, ["a=recvonly"]);
    assert.equal(answerToHold(INACTIVE, answer), answer.replace("recvonly", "inactive"));
    assert.equal(answerToHold(testSdp(4_000, ["a=sendonly"]), answer), answer);
  });
});
