import assert from "node:assert/strict";
import { Neighbors } from "../../../src/main/configuration/neighbors.ts";

describe("Neighbors", () => {
  it("given trunks, when they are asked for, then by address, by block and by name in a certificate", () => {
    const neighbors = new Neighbors([], { addresses: ["192.0.2.1", "10.0.0.0/8"], certificateNames: ["a.org"] });
    assert.equal(neighbors.isKnown("192.0.2.1"), true);
    assert.equal(neighbors.isKnown("10.9.8.7"), true);
    assert.equal(neighbors.isKnown("192.0.2.2"), false);
    assert.equal(neighbors.isKnownCertificate(["b.org", "a.org"]), true);
    assert.equal(neighbors.isKnownCertificate(["b.org"]), false);
  });

  it("given other trunks, when it is told, then these count, and what is always known stays", () => {
    const neighbors = new Neighbors(["198.51.100.7"], { addresses: ["192.0.2.1"], certificateNames: ["a.org"] });
    neighbors.know({ addresses: ["192.0.2.2", "192.0.2.2", "198.51.100.7"], certificateNames: [] });
    assert.equal(neighbors.isKnown("192.0.2.1"), false);
    assert.equal(neighbors.isKnown("192.0.2.2"), true);
    assert.equal(neighbors.isKnown("198.51.100.7"), true);
    assert.equal(neighbors.isKnownCertificate(["a.org"]), false);
    neighbors.know({ addresses: [], certificateNames: [] });
    assert.equal(neighbors.isKnown("192.0.2.2"), false);
    assert.equal(neighbors.isKnown("198.51.100.7"), true);
  });
});
