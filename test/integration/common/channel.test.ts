import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChannelClient,
  ChannelServer,
  JsonText,
  silentLogger,
  SwitchError,
  SystemClock,
  type ChannelClientOptions,
  type ChannelPeer,
} from "../../../src/common/index.ts";
import { ManagedProcess } from "../../support/managed-process.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describe("channel", () => {
  let folder: string;
  let path: string;
  let server: ChannelServer;
  const clients: ChannelClient[] = [];
  const sockets: Socket[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "channel-"));
    path = join(folder, "edge-1.sock");
    server = await listening(path);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const clientOf = (options: Partial<ChannelClientOptions> = {}): ChannelClient => {
    const client = new ChannelClient({ path, clock: new SystemClock(), logger: silentLogger, ...options });
    clients.push(client);
    return client;
  };
  const connected = async (options: Partial<ChannelClientOptions> = {}): Promise<ChannelClient> => {
    const client = clientOf(options);
    await client.connectOnce();
    return client;
  };
  const rawSocket = async (): Promise<Socket> => {
    const socket = connect(path);
    sockets.push(socket);
    await once(socket, "connect");
    return socket;
  };

  it("given a handler, when requested, then its result is returned, and null when it has none", async () => {
    server.handle("add", (params) => (params as { a: number }).a + 1);
    server.handle("later", async () => ({ ok: true }));
    server.handle("nothing", () => undefined);
    const client = await connected();
    assert.equal(await client.request("add", { a: 1 }), 2);
    assert.deepEqual(await client.request("later"), { ok: true });
    assert.equal(await client.request("nothing"), null);
  });

  it("given text beyond ASCII and a megabyte of it, when sent both ways, then it arrives whole", async () => {
    server.handle("echo", (params) => params);
    const client = await connected();
    const text = "Grüße 📞\n".repeat(100_000);
    assert.equal(await client.request("echo", text), text);
  });

  it("given a handler that throws, when requested, then its code and details, or `failed`, are thrown", async () => {
    server.handle("refuse", () => {
      throw new SwitchError("too-busy", "no more", { max: 3 });
    });
    server.handle("break", () => {
      throw new TypeError("oops");
    });
    server.handle("circular", () => {
      const value: { self?: unknown } = {};
      value.self = value;
      return value;
    });
    const client = await connected();
    await assert.rejects(client.request("refuse"), { code: "too-busy", message: "no more", details: { max: 3 } });
    await assert.rejects(client.request("break"), { code: "failed", message: "oops" });
    await assert.rejects(client.request("circular"), { code: "failed" });
    await assert.rejects(client.request("constructor"), { code: "unknown-method" });
  });

  it("given a handler that never answers, when the time is over, then the request times out", async () => {
    const clock = new ManualClock();
    server.handle("hang", () => new Promise(() => undefined));
    const client = await connected({ clock });
    const reply = client.request("hang", {}, 500);
    clock.advance(500);
    await assert.rejects(reply, { code: "timed-out" });
    assert.equal(clock.activeTimers, 0);
  });

  it("given too many requests without a reply, when one more is made, then it fails at once", async () => {
    server.handle("hang", () => new Promise(() => undefined));
    const client = await connected({ maxPending: 2 });
    const waiting = [client.request("hang"), client.request("hang")];
    await assert.rejects(client.request("hang"), { code: "not-connected" });
    client.close();
    for (const reply of waiting) await assert.rejects(reply, { code: "not-connected" });
  });

  it("given events, when broadcast or sent to one peer, then they arrive there", async () => {
    const events: unknown[] = [];
    let arrived: () => void = () => undefined;
    const two = new Promise<void>((resolve) => (arrived = resolve));
    server.handle("subscribe", (_params, peer) => peer.notify("hello", { n: 1 }));
    const client = await connected({
      onEvent: (event, params) => {
        events.push([event, params]);
        if (events.length === 2) arrived();
      },
    });
    await client.request("subscribe");
    server.broadcast("all", { n: 2 });
    await two;
    assert.deepEqual(events, [
      ["hello", { n: 1 }],
      ["all", { n: 2 }],
    ]);
  });

  it("given nobody at the path, when connected once, then it fails with not-connected", async () => {
    await server.close();
    await assert.rejects(clientOf().connectOnce(), { code: "not-connected" });
  });

  it("given a request before any connection, when made, then it fails at once", async () => {
    await assert.rejects(clientOf().request("x"), { code: "not-connected" });
  });

  it("given a started client, when the server goes and comes back, then it connects again", async () => {
    const seen: string[] = [];
    let wake: () => void = () => undefined;
    const until = async (count: number): Promise<void> => {
      while (seen.length < count) await new Promise<void>((resolve) => (wake = resolve));
    };
    const note = (what: string) => () => {
      seen.push(what);
      wake();
    };
    const client = clientOf({ retryDelayMs: 5, onConnected: note("up"), onDisconnected: note("down") });
    client.start();
    client.start();
    await until(1);
    await server.close();
    await until(2);
    assert.equal(client.connected, false);
    server = await listening(path);
    await keepingAlive(until(3));
    assert.deepEqual(seen, ["up", "down", "up"]);
    assert.equal(server.peerCount, 1);
  });

  it("given a client that was connected once, when the server goes, then it does not connect again", async () => {
    const clock = new ManualClock();
    let down: () => void = () => undefined;
    const lost = new Promise<void>((resolve) => (down = resolve));
    const client = await connected({ clock, onDisconnected: () => down() });
    await server.close();
    await lost;
    assert.equal(clock.activeTimers, 0);
    assert.equal(client.connected, false);
  });

  it("given a client that is still connecting, when closed, then it never connects", async () => {
    let connections = 0;
    const client = clientOf({ onConnected: () => (connections += 1) });
    client.start();
    client.close();
    client.close();
    await rawSocket();
    assert.equal(connections, 0);
    assert.equal(client.connected, false);
  });

  it("given somebody who listens, when another server wants the path, then it is refused", async () => {
    await assert.rejects(listening(path), { code: "already-running" });
  });

  it("given a socket file of a dead process, when a server listens, then the file is replaced and private", async () => {
    await server.close();
    writeFileSync(path, "");
    server = await listening(path);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(await connected().then((client) => client.connected), true);
  });

  it("given a path longer than the system allows, when listening, then it is refused by name", async () => {
    await assert.rejects(listening(join(folder, "x".repeat(100))), { code: "path-too-long" });
  });

  it("given a closed server, when looked at, then its socket file is gone and closing again is harmless", async () => {
    await server.close();
    await server.close();
    assert.equal(existsSync(path), false);
  });

  it("given a reply that was just made, when the server closes, then the reply still arrives", async () => {
    let closing: Promise<void> | undefined;
    server.handle("stop", () => {
      setImmediate(() => {
        closing = server.close();
      });
      return "stopping";
    });
    const client = await connected();
    assert.equal(await client.request("stop"), "stopping");
    await closing;
  });

  it("given a peer that does not read, when the server closes, then it is cut off after its grace", async () => {
    const clock = new ManualClock();
    await server.close();
    server = await listening(path, { clock });
    server.handle("much", () => "x".repeat(4_000_000));
    const socket = await rawSocket();
    socket.pause();
    socket.write('{"id":1,"method":"much"}\n');
    while (server.peerCount === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 20)); // the reply must fill the socket's buffer
    const closed = server.close();
    clock.advance(500);
    await closed;
    assert.equal(clock.activeTimers, 0);
  });

  it("given more peers than allowed, when one more connects, then it is closed", async () => {
    await server.close();
    server = await listening(path, { maxPeers: 1 });
    server.handle("ping", () => "pong");
    const first = await connected();
    await first.request("ping");
    const second = await rawSocket();
    await once(second, "close");
    assert.equal(server.peerCount, 1);
  });

  it("given a peer that speaks no JSON, when it writes, then it is closed and others go on", async () => {
    server.handle("ping", () => "pong");
    const client = await connected();
    for (const garbage of ["GET / HTTP/1.1\r\n\r\n", "7\n", "\n"]) {
      const socket = await rawSocket();
      socket.write(garbage);
      await once(socket, "close");
    }
    assert.equal(await client.request("ping"), "pong");
  });

  it("given a peer that does not read, when much is sent to it, then that is counted; once it reads, it is told, and none is left", async () => {
    const peers: ChannelPeer[] = [];
    server.handle("know", (_params, peer) => void peers.push(peer));
    const socket = await rawSocket();
    socket.write('{"id":1,"method":"know"}\n{"id":2,"method":"know"}\n');
    await once(socket, "data");
    const [peer, same] = peers;
    assert.ok(peer !== undefined && peer === same);
    socket.pause();
    const json = JSON.stringify({ text: "x".repeat(4_000_000) });
    peer.notify("much", new JsonText(json));
    assert.ok(peer.unreadBytes >= json.length);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(peer.unreadBytes > 1_000_000);
    const drained = new Promise<void>((resolve) => peer.onDrained(resolve));
    let received = "";
    socket.on("data", (chunk) => (received += String(chunk)));
    socket.resume();
    await drained;
    assert.equal(peer.unreadBytes, 0);
    while (!received.endsWith("\n")) await once(socket, "data");
    assert.ok(received.endsWith(`{"event":"much","params":${json}}\n`));
  });

  it("given a peer, when it is closed, then its client is, and who wants to know is told once", async () => {
    let peer: ChannelPeer | undefined;
    server.handle("know", (_params, one) => void (peer = one));
    const client = await connected();
    await client.request("know");
    const closed = new Promise<void>((resolve) => peer?.onClosed(resolve));
    peer?.close();
    await closed;
    await assert.rejects(client.request("know"), { code: "not-connected" });
  });

  it("given messages that are no requests, when received, then they are ignored", async () => {
    server.handle("ping", () => "pong");
    const socket = await rawSocket();
    socket.setEncoding("utf8");
    socket.write('[]\n{"id":3}\n{"method":"ping"}\n{"id":4,"method":"ping"}\n');
    const [reply] = (await once(socket, "data")) as [string];
    assert.equal(reply, '{"id":4,"result":"pong"}\n');
  });

  it("given a line without end, when it exceeds 16 MiB, then the peer is closed", async () => {
    const socket = await rawSocket();
    socket.on("error", () => undefined); // the reset is what is expected
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const piece = "x".repeat(1024 * 1024);
    for (let n = 0; n < 18; n += 1) socket.write(piece);
    await closed;
  });

  it("given a server that answers nonsense, when a client reads it, then only unknown ids are ignored", async () => {
    await server.close();
    const odd = createServer((socket) => {
      socket.resume();
      socket.end('{"id":99,"result":1}\n{"result":1}\n');
    });
    await new Promise<void>((resolve) => odd.listen(path, resolve));
    const client = await connected();
    await assert.rejects(client.request("x"), { code: "not-connected" });
    await new Promise((resolve) => odd.close(resolve));
  });

  describe("with a peer that hangs", () => {
    let hanging: Server;
    beforeEach(async () => {
      await server.close();
      hanging = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => void sockets.push(socket));
      await new Promise<void>((resolve) => hanging.listen(path, resolve));
    });
    afterEach(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => hanging.close(resolve));
    });

    it("given a client that has closed, when half a second is over, then the connection is gone", async () => {
      const clock = new ManualClock();
      const [[peer]] = await Promise.all([once(hanging, "connection") as Promise<[Socket]>, connected({ clock })]);
      clients.splice(0).forEach((client) => client.close());
      peer.resume();
      await once(peer, "end");
      clock.advance(500);
      const failed = once(peer, "error") as Promise<[{ code?: string }]>;
      const writing = setInterval(() => peer.write("x"), 10);
      const [{ code }] = await failed.finally(() => clearInterval(writing));
      assert.equal(code, "EPIPE");
    });

    it("given a command that has closed, when it is done, then its process ends", async () => {
      const common = JSON.stringify(join(import.meta.dirname, "../../../src/common/index.ts"));
      const script = `
        const { ChannelClient, SystemClock, silentLogger } = await import(${common});
        const client = new ChannelClient({ path: ${JSON.stringify(path)}, clock: new SystemClock(), logger: silentLogger });
        await client.connectOnce();
        console.log(await client.request("hello", {}, 50).catch(({ code }) => code));
        client.close();`;
      const args = ["--import", "tsx", "--input-type=module", "-e", script];
      const command = new ManagedProcess({ command: process.execPath, args });
      assert.deepEqual(await command.exited(8_000), { code: 0, signal: null });
      assert.equal(command.output, "timed-out\n");
    });
  });
});

async function listening(
  path: string,
  options: { clock?: ManualClock; maxPeers?: number } = {},
): Promise<ChannelServer> {
  const server = new ChannelServer({ path, logger: silentLogger, ...options });
  await server.listen();
  return server;
}

/** Clients of a background connection and their timers do not keep the process alive. */
async function keepingAlive<T>(promise: Promise<T>): Promise<T> {
  const interval = setInterval(() => undefined, 1_000);
  try {
    return await promise;
  } finally {
    clearInterval(interval);
  }
}
