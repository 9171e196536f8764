import assert from "node:assert/strict";
import type { DigestAuthenticator } from "../../../../src/call/auth/index.ts";
import { Gatekeeper } from "../../../../src/call/control/gatekeeper.ts";
import type { Leg } from "../../../../src/call/control/leg/leg.ts";
import { createInventory } from "../../../../src/call/device/create-inventory.ts";
import type { IncomingRequest } from "../../../../src/call/signaling/signaling-port.ts";
import { messageOf, requestText } from "../../sip/transaction/transaction-fixture.ts";
import { samplePeer, sampleProfile } from "../device/sample-devices.ts";

const profile = sampleProfile({ kind: "trunk", transports: ["tls"] });
const inventory = createInventory({
  realm: "example.org",
  phones: [],
  peers: [
    samplePeer("by-address", { profile, uri: "sip:one.example", prefixes: [] }),
    samplePeer("by-name", {
      profile,
      addresses: [],
      certificateNames: ["gw.example.org"],
      uri: "sip:two.example",
      prefixes: [],
    }),
  ],
});
const refuses = { verify: () => ({ kind: "challenge", status: 401, headers: [] }) };

const NO_REGISTRATIONS = { trunkByContact: () => undefined, trunkBySource: () => undefined };

/** A request from an address, of a peer whose certificate has these names. */
function from(address: string, names?: string): IncomingRequest {
  const extra = names === undefined ? "" : `X-Tandem-Peer-Certificate: ${names}\r\n`;
  return {
    message: messageOf(requestText({ extra })),
    dialogId: "",
    source: { protocol: "tls", address, port: 5061 },
  } as unknown as IncomingRequest;
}

describe("Gatekeeper of peers", () => {
  const gatekeeper = new Gatekeeper(inventory, refuses as unknown as DigestAuthenticator, NO_REGISTRATIONS);
  const nameOf = (request: IncomingRequest): string => {
    const admission = gatekeeper.admit(request);
    return admission.kind === "admitted" ? admission.device.name : String(admission.status);
  };

  it("given a verified name of a peer, when it calls from anywhere, then it is that peer", () => {
    assert.equal(nameOf(from("198.51.100.7", "other.example, gw.example.org")), "by-name");
    assert.equal(nameOf(from("192.0.2.1", "gw.example.org")), "by-name");
  });
  it("given names that are nobody's, or none, when it calls, then its address counts", () => {
    assert.equal(nameOf(from("192.0.2.1", "other.example")), "by-address");
    assert.equal(nameOf(from("192.0.2.1")), "by-address");
    assert.equal(nameOf(from("198.51.100.7", "other.example")), "401");
  });
  it("given a call of a peer known by name, when its requests come from elsewhere, then the name decides", () => {
    const leg = { device: { kind: "peer", name: "by-name", number: "1" }, source: from("198.51.100.7").source };
    const check = (request: IncomingRequest) => gatekeeper.checkDialogRequest(leg as unknown as Leg, request);
    assert.equal(check(from("198.51.100.8", "gw.example.org")), undefined);
    assert.equal(leg.source.address, "198.51.100.8");
    assert.equal(check(from("192.0.2.1"))?.status, 403);
  });
  it("given an ACK, of which the edge does not tell the protocol, when it comes, then the leg's stays", () => {
    const leg = { device: { kind: "peer", name: "by-name", number: "1" }, source: from("198.51.100.7").source };
    const ack = { ...from("198.51.100.7"), source: { protocol: "", address: "198.51.100.7", port: 5062 } };
    assert.equal(gatekeeper.checkDialogRequest(leg as unknown as Leg, ack), undefined);
    assert.deepEqual(leg.source, { protocol: "tls", address: "198.51.100.7", port: 5062 });
  });
});
