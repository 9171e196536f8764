import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";
import { refuseForeignOrigin } from "../../../src/admin/http/request-guard.ts";
import { silentLogger, SystemClock } from "../../../src/common/index.ts";
import { WebSocketListener } from "../../../src/cti/index.ts";
import type { Connection } from "../../../src/cti/session/connection.ts";
import { TlsIdentity } from "../../../src/sip/transport/tls/tls-identity.ts";
import { makeAuthority, makeCertificate, writePair, type PemPair } from "../../support/certificates.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { CtiClient } from "../../support/cti-client.ts";
import { eventually } from "../../support/eventually.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("WebSocketListener", () => {
  const cleanup = new Cleanup();
  const clock = new SystemClock();
  const heard: string[] = [];
  const connections: Connection[] = [];
  let hasSession = false;
  const start = async (tls?: TlsIdentity, maxConnections = 10): Promise<WebSocketListener> => {
    const listener = new WebSocketListener({
      address: "127.0.0.1",
      port: 0,
      ...(tls === undefined ? {} : { tls }),
      maxMessageBytes: 1_000,
      maxConnections,
      clock,
      logger: silentLogger,
      refuse: ({ headers }) =>
        refuseForeignOrigin({ host: headers.host, origin: headers.origin, fetchSite: undefined }, ["cti.example.org"]),
      onConnection: (connection) => {
        connections.push(connection);
        connection.send(JSON.stringify({ method: "hello", params: { isSecure: connection.isSecure } }));
        return {
          get hasSession() {
            return hasSession;
          },
          receive: (text) => heard.push(text),
          hear: () => heard.push("a sign of life"),
          closed: () => heard.push("closed"),
        };
      },
    });
    await listener.start();
    return cleanup.add(listener, (started) => started.close());
  };
  const join = async (url: string, options?: object): Promise<CtiClient> => {
    return cleanup.add(await CtiClient.connect(url, options), (client) => client.destroy());
  };
  beforeEach(() => {
    heard.length = 0;
    connections.length = 0;
    hasSession = false;
  });
  afterEach(() => cleanup.run());

  describe("over TLS", () => {
    let authority: PemPair;
    before(async () => {
      authority = await makeAuthority();
    });

    it("given certificates, when connected by a name, then it is secure, and nobody gets in without TLS or without trust", async () => {
      const folder = cleanup.add(new TemporaryDirectory("wss"), (made) => made.close());
      const ours = await makeCertificate(["cti.example.org"], { ca: authority });
      const identity = new TlsIdentity(writePair(folder, "ours", ours), clock, silentLogger);
      await identity.start();
      cleanup.add(identity, (started) => started.close());
      const listener = await start(identity);
      const trusting = { ca: authority.cert, servername: "cti.example.org" };
      const client = await join(`wss://127.0.0.1:${listener.port}/cti`, trusting);
      await client.until(({ messages }) => messages.length === 1);
      assert.deepEqual(client.messages[0]?.params, { isSecure: true });
      await assert.rejects(join(`wss://127.0.0.1:${listener.port}/cti`, { servername: "cti.example.org" }), {
        code: /SELF_SIGNED|UNABLE_TO/,
      } as never);
      const plain = `ws://127.0.0.1:${listener.port}/cti`;
      await assert.rejects(join(plain));
    });
  });

  it("given pages of other origins and names that were pointed here, when they connect, then they are refused", async () => {
    const { port } = await start();
    const url = `ws://127.0.0.1:${port}/cti`;
    const refused = [{ origin: "https://evil.example" }, { headers: { host: "evil.example" } }];
    for (const options of refused) await assert.rejects(join(url, options), /HTTP 403/);
    await join(url, { headers: { host: "cti.example.org" } });
    await assert.rejects(join(`ws://127.0.0.1:${port}/other`), /HTTP 404/);
  });

  it("given binary frames, and messages far too long, when sent, then the connection ends with the reason", async () => {
    const { port } = await start();
    const binary = await join(`ws://127.0.0.1:${port}/cti`);
    binary.send(Buffer.from("x") as never);
    assert.equal((await binary.closed).code, 1003);
    const long = await join(`ws://127.0.0.1:${port}/cti`);
    long.send("x".repeat(5_000));
    assert.equal((await long.closed).code, 1009);
    const short = await join(`ws://127.0.0.1:${port}/cti`);
    short.send("hello");
    await eventually(() => assert.ok(heard.includes("hello")), { timeoutMs: 5_000 });
  });

  describe("compression", () => {
    const text = JSON.stringify({ method: "event", params: { text: "connection alerting ".repeat(10_000) } });
    const received = async (url: string, options: object): Promise<{ bytes: number; extensions: string }> => {
      const socket = new WebSocket(url, "tandem.cti.v1", options);
      cleanup.add(socket, () => socket.terminate());
      let stream: Socket | undefined;
      socket.once("upgrade", (response) => (stream = response.socket));
      await once(socket, "open");
      const before = stream?.bytesRead ?? 0;
      const messages: string[] = [];
      const isThere = new Promise<void>((resolve) => {
        socket.on("message", (data: Buffer) => {
          messages.push(data.toString("utf8"));
          if (data.includes("after")) resolve();
        });
      });
      const connection = connections.at(-1);
      connection?.send(text);
      connection?.send('{"method":"after"}');
      await isThere;
      assert.deepEqual(messages.slice(-2), [text, '{"method":"after"}'], "as it was sent, in order");
      return { bytes: (stream?.bytesRead ?? 0) - before, extensions: socket.extensions };
    };

    it("given a client that offers it, when a long message is sent, then it comes compressed, in its turn", async () => {
      const { port } = await start();
      const { bytes, extensions } = await received(`ws://127.0.0.1:${port}/cti`, { perMessageDeflate: true });
      assert.equal(extensions, "permessage-deflate");
      assert.ok(bytes < text.length / 10, `${bytes} of ${text.length} bytes`);
    });

    for (const [what, offer] of [
      ["none", undefined],
      ["a window that is smaller than ours", "permessage-deflate; server_max_window_bits=9"],
      ["one with a parameter that there is not", "permessage-deflate; sideways"],
      ["one with a parameter twice", "permessage-deflate; client_max_window_bits; client_max_window_bits=12"],
      ["what is no extension", "=;=,,"],
      ["another extension", "x-webkit-deflate-frame"],
    ] as const) {
      it(`given an offer of ${what}, when a client connects, then it is taken without compression`, async () => {
        const { port } = await start();
        const headers = offer === undefined ? {} : { "Sec-WebSocket-Extensions": offer };
        const { bytes, extensions } = await received(`ws://127.0.0.1:${port}/cti`, {
          perMessageDeflate: false,
          headers,
        });
        assert.equal(extensions, "");
        assert.ok(bytes > text.length);
      });
    }

    it("given a short request that grows to megabytes, when it comes, then the connection is closed, and others go on", async () => {
      const { port } = await start();
      const url = `ws://127.0.0.1:${port}/cti`;
      const other = await join(url);
      const bomb = await join(url, { perMessageDeflate: { threshold: 0 } });
      bomb.send("x".repeat(8_000_000));
      assert.equal((await bomb.closed).code, 1009);
      other.send("hello");
      await eventually(() => assert.ok(heard.includes("hello")), { timeoutMs: 5_000 });
      assert.equal(heard.filter((each) => each.startsWith("x")).length, 0);
    });

    it("given a compressed request within the bounds, when it comes, then it is heard", async () => {
      const { port } = await start();
      const client = await join(`ws://127.0.0.1:${port}/cti`, { perMessageDeflate: { threshold: 0 } });
      client.send("y".repeat(3_000));
      await eventually(() => assert.ok(heard.includes("y".repeat(3_000))), { timeoutMs: 5_000 });
    });

    it("given a client that offers it and stops reading, when much is sent, then no more of it waits than without", async () => {
      const { port } = await start();
      const client = await join(`ws://127.0.0.1:${port}/cti`, { perMessageDeflate: true });
      client.pause();
      const [connection] = connections;
      for (let count = 0; count < 10; count += 1) connection?.send(text);
      assert.ok((connection?.unreadBytes ?? 0) > 9 * text.length, "what is not read is counted as it was before");
      client.resume();
      await client.until(({ events }) => events.length === 10);
      await eventually(() => assert.ok((connection?.unreadBytes ?? Infinity) < text.length), { timeoutMs: 5_000 });
    });
  });

  it("given who stops reading, when less is sent than the system holds for it, then it is known, until it reads again", async () => {
    const { port } = await start();
    const client = await join(`ws://127.0.0.1:${port}/cti`);
    const [connection] = connections;
    assert.ok(connection);
    client.pause();
    const text = JSON.stringify({ method: "event", params: { text: "x".repeat(1_000) } });
    for (let count = 0; count < 1_000; count += 1) connection.send(text);
    const isDrained = new Promise<void>((resolve) => connection.whenDrained(resolve));
    // The system has taken it, since it can answer.
    client.sendPing();
    await eventually(() => assert.deepEqual(heard, ["a sign of life"]), { timeoutMs: 5_000 });
    assert.ok(connection.unreadBytes > 900_000, `${connection.unreadBytes} bytes are not read`);
    client.resume();
    await isDrained;
    await client.until(({ events }) => events.length === 1_000);
    await eventually(() => assert.ok(connection.unreadBytes < 64 * 1_024), { timeoutMs: 5_000 });
    assert.deepEqual(heard, ["a sign of life"], "that it was read says nothing of the application");
  });

  it("given who sends pings and reads nothing, when there are very many, then few answers wait, and the last one comes", async () => {
    const { port } = await start();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/cti`, "tandem.cti.v1");
    cleanup.add(socket, () => socket.terminate());
    await once(socket, "open");
    socket.pause();
    const filling = "x".repeat(120);
    for (let count = 0; count < 200_000; count += 1) socket.ping(filling);
    const isSent = once(socket, "sent");
    socket.ping("last", true, () => void socket.emit("sent"));
    await isSent;
    connections[0]?.send("{}");
    assert.ok((connections[0]?.unreadBytes ?? Infinity) < 2_000_000, `${connections[0]?.unreadBytes} bytes wait`);
    const isAnswered = new Promise<void>((resolve) => {
      socket.on("pong", (data: Buffer) => {
        if (data.toString("utf8") === "last") resolve();
      });
    });
    socket.resume();
    await isAnswered;
  });

  it("given an address with many connections that have not signed in, when one more comes, then it is refused until they have", async () => {
    const listener = await start(undefined, 32);
    const url = `ws://127.0.0.1:${listener.port}/cti`;
    for (let count = 0; count < 16; count += 1) await join(url);
    await assert.rejects(join(url));
    assert.equal(listener.refused, 1);
    hasSession = true;
    await join(url);
    assert.equal(listener.connections, 17);
  });

  it("given something that is no WebSocket, when it comes, then it is told so and counted", async () => {
    const listener = await start();
    const answer = await fetch(`http://127.0.0.1:${listener.port}/cti`);
    assert.equal(answer.status, 426);
    const socket = connect(listener.port, "127.0.0.1");
    socket.write("\u0000\u0001 junk\r\n\r\n");
    await new Promise<void>((resolve) => socket.once("close", () => resolve()));
    assert.equal(listener.refused, 1);
  });

  it("given a port that is taken, when started, then it says which", async () => {
    const { port } = await start();
    const second = new WebSocketListener({
      address: "127.0.0.1",
      port,
      maxMessageBytes: 1_000,
      maxConnections: 10,
      clock,
      logger: silentLogger,
      refuse: () => undefined,
      onConnection: () => assert.fail("nobody comes"),
    });
    await assert.rejects(second.start(), { code: "address-in-use", message: new RegExp(`CTI ws 127.0.0.1:${port}`) });
  });
});
