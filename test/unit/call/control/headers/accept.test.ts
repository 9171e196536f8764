import assert from "node:assert/strict";
import { accepts } from "../../../../../src/call/control/headers/accept.ts";
import { formatRequest, parseSipMessage } from "../../../../../src/sip/message/index.ts";

function acceptsSdp(...values: string[]): boolean {
  const headers = values.map((value) => ["Accept", value] as const);
  const parsed = parseSipMessage(formatRequest("INVITE", "sip:1002@127.0.0.1", headers, ""));
  assert.ok(parsed.ok);
  return accepts(parsed.value, "application/sdp");
}

describe("accepts (RFC 3261 20.1)", () => {
  const cases: readonly [readonly string[], boolean][] = [
    [[], true],
    [[""], false],
    [["application/sdp"], true],
    [["Application/SDP;level=1"], true],
    [["text/plain, application/sdp"], true],
    [["text/plain", "application/sdp"], true],
    [["text/nobodyKnowsThis"], false],
    [["application/*"], true],
    [["*/*"], true],
    [["text/*"], false],
    [["application/sdp;q=0"], false],
    [["application/sdp;q=0, */*"], false],
    [["*/*;q=0.1"], true],
    [['text/plain;x="a, application/sdp"'], false],
  ];
  for (const [values, expected] of cases) {
    it(`given ${values.length === 0 ? "no Accept" : values.join(" and ")}, when asked for SDP, then it says ${expected}`, () => {
      assert.equal(acceptsSdp(...values), expected);
    });
  }
});
