import assert from "node:assert/strict";
import { connect } from "node:net";
import { Cleanup } from "../../support/cleanup.ts";
import { CtiFixture } from "../../support/cti-fixture.ts";

const HEAD_MS = 300;

describe("upgrades that are refused", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  async function start(): Promise<CtiFixture> {
    const fixture = await CtiFixture.start({ headMs: HEAD_MS, rpc: { openMs: HEAD_MS } });
    return cleanup.add(fixture, (one) => one.close());
  }

  it("given many that are refused and close as they should, when one comes that is right, then it is let in", async () => {
    const fixture = await start();
    for (let count = 0; count < 60; count += 1) {
      const socket = connect({ port: fixture.port, host: "127.0.0.1" });
      socket.on("error", () => undefined);
      socket.resume();
      socket.write("GET /other HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      await new Promise<void>((resolve) => socket.once("close", () => resolve()));
    }
    await new Promise((resolve) => setTimeout(resolve, 5 * HEAD_MS));
    (await fixture.connect()).destroy();
  });

  it("given a peer that was refused and does not close, when the service stops, then it does not wait for it", async () => {
    const fixture = await start();
    const socket = connect({ port: fixture.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined);
    socket.resume();
    const ended = new Promise<void>((resolve) => socket.once("end", resolve));
    socket.write("GET /other HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    await ended;
    const late = new Promise<string>((resolve) => setTimeout(() => resolve("it waits"), 3_000));
    const stopped = await Promise.race([fixture.close().then(() => "stopped"), late]);
    socket.destroy();
    assert.equal(stopped, "stopped");
  });

  for (const [what, head] of [
    ["another path", "GET /other HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"],
    [
      "no key",
      "GET /cti HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tandem.cti.v1\r\n\r\n",
    ],
  ] as const) {
    it(`given a peer that asks for ${what} and does not close, when refused, then its connection ends all the same`, async () => {
      const fixture = await start();
      const socket = connect({ port: fixture.port, host: "127.0.0.1", allowHalfOpen: true });
      cleanup.add(socket, (one) => void one.destroy());
      socket.on("error", () => undefined);
      let text = "";
      socket.on("data", (data) => (text += data.toString()));
      const ended = new Promise<void>((resolve) => socket.once("end", resolve));
      socket.write(head);
      await ended;
      assert.match(text, /^HTTP\/1\.1 4/);
      await new Promise((resolve) => setTimeout(resolve, 5 * HEAD_MS));
      // A connection that is gone answers what comes by a reset.
      const isReset = new Promise<boolean>((resolve) => {
        socket.once("error", () => resolve(true));
        socket.once("close", () => resolve(true));
        setTimeout(() => resolve(false), 1_000);
      });
      socket.write("x");
      setTimeout(() => socket.write("y"), 200);
      assert.equal(await isReset, true, "it is still there");
    });
  }
});
