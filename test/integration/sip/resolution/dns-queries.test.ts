import assert from "node:assert/strict";
import { promises } from "node:dns";
import { ResolverQueries } from "../../../../src/sip/resolution/dns-queries.ts";
import { DnsServer } from "../../../support/dns-server.ts";
import { freePort } from "../../../support/free-port.ts";

describe("questions to name servers", () => {
  it("given a system that has other name servers now, when those of before do not answer, then the new ones are asked", async () => {
    const dns = await DnsServer.start({ "pbx.test": { addresses: ["192.0.2.1"] } });
    let servers = [`127.0.0.1:${await freePort()}`];
    const queries = new ResolverQueries([], () => {
      const resolver = new promises.Resolver({ timeout: 200, tries: 1 });
      resolver.setServers(servers);
      return resolver;
    });
    try {
      assert.deepEqual(await queries.addresses("pbx.test", 4), { kind: "failed", why: "timeout" });
      servers = [dns.address];
      assert.deepEqual(await queries.addresses("pbx.test", 4), {
        kind: "found",
        records: [{ address: "192.0.2.1", ttl: 60 }],
        ttlSeconds: 60,
      });
    } finally {
      queries.close();
      await dns.close();
    }
  });
});
