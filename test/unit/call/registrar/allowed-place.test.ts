import assert from "node:assert/strict";
import { isAllowedPlace } from "../../../../src/call/registrar/allowed-place.ts";
import { parseUri } from "../../../../src/sip/message/index.ts";
import { sampleInventory, samplePeer } from "../device/sample-devices.ts";

const inventory = sampleInventory(
  [],
  [
    samplePeer("carrier", { addresses: ["192.0.2.0/28"], uri: "sip:gw.example" }),
    samplePeer("six", { addresses: ["2001:db8::9"], uri: "sip:six.example" }),
  ],
);

function isAllowed(
  contact: string,
  { path = [], from = "198.51.100.7" }: { path?: string[]; from?: string } = {},
): boolean {
  const uri = parseUri(contact);
  assert.ok(uri.ok);
  return isAllowedPlace(uri.value, path, { protocol: "udp", address: from, port: 5060 }, inventory);
}

describe("isAllowedPlace", () => {
  it("given a contact of the phone's own or of a third host, when it is asked, then it is allowed", () => {
    assert.equal(isAllowed("sip:a@198.51.100.7:5062"), true);
    assert.equal(isAllowed("sip:a@10.0.0.5"), true);
    assert.equal(isAllowed("sip:a@phone.example;transport=tcp"), true);
  });

  it("given a peer's host in any spelling, when it is asked, then it is not allowed", () => {
    for (const host of ["192.0.2.9", "[::ffff:192.0.2.9]", "GW.example", "[2001:DB8:0::9]"]) {
      assert.equal(isAllowed(`sip:0900@${host}:5060`), false, host);
    }
  });

  it("given maddr, when it is asked, then only the contact's own host and where it came from are allowed", () => {
    assert.equal(isAllowed("sip:a@10.0.0.5;maddr=10.0.0.5"), true);
    assert.equal(isAllowed("sip:a@10.0.0.5;maddr=198.51.100.7"), true);
    assert.equal(isAllowed("sip:a@10.0.0.5;maddr=10.0.0.6"), false);
    assert.equal(isAllowed("sip:a@10.0.0.5;maddr=192.0.2.9"), false);
    assert.equal(isAllowed("sip:a@198.51.100.7;maddr=gw.example"), false);
  });

  it("given a path, when it is asked, then its first hop is no peer and has no maddr", () => {
    assert.equal(isAllowed("sip:a@10.0.0.5", { path: ["<sip:proxy.example;lr>", "<sip:192.0.2.9;lr>"] }), true);
    assert.equal(isAllowed("sip:a@10.0.0.5", { path: ["<sip:192.0.2.9;lr>"] }), false);
    assert.equal(isAllowed("sip:a@10.0.0.5", { path: ["<sip:proxy.example;lr;maddr=192.0.2.9>"] }), false);
    assert.equal(isAllowed("sip:a@10.0.0.5", { path: ["<mailto:x>"] }), false);
  });

  it("given a REGISTER from a peer's address, when it names that address, then it is allowed", () => {
    assert.equal(isAllowed("sip:a@192.0.2.9:5062", { from: "192.0.2.9" }), true);
    assert.equal(isAllowed("sip:a@192.0.2.8:5062", { from: "192.0.2.9" }), false);
  });
});
