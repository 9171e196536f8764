import assert from "node:assert/strict";
import { once } from "node:events";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, hangUp, sdpLine } from "../../support/established-call.ts";
import { ConnectionLink, DatagramLink, WebSocketLink, written } from "../../support/phone-link.ts";
import { optionsRequest, RawTcp } from "../../support/raw-sip.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { assertUnharmed } from "../../support/unharmed-call.ts";
import { testSdp } from "../../support/test-sdp.ts";

const KEEP_ALIVE = "\r\n\r\n";
const octets = (text: string): string[] => [...text];
const inPieces = (length: number) => {
  return (text: string): string[] => text.match(new RegExp(`[^]{1,${length}}`, "g")) ?? [];
};

describe("interop 30: keep-alives, pieces and lengths", () => {
  let node: SwitchFixture;
  beforeEach(async () => {
    const browser = { profile: { ...TEST_PROFILE, transports: ["udp", "tcp", "ws"] as const } };
    node = await SwitchFixture.start({ webSocket: true, phones: [browser, browser] });
  });
  afterEach(async () => {
    await node.stop();
  });

  /** A change by each party, and the end by either: what passes on a sound connection. */
  async function lives(near: PhoneCall, far: PhoneCall): Promise<void> {
    await assertUnharmed({ near, far }, node);
  }

  async function callBetween(link: ConnectionLink | WebSocketLink, name: string): Promise<[PhoneCall, PhoneCall]> {
    const isCaller = name === "caller";
    const alice = await node.phone("1001", isCaller ? { link } : {});
    const bob = await node.phone("1002", isCaller ? {} : { link });
    const { near, far, offered } = await establish(alice, bob);
    assert.equal(sdpLine(offered, "c="), "c=IN IP4 192.0.2.200");
    return [near, far];
  }

  const cuts: readonly (readonly [string, (text: string) => readonly string[]])[] = [
    ["an octet at a time", octets],
    ["in pieces of 100 octets", inPieces(100)],
    ["cut behind the head", (text) => text.split(/(?<=\r\n\r\n)/)],
    ["cut inside each line end", (text) => text.split(/(?<=\r)(?=\n)/)],
    ["behind keep-alives", (text) => [KEEP_ALIVE, `${KEEP_ALIVE}${KEEP_ALIVE}${text}`, KEEP_ALIVE]],
    ["between single line ends", (text) => ["\r\n", text, "\r\n", "\r\n"]],
  ];
  for (const [name] of EITHER_SIDE) {
    for (const [what, cut] of cuts) {
      it(`given a ${name} on TCP that writes ${what}, when a call is made, changed and ended, then all is as ever`, async () => {
        const link = await ConnectionLink.open(node.placeOf("tcp"));
        link.cut = cut;
        await lives(...(await callBetween(link, name)));
      });
    }

    for (const [what, cut] of [
      ["one frame a message", (text: string) => [text]],
      ["fragments of 50 octets", inPieces(50)],
      ["an octet a fragment", octets],
      ["empty fragments, too", (text: string) => ["", text.slice(0, 9), "", text.slice(9), ""]],
    ] as const) {
      it(`given a ${name} on WebSocket that sends ${what}, when a call is made, changed and ended, then all is as ever`, async () => {
        const link = await WebSocketLink.open(node.placeOf("ws"));
        link.cut = cut;
        await lives(...(await callBetween(link, name)));
      });
    }

    it(`given a ${name} on TCP, when ten requests come in one write, then each is answered and the other gets them in order`, async () => {
      const link = await ConnectionLink.open(node.placeOf("tcp"));
      const [near, far] = await callBetween(link, name);
      const [by, other] = name === "caller" ? [near, far] : [far, near];
      link.hold();
      const digits = [..."0123456789"];
      const sent = digits.map((body) => by.send("INFO", { body, contentType: "application/dtmf" }));
      link.release();
      for (const digit of digits) {
        const passed = await other.request("INFO");
        assert.equal(passed.body, digit);
        other.respond(passed, 200);
      }
      for (const one of sent) assert.equal((await one.final()).status, 200);
      await lives(near, far);
    });

    it(`given a ${name} on TCP, when its ACK and BYE come in one write with what a call has left, then the call is over`, async () => {
      const link = await ConnectionLink.open(node.placeOf("tcp"));
      const [near, far] = await callBetween(link, name);
      const [by, other] = name === "caller" ? [near, far] : [far, near];
      const change = by.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await other.request("INVITE");
      other.respond(passed, 200, { sdp: testSdp(7_000, [], 2) });
      await other.request("ACK");
      const answer = await change.final();
      link.hold();
      by.ack(change, answer);
      const bye = by.send("BYE");
      link.release();
      await other.takeBye();
      assert.equal((await bye.final()).status, 200);
      await node.settled(1);
    });
  }

  it("given a phone on TCP that only keeps alive, when it sends a double CRLF, then one comes back and it can be called", async () => {
    const link = await ConnectionLink.open(node.placeOf("tcp"));
    const bob = await node.phone("1002", { link });
    const alice = await node.phone("1001");
    let heard = "";
    link.socket.on("data", (bytes: Buffer) => (heard += bytes.toString("latin1")));
    for (let times = 1; times <= 3; times += 1) {
      const answer = once(link.socket, "data");
      link.socket.write(KEEP_ALIVE);
      await answer;
    }
    assert.equal(heard, "\r\n".repeat(3));
    const { near, far } = await establish(alice, bob);
    await lives(near, far);
  });

  it("given keep-alives over UDP, when they come between messages, then nothing is answered to them and calls are as ever", async () => {
    const link = await DatagramLink.open(node.server);
    const alice = await node.phone("1001", { link });
    const bob = await node.phone("1002");
    const before = link.arrived.length;
    for (const text of [KEEP_ALIVE, "\r\n", "\0\0\0\0", ""]) link.send(text);
    const { near, far } = await establish(alice, bob);
    assert.ok(link.arrived.slice(before).every((line) => line.startsWith("UDP SIP/2.0 ")));
    await lives(near, far);
  });

  for (const [name] of EITHER_SIDE) {
    it(`given a ${name} on UDP that puts octets behind its bodies, when a call is made and changed, then they go no further`, async () => {
      const link = await DatagramLink.open(node.server);
      written(link, (text) => `${text}a=leaked\r\nINVITE sip:1002@127.0.0.1 SIP/2.0\r\n\r\n`);
      const isCaller = name === "caller";
      const alice = await node.phone("1001", isCaller ? { link } : {});
      const bob = await node.phone("1002", isCaller ? {} : { link });
      const { near, far } = await establish(alice, bob);
      await lives(near, far);
      const seen = (isCaller ? bob : alice).received.map(({ text }) => text).join("");
      assert.doesNotMatch(seen, /leaked/);
      assert.equal(node.records().length, 1);
    });
  }

  it("given a datagram that is shorter than its Content-Length, when it comes, then it gets 400, nobody rings, and the next one is served", async () => {
    const link = await DatagramLink.open(node.server);
    const alice = await node.phone("1001", { link });
    const bob = await node.phone("1002");
    const send = link.send.bind(link);
    link.send = (text) => send(text.replace(/^Content-Length: \d+/m, "Content-Length: 9999"));
    const attempt = await alice.call("1002", { sdp: testSdp(4_000) });
    assert.equal((await attempt.invite?.final())?.status, 400);
    assert.ok(bob.received.every(({ kind }) => kind === "response"));
    link.send = send;
    const { near, far } = await establish(alice, bob);
    await lives(near, far);
  });

  describe("lengths that are wrong on TCP", () => {
    let alice: SipPhone;
    let bob: SipPhone;
    let call: { near: PhoneCall; far: PhoneCall };
    let link: ConnectionLink;
    beforeEach(async () => {
      [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
      call = await establish(alice, bob);
      link = await ConnectionLink.open(node.placeOf("tcp"));
    });

    /** Sends one INFO inside a call of its own with a length that is off by `by`, then another one that is right. */
    async function infoOffBy(by: number): Promise<{ own: PhoneCall; other: PhoneCall }> {
      const carol = await node.phone("1003", { link });
      const dave = await node.phone("1004");
      const { near: own, far: other } = await establish(carol, dave);
      const send = link.send.bind(link);
      link.send = (text) => {
        send(text.replace(/^Content-Length: (\d+)/m, (_, length) => `Content-Length: ${Number(length) + by}`));
      };
      own.send("INFO", { body: "Signal=5\r\nDuration=160\r\n", contentType: "application/dtmf-relay" });
      link.send = send;
      return { own, other };
    }

    // What is spoilt begins with the rest of a body, which is no request, or ends its first line like one.
    for (const [what, by, body, answers] of [
      ["too small", -14, /^Signal=5\r\n$/, []],
      ["too large", 30, /^Signal=5\r\nDuration=160\r\nINFO sip:.{21}$/, [400]],
    ] as const) {
      it(`given one that is ${what}, when more messages come, then the one that it spoils goes no further, later ones are served, and other calls are unharmed`, async () => {
        const { own, other } = await infoOffBy(by);
        const spoilt = own.send("INFO", { body: "6", contentType: "application/dtmf" });
        const sound = own.send("INFO", { body: "7", contentType: "application/dtmf" });
        const first = await other.request("INFO");
        assert.match(first.body, body);
        other.respond(first, 415);
        const second = await other.request("INFO");
        assert.equal(second.body, "7");
        other.respond(second, 200);
        assert.equal((await sound.final()).status, 200);
        assert.deepEqual(
          spoilt.responses.waiting.map(({ status }) => status),
          answers,
        );
        assert.deepEqual([...call.near.requests.waiting, ...call.far.requests.waiting], []);
        await hangUp(own, other);
        await hangUp(call.near, call.far);
        await node.settled(2);
      });
    }

    for (const [what, length] of [
      ["negative", "-1"],
      ["no number", "all"],
      ["given twice and different", "5\r\nContent-Length: 6"],
      ["beyond what is taken", "70000"],
    ] as const) {
      it(`given one that is ${what}, when it comes, then it is refused, that connection is closed, and other calls are unharmed`, async () => {
        const { address: host, port } = node.placeOf("tcp");
        const raw = await RawTcp.connect({ host, port });
        const lines = optionsRequest("TCP", raw.socket.localPort ?? 0, { host, port });
        raw.socket.write(lines.replace(/Content-Length: 0/, `Content-Length: ${length}`));
        await raw.closed(3_000);
        assert.match(raw.received, /^SIP\/2\.0 (400|513) /);
        await hangUp(call.near, call.far);
        await node.settled(1);
      });
    }
  });

  it("given the start of a message whose rest does not come, when it is waited for, then only that connection ends, and calls go on", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const { near, far } = await establish(alice, bob);
    const { address: host, port } = node.placeOf("tcp");
    const raw = await RawTcp.connect({ host, port });
    raw.socket.write("INVITE sip:1002@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKx\r\nContent-Le");
    await lives(near, far);
    assert.equal(raw.open, true, "it is waited for, and nobody else with it");
    raw.close();
  });
});
