import assert from "node:assert/strict";
import { networkAddress, stampOrigin } from "../../../../src/media/sdp/origin.ts";

const fresh = { sessionId: 77, version: 0, digest: "" };

describe("stampOrigin", () => {
  it("given the first SDP of a session, when stamped, then o= is its second line with version 1", () => {
    const { sdp } = stampOrigin(fresh, "v=0\r\ns=-\r\n", "192.0.2.9");
    assert.equal(sdp, "v=0\r\no=- 77 1 IN IP4 192.0.2.9\r\ns=-\r\n");
  });

  it("given the same content again, when stamped, then nothing changes", () => {
    const first = stampOrigin(fresh, "v=0\r\ns=-\r\n", "192.0.2.9");
    const second = stampOrigin(first.origin, "v=0\r\ns=-\r\n", "192.0.2.9");
    assert.deepEqual(second, first);
  });

  it("given other content, when stamped, then only the version rises", () => {
    const first = stampOrigin(fresh, "v=0\r\ns=-\r\n", "192.0.2.9");
    const second = stampOrigin(first.origin, "v=0\r\ns=x\r\n", "192.0.2.9");
    assert.match(second.sdp, /o=- 77 2 IN IP4/);
    assert.equal(second.origin.sessionId, 77);
  });

  it("given an IPv6 address, when written, then the type says so", () => {
    assert.equal(networkAddress("2001:db8::1"), "IN IP6 2001:db8::1");
  });
});
