import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { nodeSockets } from "../../../src/sdk/connection/node-socket.ts";
import { Cleanup } from "../../support/cleanup.ts";

describe("sockets of the SDK in Node.js", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  for (const [does, perMessageDeflate, extension] of [
    ["compresses", { threshold: 0 }, "permessage-deflate"],
    ["does not", false, ""],
  ] as const) {
    it(`given a server that ${does}, when it sends a long message, then it is had as it was sent`, async () => {
      const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate });
      cleanup.add(server, (started) => started.close());
      await once(server, "listening");
      const text = JSON.stringify({ text: "a call that rings, ".repeat(20_000) });
      const accepted = once(server, "connection") as Promise<[WebSocket]>;
      const had = new Promise<string>((resolve, reject) => {
        const { port } = server.address() as AddressInfo;
        const socket = nodeSockets()(`ws://127.0.0.1:${port}/cti`, {
          onOpen: () => undefined,
          onText: resolve,
          onClose: (code, reason) => reject(new Error(`closed: ${code} ${reason}`)),
        });
        cleanup.add(socket, (opened) => opened.close());
      });
      const [webSocket] = await accepted;
      webSocket.send(text);
      assert.equal(await had, text);
      assert.equal(webSocket.extensions, extension);
    });
  }
});
