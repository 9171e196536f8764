import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Cleanup } from "../../support/cleanup.ts";
import type { CtiClient } from "../../support/cti-client.ts";
import { CtiFixture } from "../../support/cti-fixture.ts";
import { OPCODE, RawWebSocket, upgradeText } from "../../support/raw-web-socket.ts";

const MESSAGE_BYTES = 1_000;
const HEAD_MS = 300;
/** Whoever says nothing that makes sense is gone before that. */
const OPEN_MS = 600;

const SIGN_IN = { user: "ann", password: "ann" };
const OPEN = JSON.stringify({
  jsonrpc: "2.0",
  id: "1",
  method: "provider.open",
  params: { ...SIGN_IN, client: { name: "test" }, protocol: ["1.0"] },
});

describe("hostile peers of CTIManager", () => {
  const cleanup = new Cleanup();
  let fixture: CtiFixture;
  /** Somebody whose session goes on whatever others do. */
  let bystander: CtiClient;
  beforeEach(async () => {
    fixture = cleanup.add(
      await CtiFixture.start({
        headMs: HEAD_MS,
        rpc: { messageBytes: MESSAGE_BYTES, openMs: OPEN_MS, requestsPerSecond: 50, requestBurst: 50 },
      }),
      (started) => started.close(),
    );
    bystander = await joined();
    await bystander.open(SIGN_IN);
  });
  afterEach(async () => {
    await bystander.request("provider.topics").catch((error: unknown) => {
      // The fixture has few methods: any answer will do.
      assert.match(String(error), /PROTOCOL_UNKNOWN_METHOD/);
    });
    await cleanup.run();
  });

  const joined = async (): Promise<CtiClient> => cleanup.add(await fixture.connect(), (client) => client.destroy());
  const raw = async (): Promise<RawWebSocket> =>
    cleanup.add(await RawWebSocket.open(fixture.port), (peer) => peer.destroy());
  async function tcp(): Promise<{ readonly socket: Socket; readonly answer: Promise<string> }> {
    const socket = cleanup.add(connect(fixture.port, "127.0.0.1"), (one) => void one.destroy());
    await once(socket, "connect");
    let text = "";
    socket.on("data", (bytes: Buffer) => (text += bytes.toString("latin1")));
    socket.on("error", () => undefined);
    return { socket, answer: once(socket, "close").then(() => text) };
  }

  describe("before there is a WebSocket", () => {
    it("given who says nothing, or a byte now and then, when the time for a head is over, then the connection is closed", async () => {
      const [silent, slow] = [await tcp(), await tcp()];
      const head = upgradeText("AAAAAAAAAAAAAAAAAAAAAA==");
      let at = 0;
      const drip = setInterval(() => void slow.socket.write(head[at++] ?? "x"), HEAD_MS / 20);
      const answers = await Promise.all([silent.answer, slow.answer]);
      clearInterval(drip);
      assert.ok(at < head.length, "it was read to its end");
      for (const answer of answers) assert.ok(answer === "" || answer.startsWith("HTTP/1.1 408"), answer);
    });

    it("given who upgrades and then says nothing, when the time for a session is over, then the connection is closed", async () => {
      assert.equal(await (await raw()).closed, 1002);
    });

    const HEADS: readonly (readonly [string, string, RegExp])[] = [
      ["a head of 20,000 bytes", upgradeText("AAAAAAAAAAAAAAAAAAAAAA==", [`X-Long: ${"x".repeat(20_000)}`]), /^$/],
      ["a key that is none", upgradeText("short"), /^HTTP\/1.1 400/],
      [
        "two protocols of others",
        upgradeText("AAAAAAAAAAAAAAAAAAAAAA==").replace("tandem.cti.v1", "a, b"),
        /^HTTP\/1.1 400/,
      ],
      ["another path", upgradeText("AAAAAAAAAAAAAAAAAAAAAA==").replace("/cti", "/../etc/passwd"), /^HTTP\/1.1 404/],
      [
        "a body that does not end",
        `POST /cti HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\nx`,
        /^HTTP\/1.1 426/,
      ],
      [
        "a request of HTTP that is smuggled",
        `GET /cti HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n`,
        /^$/,
      ],
    ];
    for (const [what, head, expected] of HEADS)
      it(`given ${what}, when it comes, then it is refused, and the connection is closed`, async () => {
        const { socket, answer } = await tcp();
        const before = fixture.refused;
        socket.write(head);
        assert.match(await answer, expected);
        if (!what.startsWith("a body")) assert.equal(fixture.refused, before + 1);
      });
  });

  describe("frames", () => {
    const FRAMES: readonly (readonly [string, (peer: RawWebSocket) => void, number | undefined])[] = [
      ["a frame that claims 8 EiB", (peer) => peer.frame(OPCODE.text, "x", { claimed: 2n ** 63n - 1n }), 1009],
      ["a frame that claims 5,000 bytes", (peer) => peer.frame(OPCODE.text, "x", { claimed: 5_000n }), 1009],
      ["a compressed frame", (peer) => peer.frame(OPCODE.text, "x", { isCompressed: true }), 1002],
      ["a frame that is not masked", (peer) => peer.frame(OPCODE.text, OPEN, { isMasked: false }), 1002],
      ["text that is not UTF-8", (peer) => peer.frame(OPCODE.text, Buffer.from([0x22, 0xc3, 0x28, 0x22])), 1007],
      ["a half of a surrogate pair in UTF-8", (peer) => peer.frame(OPCODE.text, Buffer.from([0xed, 0xa0, 0x80])), 1007],
      ["a binary frame", (peer) => peer.frame(OPCODE.binary, OPEN), 1003],
      ["an opcode that there is not", (peer) => peer.frame(3, "x"), 1002],
      ["a continuation of nothing", (peer) => peer.frame(OPCODE.continuation, "x"), 1002],
      ["a ping in two parts", (peer) => peer.frame(OPCODE.ping, "x", { isOpen: true }), 1002],
      ["a ping of 200 bytes", (peer) => peer.frame(OPCODE.ping, "x".repeat(200)), 1002],
      ["a close of one byte", (peer) => peer.frame(OPCODE.close, "x"), 1002],
      ["2,000 fragments of a message", (peer) => fragments(peer, 2_000, "x"), 1008],
      ["200,000 fragments of nothing", (peer) => fragments(peer, 200_000, ""), 1008],
    ];
    for (const [what, send, code] of FRAMES)
      it(`given ${what}, when it comes, then the connection is closed with ${code}`, async () => {
        const peer = await raw();
        peer.frame(OPCODE.text, OPEN);
        send(peer);
        assert.equal(await peer.closed, code);
      });

    it("given messages behind what the connection is closed for, when they come, then nobody looks at them", async () => {
      const peer = await raw();
      const before = fixture.counts.requests;
      peer.frame(OPCODE.binary, "x");
      peer.frames(100, OPCODE.text, OPEN);
      assert.equal(await peer.closed, 1003);
      assert.equal(fixture.counts.requests, before);
    });

    for (const opcode of [OPCODE.ping, OPCODE.pong])
      it(`given a flood of ${opcode === OPCODE.ping ? "pings" : "pongs"}, when it goes on, then the connection is closed`, async () => {
        const peer = await raw();
        peer.frame(OPCODE.text, OPEN);
        peer.frames(50, opcode, "x");
        peer.frame(OPCODE.text, '{"jsonrpc":"2.0","id":"2","method":"provider.heartbeat","params":{}}');
        peer.frames(1_000, opcode, "x");
        assert.equal(await peer.closed, 1008);
      });
  });

  it("given a flood of heartbeats, when it goes on, then the connection is closed", async () => {
    const peer = await raw();
    peer.frame(OPCODE.text, OPEN);
    peer.frames(1_000, OPCODE.text, '{"jsonrpc":"2.0","method":"provider.heartbeat"}');
    assert.equal(await peer.closed, 1008);
  });

  describe("messages", () => {
    const request = (members: string): string => `{"jsonrpc":"2.0","id":"7",${members}}`;
    const topics = (params: string): string => request(`"method":"provider.ack","params":${params}`);
    const MESSAGES: readonly (readonly [string, string, string, string?])[] = [
      ["a message of 1,001 characters", "x".repeat(1_001), "PROTOCOL_TOO_BIG"],
      ["an id of 900 characters", `{"jsonrpc":"2.0","id":"${"9".repeat(900)}","method":"m"}`, "PROTOCOL_MALFORMED"],
      ["an id that is a number", '{"jsonrpc":"2.0","id":7,"method":"m"}', "PROTOCOL_MALFORMED"],
      ["a method of 900 characters", request(`"method":"${"m".repeat(900)}"`), "PROTOCOL_MALFORMED"],
      ["a method of every object", request('"method":"constructor"'), "PROTOCOL_UNKNOWN_METHOD"],
      ["a method that is a prototype", request('"method":"__proto__"'), "PROTOCOL_UNKNOWN_METHOD"],
      [
        "lists 33 deep",
        request(`"method":"m","params":{"a":${"[".repeat(33)}${"]".repeat(33)}}`),
        "PROTOCOL_MALFORMED",
      ],
      ["900 brackets", "[".repeat(900), "PROTOCOL_MALFORMED"],
      [
        "a prototype beside the method",
        request('"method":"provider.ack","__proto__":{"params":{}}'),
        "PROTOCOL_MALFORMED",
      ],
      ["a prototype as parameter", topics('{"seq":1,"__proto__":{"seq":2}}'), "VALIDATION_PARAMETER", "/__proto__"],
      ["a constructor as parameter", topics('{"seq":1,"constructor":1}'), "VALIDATION_PARAMETER", "/constructor"],
      ["a parameter of the prototype", topics('{"__proto__":{"seq":1}}'), "VALIDATION_PARAMETER", "/seq"],
      ["a number beyond all", topics('{"seq":1e999}'), "VALIDATION_PARAMETER", "/seq"],
      ["a number that is not exact", topics('{"seq":9007199254740993}'), "VALIDATION_PARAMETER", "/seq"],
      ["a number below zero", topics('{"seq":-1}'), "VALIDATION_PARAMETER", "/seq"],
      ["half a number", topics('{"seq":0.5}'), "VALIDATION_PARAMETER", "/seq"],
      [
        "a name of 900 characters",
        topics(`{"seq":1,"${"n".repeat(900)}":1}`),
        "VALIDATION_PARAMETER",
        `/${"n".repeat(64)}`,
      ],
      ["a byte order mark", `\uFEFF${topics('{"seq":0}')}`, "PROTOCOL_NOT_JSON"],
    ];
    for (const [what, text, code, path] of MESSAGES)
      it(`given ${what}, when it comes, then it is refused with ${code}, briefly, and the session goes on`, async () => {
        const client = await joined();
        await client.open(SIGN_IN);
        client.messages.length = 0;
        client.send(text);
        await client.until(({ messages }) => messages.length > 0);
        const [answer] = client.messages;
        assert.equal(answer?.error?.data["code"], code);
        assert.equal(answer.error.data["path"], path);
        assert.ok(JSON.stringify(answer).length < 600);
        client.messages.length = 0;
        client.send(topics('{"seq":0}'));
        await client.until(({ messages }) => messages.some(({ id, result }) => id === "7" && result !== undefined));
      });

    it("given the same member twice, when it comes, then the last one counts, as with any JSON", async () => {
      const client = await joined();
      await client.open(SIGN_IN);
      client.send(
        '{"jsonrpc":"2.0","id":"a","id":"b","method":"m","method":"provider.ack","params":{"seq":-1,"seq":0}}',
      );
      await client.until(({ messages }) => messages.some(({ id, result }) => id === "b" && result !== undefined));
    });
  });
});

/** A message that is never whole. */
function fragments(peer: RawWebSocket, count: number, payload: string): void {
  peer.frame(OPCODE.text, payload, { isOpen: true });
  peer.frames(count, OPCODE.continuation, payload, { isOpen: true });
}
