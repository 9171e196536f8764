import assert from "node:assert/strict";
import { Neighbors } from "../../../src/main/configuration/neighbors.ts";
import { guardSettings } from "../../../src/main/service/guard-settings.ts";
import { nodeSettings } from "../../support/node-settings.ts";

describe("guardSettings", () => {
  it("given peers and addresses that are never banned, when judged, then they, loopback and nobody else are known", async () => {
    const settings = await nodeSettings("/nowhere");
    const addresses = ["198.51.100.0/28", "203.0.113.0/24"];
    const neighbors = new Neighbors(["203.0.113.0/24"], { addresses, certificateNames: [] });
    const { isKnown } = guardSettings(settings, neighbors);
    for (const address of ["127.0.0.1", "127.9.9.9", "::1", "198.51.100.15", "203.0.113.200"]) {
      assert.equal(isKnown(address), true, address);
    }
    for (const address of ["198.51.100.16", "192.0.2.66", "2001:db8::1", ""])
      assert.equal(isKnown(address), false, address);
  });

  it("given 0 requests a second, when turned into settings, then there is no limit; the longest ban is no shorter than the first", async () => {
    const { security } = await nodeSettings("/nowhere");
    const limits = { ...security, requestsPerSecond: 0, banSeconds: 900, maxBanSeconds: 60 };
    const { settings } = guardSettings(
      { security: limits },
      new Neighbors([], { addresses: [], certificateNames: [] }),
    );
    assert.equal(settings.newRequests, undefined);
    assert.deepEqual(settings.bans, { firstSeconds: 900, maxSeconds: 900 });
  });
});
