import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { freePort } from "../../support/free-port.ts";

describe("freePort", () => {
  it("given ports of a test, when others look for one, then the system gives them to nobody and no other test takes them", async () => {
    const [lowest = 0, highest = 0] = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8")
      .split(/\s+/)
      .map(Number);
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
    assert.equal(new Set(ports).size, ports.length);
    for (const port of ports) {
      assert.ok(port < lowest || port > highest, `${port} may be given to anybody`);
      const code = await new Promise<unknown>((resolve) => {
        const server = createServer().once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
        server.listen(`\0tandem-test-port-${port}`, () => server.close(() => resolve("taken twice")));
      });
      assert.equal(code, "EADDRINUSE");
    }
  });
});
