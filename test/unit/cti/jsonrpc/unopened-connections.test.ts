import assert from "node:assert/strict";
import { UnopenedConnections } from "../../../../src/cti/jsonrpc/unopened-connections.ts";

const LIMIT = 20;

describe("connections that have not signed in", () => {
  let connections: UnopenedConnections;
  beforeEach(() => {
    connections = new UnopenedConnections(2 * LIMIT);
  });

  it("given as many as one address may have, when one more comes, then it is not admitted, and others are", () => {
    for (let port = 1; port <= LIMIT; port += 1) assert.equal(connections.admit("192.0.2.1", port), true);
    assert.equal(connections.admit("192.0.2.1", 99), false);
    assert.equal(connections.admit("::ffff:192.0.2.1", 99), false);
    assert.equal(connections.admit("192.0.2.2", 1), true);
  });

  it("given addresses of one /64, when there are many, then they count together", () => {
    for (let host = 1; host <= LIMIT; host += 1) assert.equal(connections.admit(`2001:db8::${host}`, 7), true);
    assert.equal(connections.admit("2001:db8::ffff:1", 7), false);
    assert.equal(connections.admit("2001:db8:0:1::1", 7), true);
  });

  it("given connections that have signed in, or are gone, when others come, then there is room for them", () => {
    for (let port = 1; port <= LIMIT; port += 1) connections.admit("192.0.2.1", port);
    const handler = { hasSession: false };
    connections.upgraded("192.0.2.1", 1, handler);
    assert.equal(connections.admit("192.0.2.1", 98), false);
    handler.hasSession = true;
    assert.equal(connections.admit("192.0.2.1", 98), true);
    connections.closed("192.0.2.1", 2);
    assert.equal(connections.admit("192.0.2.1", 99), true);
    assert.equal(connections.admit("192.0.2.1", 100), false);
  });

  it("given few connections in all, when one address comes, then it may have sixteen", () => {
    connections = new UnopenedConnections(4);
    for (let port = 1; port <= 16; port += 1) assert.equal(connections.admit("192.0.2.1", port), true);
    assert.equal(connections.admit("192.0.2.1", 17), false);
  });
});
