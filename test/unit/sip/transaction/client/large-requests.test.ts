import assert from "node:assert/strict";
import { TransportError, type TransportErrorCode } from "../../../../../src/sip/transport/index.ts";
import {
  FLOW,
  makeLayer,
  messageOf,
  PEER,
  RecordingHandlers,
  requestText,
  responseText,
  TCP_FLOW,
  TCP_PEER,
} from "../transaction-fixture.ts";

const MINE = "SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bKmine";
const OVER_TCP = "SIP/2.0/TCP 127.0.0.1:5080;rport;branch=z9hG4bKmine";

/** A request of exactly that many octets. */
function sized(method: string, length: number, via = MINE): string {
  const extra = (fill: number): string => `X-Fill: ${"x".repeat(fill)}\r\n`;
  const bare = requestText({ via, method, extra: extra(0) }).length;
  return requestText({ via, method, extra: extra(length - bare) });
}

describe("requests too large for UDP", () => {
  let test: ReturnType<typeof makeLayer>;
  let handlers: RecordingHandlers;
  beforeEach(() => {
    test = makeLayer();
    test.sender.tcpAddresses.add(PEER.address);
    handlers = new RecordingHandlers();
  });
  afterEach(() => {
    test.layer.close();
    assert.deepEqual([test.errors, test.clock.activeTimers], [[], 0]);
  });
  const viaOf = (text: string): unknown => messageOf(text).get("via");
  const fail = (code: TransportErrorCode): void => test.sender.sent.at(-1)?.fail(new TransportError(code, code));

  for (const method of ["INVITE", "OPTIONS"]) {
    it(`given an ${method} of 1,300 octets, when sent, then it stays on UDP; one more and it goes over TCP`, () => {
      test.layer.request(sized(method, 1_300), PEER, handlers).terminate();
      test.layer.request(sized(method, 1_301), PEER, handlers);
      const [small, large] = test.sender.take();
      assert.deepEqual([small?.target, viaOf(small?.text ?? "")], [PEER, MINE]);
      assert.deepEqual([large?.target, viaOf(large?.text ?? "")], [{ ...TCP_PEER, connectWithinMs: 2_000 }, OVER_TCP]);
      test.clock.advance(10_000);
      assert.equal(test.sender.sent.length, 0, "TCP repeats what is lost by itself");
      test.layer.onMessage(responseText(large?.text ?? "", 200), TCP_FLOW);
      assert.deepEqual(handlers.told, ["200"]);
      assert.equal(test.valueOf("tandem_sip_requests_switched_to_tcp_total"), 1);
    });
    for (const code of ["connect-failed", "connect-timeout"] as const) {
      it(`given a peer whose TCP ends in ${code}, when a large ${method} is sent, then it goes over UDP as it was`, () => {
        const text = sized(method, 2_000);
        test.layer.request(text, PEER, handlers);
        fail(code);
        assert.deepEqual(
          test.sender.take().map((each) => [each.target.protocol, viaOf(each.text)]),
          [
            ["tcp", OVER_TCP],
            ["udp", MINE],
          ],
        );
        test.clock.advance(600);
        const [again] = test.sender.take();
        assert.deepEqual([again?.again, again?.text], [true, text]);
        test.layer.onMessage(responseText(text, 486), FLOW);
        assert.deepEqual(handlers.told, ["486"]);
        if (method === "INVITE")
          assert.deepEqual(
            test.sender.take().map((each) => each.target),
            [PEER],
          );
      });
    }
    it(`given a connection lost after a large ${method} was sent, when it is, then it fails: it may have arrived`, () => {
      test.layer.request(sized(method, 2_000), PEER, handlers);
      fail("connection-lost");
      assert.deepEqual([handlers.told, test.sender.sent.length], [["connection-lost"], 1]);
    });
    it(`given UDP fails, too, when a large ${method} was refused over TCP, then that is told once`, () => {
      test.layer.request(sized(method, 2_000), PEER, handlers);
      fail("connect-failed");
      fail("address-unreachable");
      fail("address-unreachable");
      assert.deepEqual(handlers.told, ["address-unreachable"]);
    });
  }
  it("given a place that refused TCP, when ten minutes pass, then it is tried again and not before", () => {
    const protocols = (): string[] => {
      test.layer.request(sized("OPTIONS", 2_000), PEER, handlers).terminate();
      return test.sender.take().map((each) => each.target.protocol);
    };
    test.layer.request(sized("OPTIONS", 2_000), PEER, handlers);
    fail("connect-failed");
    test.layer.onMessage(responseText(sized("OPTIONS", 2_000), 200), FLOW);
    test.clock.advance(10_000);
    test.sender.take();
    assert.deepEqual(protocols(), ["udp"]);
    assert.equal(test.valueOf("tandem_sip_places_without_tcp"), 1);
    test.clock.advance(10 * 60_000);
    assert.deepEqual(protocols(), ["tcp"]);
  });
  it("given no way over TCP, when a large request is sent, then it goes over UDP", () => {
    test.sender.tcpAddresses.clear();
    test.layer.request(sized("INVITE", 2_000), PEER, handlers).terminate();
    test.sender.tcpAddresses.add("127.0.0.1");
    test.layer.request(sized("INVITE", 2_000), { protocol: "udp", address: "127.0.0.1", port: 5060 }, handlers);
    assert.deepEqual(
      test.sender.take().map((each) => each.target.protocol),
      ["udp", "udp"],
    );
  });
  it("given a CANCEL that waits, when the INVITE goes over UDP after all, then the CANCEL has its Via", () => {
    const text = sized("INVITE", 2_000);
    const transaction = test.layer.request(text, PEER, handlers);
    test.layer.cancel(transaction, [["Reason", "SIP;cause=200"]]);
    fail("connect-failed");
    test.sender.take();
    test.layer.onMessage(responseText(text, 180), FLOW);
    const [cancel] = test.sender.take();
    assert.deepEqual([viaOf(cancel?.text ?? ""), cancel?.target.protocol], [MINE, "udp"]);
    assert.match(cancel?.text ?? "", /^CANCEL [^]*\r\nReason: SIP;cause=200\r\n/);
  });
  it("given a large INVITE over TCP, when it is cancelled and refused, then CANCEL and ACK go over TCP, too", () => {
    const transaction = test.layer.request(sized("INVITE", 2_000), PEER, handlers);
    const [invite] = test.sender.take();
    test.layer.onMessage(responseText(invite?.text ?? "", 180), TCP_FLOW);
    test.layer.cancel(transaction);
    test.layer.onMessage(responseText(invite?.text ?? "", 487), TCP_FLOW);
    assert.deepEqual(
      test.sender.take().map((each) => [each.text.split(" ")[0], each.target.protocol, viaOf(each.text)]),
      ["CANCEL", "ACK"].map((method) => [method, "tcp", OVER_TCP]),
    );
  });
  it("given a large ACK to a 2xx, when sent, then it goes over TCP, and over UDP where that is refused", () => {
    test.layer.send(sized("ACK", 2_000), PEER);
    fail("connect-failed");
    test.layer.send(sized("ACK", 2_000), PEER);
    test.layer.send(responseText(sized("OPTIONS", 5_000, `${MINE}${"0".repeat(2_000)}`), 200), PEER);
    assert.deepEqual(
      test.sender.take().map((each) => [each.target.protocol, String(viaOf(each.text)).slice(0, 11)]),
      [
        ["tcp", "SIP/2.0/TCP"],
        ["udp", "SIP/2.0/UDP"],
        ["udp", "SIP/2.0/UDP"],
        ["udp", "SIP/2.0/UDP"],
      ],
    );
  });
  it("given very many places that refuse, when more do, then the oldest are forgotten", () => {
    for (let port = 1; port <= 10_010; port += 1) {
      test.layer.send(sized("ACK", 1_500), { ...PEER, port });
      fail("connect-failed");
      test.sender.take();
    }
    assert.equal(test.valueOf("tandem_sip_places_without_tcp"), 10_000);
    test.layer.send(sized("ACK", 1_500), { ...PEER, port: 1 });
    assert.equal(test.sender.take()[0]?.target.protocol, "tcp");
  });
});
