import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { nodeSockets } from "../../../src/sdk/connection/node-socket.ts";
import type { OpenSocket } from "../../../src/sdk/connection/socket.ts";
import { Provider as AnyProvider } from "../../../src/sdk/objects/provider.ts";
import { heard } from "../../support/heard-event.ts";
import { SdkSite, SIGN_IN } from "../../support/sdk-site.ts";

describe("addresses of servers that cannot be opened", () => {
  let site: SdkSite;
  beforeEach(() => {
    site = new SdkSite();
  });
  afterEach(() => site.close());

  it("given an address that cannot be one, when it is opened, then it is refused, and nothing follows later", async () => {
    const uncaught: string[] = [];
    const before = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => uncaught.push(String(error)));
    try {
      await assert.rejects(site.open(["ws://127.0.0.1:9/cti#there"], { openTimeoutMs: 500 }));
      await delay(3_500);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of before) process.on("uncaughtException", listener);
    }
    assert.deepEqual(uncaught, []);
  });

  it("given an address that throws, when servers fail over, then the others are tried, and nothing is thrown later", async () => {
    const server = await site.server();
    const uncaught: string[] = [];
    const sockets = nodeSockets();
    // As browsers do: `ws:` from a page of `https:` is a SecurityError.
    const openSocket: OpenSocket = (url, handlers) => {
      if (url.includes("insecure")) throw new Error("SecurityError");
      return sockets(url, handlers);
    };
    const cti = await AnyProvider.open({ servers: [server.url, "ws://insecure.example/cti"], ...SIGN_IN }, openSocket);
    site.cleanup.add(cti, (opened) => opened.close());
    const before = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => uncaught.push(String(error)));
    let again: unknown;
    try {
      const { port } = server;
      await server.close();
      await delay(1_500);
      await site.server("a", port);
      again = await heard(cti, "provider.resnapshot").catch((error: Error) => error.message);
      await delay(3_000);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of before) process.on("uncaughtException", listener);
    }
    assert.deepEqual([uncaught, typeof again], [[], "object"]);
  });
});
