import assert from "node:assert/strict";
import { provisionalHeaders, rackOf, reliabilityOf } from "../../../../../src/call/control/headers/reliability.ts";
import {
  formatRequest,
  formatResponse,
  parseSipMessage,
  type SipMessage,
} from "../../../../../src/sip/message/index.ts";

type Headers = readonly (readonly [string, string])[];

function read(text: string): SipMessage {
  const parsed = parseSipMessage(text);
  assert.ok(parsed.ok);
  return parsed.value;
}

const invite = (headers: Headers): SipMessage => read(formatRequest("INVITE", "sip:1002@127.0.0.1", headers, ""));
const ringing = (headers: Headers): SipMessage => read(formatResponse(180, "Ringing", headers, ""));

describe("reliable provisional responses (RFC 3262)", () => {
  const supported: Headers = [["Supported", "timer, 100REL"]];
  const required: Headers = [["Require", "100rel"]];

  it("given an INVITE, when it is read, then what it requires counts more than what it supports, and without an offer neither is done", () => {
    assert.equal(reliabilityOf(invite([]), true), "none");
    assert.equal(reliabilityOf(invite(supported), true), "supported");
    assert.equal(reliabilityOf(invite([...supported, ...required]), true), "required");
    assert.equal(reliabilityOf(invite(supported), false), "none");
    assert.equal(reliabilityOf(invite(required), false), "silent");
  });

  it("given a provisional response, when it is sent, then one with a session description is reliable only where it must be", () => {
    const reliable = [["Require", "100rel"]];
    assert.deepEqual([provisionalHeaders("none", false), provisionalHeaders("none", true)], [[], []]);
    assert.deepEqual([provisionalHeaders("supported", false), provisionalHeaders("supported", true)], [reliable, []]);
    assert.deepEqual(
      [provisionalHeaders("required", false), provisionalHeaders("required", true)],
      [reliable, reliable],
    );
    assert.deepEqual([provisionalHeaders("silent", false), provisionalHeaders("silent", true)], [undefined, undefined]);
  });

  it("given a response, when it wants a PRACK, then RAck names it, else there is none", () => {
    const cseq = ["CSeq", "7 INVITE"] as const;
    assert.equal(rackOf(ringing([cseq, ...required, ["RSeq", "17"]])), "17 7 INVITE");
    assert.equal(rackOf(ringing([cseq, ["RSeq", "17"]])), undefined);
    assert.equal(rackOf(ringing([cseq, ...required])), undefined);
    assert.equal(rackOf(ringing([cseq, ...required, ["RSeq", "x"]])), undefined);
  });
});
