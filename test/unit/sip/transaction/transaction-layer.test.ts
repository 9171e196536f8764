import assert from "node:assert/strict";
import fc from "fast-check";
import type { Flow } from "../../../../src/sip/transport/index.ts";
import { FLOW, makeLayer, messageOf, PEER, requestText, responseText, TCP_FLOW } from "./transaction-fixture.ts";

describe("TransactionLayer", () => {
  let test: ReturnType<typeof makeLayer>;
  beforeEach(() => {
    test = makeLayer();
  });
  afterEach(() => {
    test.layer.close();
  });
  const statusAfter = (text: string, flow = FLOW): number | undefined => {
    test.layer.onMessage(text, flow);
    const [sent] = test.sender.take();
    return sent === undefined ? undefined : messageOf(sent.text).status;
  };

  describe("sources that are judged", () => {
    const noted: string[] = [];
    const judged = (isAnswered: boolean, isAdmitted: boolean): void => {
      test.layer.close();
      noted.length = 0;
      const note = (what: string, answer: boolean) => (from: Flow) => {
        noted.push(`${what} ${from.remoteAddress}`);
        return answer;
      };
      const sources = { noteMalformed: note("malformed", isAnswered), admitsNew: note("new", isAdmitted) };
      test = makeLayer({ sources });
    };

    it("given a source that may send no more junk, when more comes, then it is counted and not answered", () => {
      judged(false, true);
      assert.equal(statusAfter(requestText().replace("1 INVITE", "1 BYE")), undefined);
      assert.equal(statusAfter("junk\r\n\r\n"), undefined);
      assert.equal(statusAfter(responseText(requestText(), 200).replace(/Call-ID: .*\r\n/, "")), undefined);
      assert.deepEqual(noted, Array(3).fill("malformed 127.0.0.2"));
    });

    const viaOf = (method: string): string => `SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bK${method}`;

    it("given a source at its rate, when new requests come, then they get 503; those of dialogs, their CANCELs and ACK are taken", () => {
      judged(true, false);
      assert.equal(statusAfter(requestText()), 503);
      assert.equal(test.user.requests.length, 0);
      for (const method of ["BYE", "INVITE"]) {
        test.layer.onMessage(requestText({ method, via: viaOf(method), toTag: "t1" }), FLOW);
      }
      assert.equal(test.user.requests.length, 2);
      test.layer.onMessage(requestText({ method: "ACK", toTag: "t1" }), FLOW);
      assert.equal(test.user.acks.length, 1);
      test.layer.onMessage(requestText({ method: "CANCEL", via: viaOf("INVITE"), toTag: "t1" }), FLOW);
      assert.equal(test.user.cancels.length, 1);
      assert.deepEqual(noted, ["new 127.0.0.2"]);
      assert.equal(test.valueOf("tandem_sip_rate_limited_requests_total"), 1);
    });

    it("given a source at its rate, when requests of dialogs that are not here and a CANCEL of nothing come, then they get 503, and an ACK nothing", () => {
      judged(true, false);
      test.user.knows = false;
      for (const method of ["BYE", "INVITE", "REGISTER", "NOTIFY"]) {
        assert.equal(statusAfter(requestText({ method, via: viaOf(method), toTag: "made-up" })), 503, method);
      }
      assert.equal(statusAfter(requestText({ method: "CANCEL", via: viaOf("CANCEL") })), 503);
      assert.equal(statusAfter(requestText({ method: "ACK", via: viaOf("ACK"), toTag: "made-up" })), undefined);
      assert.deepEqual([test.user.requests.length, test.user.cancels.length, test.user.acks.length], [0, 0, 1]);
      assert.deepEqual(noted, Array(5).fill("new 127.0.0.2"));
    });

    it("given requests of dialogs that are not here, when there is room for new ones no more, then those of dialogs are taken still", () => {
      test.layer.close();
      test = makeLayer({ limits: { maxServerTransactions: 10 } });
      test.user.knows = false;
      for (let index = 0; index < 10; index += 1) {
        const parts = { via: viaOf(`stranger-${index}`), callId: `made-up-${index}`, toTag: "made-up" };
        assert.equal(statusAfter(requestText(parts)), index < 9 ? undefined : 503);
      }
      test.user.knows = true;
      assert.equal(statusAfter(requestText({ method: "BYE", via: viaOf("BYE"), toTag: "t1" })), undefined);
      assert.equal(test.user.requests.at(-1)?.request.method, "BYE");
    });

    it("given a user that fails, when it is asked for a dialog, then that is none, and nothing is thrown", () => {
      judged(true, false);
      test.user.failure = new Error("broken");
      assert.equal(statusAfter(requestText({ method: "BYE", toTag: "t1" })), 503);
      assert.equal(test.errors.length, 1);
    });

    it("given a new request, when it is judged, then by room first, then its source's rate, then the load", () => {
      test.layer.close();
      const asked: string[] = [];
      const ask = (what: string, answer: boolean) => (): boolean => {
        asked.push(what);
        return answer;
      };
      for (const [maxServerTransactions, isInRate, expected] of [
        [0, true, []],
        [10, false, ["rate"]],
        [10, true, ["rate", "load"]],
      ] as const) {
        asked.length = 0;
        const sources = { noteMalformed: () => true, admitsNew: ask("rate", isInRate) };
        test = makeLayer({ limits: { maxServerTransactions }, sources, admit: ask("load", false) });
        assert.equal(statusAfter(requestText()), 503);
        assert.deepEqual(asked, expected);
        assert.equal(test.valueOf("tandem_sip_rate_limited_requests_total"), isInRate ? 0 : 1);
        assert.equal(test.valueOf("tandem_sip_overload_refusals_total"), isInRate ? 1 : 0);
        test.layer.close();
      }
    });

    it("given a request that is repeated, when it was taken, then it counts once", () => {
      judged(true, true);
      for (let copy = 0; copy < 3; copy += 1) test.layer.onMessage(requestText(), FLOW);
      assert.deepEqual(noted, ["new 127.0.0.2"]);
    });
  });

  describe("messages that are wrong", () => {
    const cases: readonly (readonly [given: string, text: string, status: number | undefined])[] = [
      ["a request without From", requestText().replace(/From: .*\r\n/, ""), 400],
      ["a request with another version", requestText().replace("SIP/2.0\r\nVia", "SIP/7.0\r\nVia"), 505],
      ["a Request-URI of an unknown scheme", requestText({ uri: "nobody:x" }), 416],
      ["a CSeq of another method", requestText().replace("1 INVITE", "1 BYE"), 400],
      ["a body shorter than Content-Length", requestText().replace("Content-Length: 0", "Content-Length: 9"), 400],
      ["a Via that can not be read", requestText({ via: "SIP/2.0/UDP" }), 400],
      ["a request without Via", requestText().replace(/Via: .*\r\n/, ""), undefined],
      ["an ACK without From", requestText({ method: "ACK" }).replace(/From: .*\r\n/, ""), undefined],
      ["a response without Call-ID", responseText(requestText(), 200).replace(/Call-ID: .*\r\n/, ""), undefined],
      [
        "a response with a wrong CSeq",
        responseText(requestText(), 200).replace("1 INVITE", "99999999999 INVITE"),
        undefined,
      ],
      ["no SIP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", undefined],
      ["octets", "\x80\x00\xff\xfe\r\n\r\n", undefined],
    ];
    for (const [given, text, status] of cases) {
      it(`given ${given}, when it comes, then it is ${status === undefined ? "dropped" : `answered ${status}`}`, () => {
        assert.equal(statusAfter(text), status);
        assert.equal(test.user.requests.length + test.user.strays.length + test.user.acks.length, 0);
        assert.equal(test.valueOf("tandem_sip_bad_requests_total") + test.valueOf("tandem_sip_bad_responses_total"), 1);
      });
    }
    it("given a wrong request with rport, when answered, then the Via says where it came from and the answer goes there", () => {
      const text = requestText({ via: "SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bKr" }).replace(/To: .*\r\n/, "");
      test.layer.onMessage(text, FLOW);
      const [sent] = test.sender.take();
      assert.equal(
        messageOf(sent?.text ?? "").get("via"),
        "SIP/2.0/UDP 10.0.0.1;rport=5070;branch=z9hG4bKr;received=127.0.0.2",
      );
      assert.equal(sent?.target.port, 5070);
    });
    it("given a request without a whole head, when the transport reports it, then it is answered 400", () => {
      test.layer.onBadInput("no Content-Length", TCP_FLOW, requestText().replace("Content-Length: 0\r\n", ""));
      const [sent] = test.sender.take();
      assert.match(sent?.text ?? "", /^SIP\/2\.0 400 Bad Request \(no Content-Length\)\r\n/);
      assert.equal(sent?.target.flowId, TCP_FLOW.id);
    });
    it("given a torn request, when the transport reports it, then it is answered 400", () => {
      test.layer.onBadInput("head without an end", FLOW, requestText().slice(0, -20));
      assert.match(test.sender.take()[0]?.text ?? "", /^SIP\/2\.0 400 /);
    });
    it("given a torn response or rubbish, when the transport reports it, then it is dropped", () => {
      test.layer.onBadInput("head without an end", FLOW, responseText(requestText(), 200).slice(0, -9));
      test.layer.onBadInput("no Content-Length", FLOW, responseText(requestText(), 200));
      test.layer.onBadInput("head too long", FLOW, "x".repeat(70_000));
      assert.deepEqual(test.sender.take(), []);
    });
    it("given a failing send, when something is answered without a transaction, then it is counted", () => {
      test.layer.onMessage(requestText().replace(/To: .*\r\n/, ""), FLOW);
      test.sender.take()[0]?.fail(new Error("dead"));
      assert.equal(test.valueOf("tandem_sip_transaction_transport_failures_total"), 1);
    });
  });

  it("given a response without a transaction, when it comes, then the user gets it", () => {
    test.layer.onMessage(responseText(requestText(), 200), FLOW);
    test.layer.onMessage(responseText(requestText({ via: "SIP/2.0/UDP 127.0.0.1" }), 200), FLOW);
    assert.equal(test.user.strays.length, 2);
    assert.equal(test.valueOf("tandem_sip_stray_responses_total"), 2);
  });
  it("given an ACK to a 2xx, when it is sent, then it goes out once and leaves nothing behind", () => {
    const ack = requestText({ method: "ACK", toTag: "x" });
    test.layer.send(ack, PEER);
    test.clock.advance(100_000);
    assert.deepEqual(
      test.sender.take().map(({ text, target }) => [text, target]),
      [[ack, PEER]],
    );
    assert.equal(test.clock.activeTimers, 0);
  });
  it("given other timers, when a request is not answered, then they hold", () => {
    test = makeLayer({ timers: { t1Ms: 100 } });
    test.layer.request(requestText(), PEER, { onResponse() {}, onTimeout() {}, onTransportFailure() {} });
    test.clock.advance(350);
    assert.equal(test.sender.take().length, 3);
    test.clock.advance(6_100);
    assert.equal(test.valueOf("tandem_sip_client_timeouts_total"), 1);
  });
  it("given any octets, when they come, then nothing is thrown and nothing stays", () => {
    const start = fc.constantFrom(
      "",
      "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKq\r\n",
      "SIP/2.0 200 OK\r\n",
    );
    const octets = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(start, octets, (head, rest) => {
        test.layer.onMessage(head + rest, FLOW);
        test.layer.onBadInput("x", TCP_FLOW, head + rest);
        assert.equal(test.valueOf("tandem_sip_transactions", "invite-server"), 0);
      }),
    );
  });
  it("given any order of messages of a call, when all time has passed, then nothing is left and each request came up once", () => {
    const texts = [
      requestText(),
      requestText({ method: "CANCEL" }),
      requestText({ method: "ACK", toTag: "t1" }),
      requestText({ method: "ACK", toTag: "t1", via: "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKtwo" }),
      requestText({ method: "BYE", toTag: "t1", cseq: 2, via: "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKbye" }),
    ];
    const action = fc.oneof(
      fc.record({ receive: fc.constantFrom(...texts) }),
      fc.record({ respond: fc.constantFrom(100, 180, 200, 486) }),
      // Not longer in all than what came is remembered.
      fc.record({ advance: fc.integer({ min: 1, max: 1_500 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
        const run = makeLayer();
        for (const each of actions) {
          if ("receive" in each) run.layer.onMessage(each.receive, FLOW);
          else if ("advance" in each) run.clock.advance(each.advance);
          else for (const tx of run.user.requests) tx.respond(each.respond, responseText(tx.request, each.respond));
        }
        assert.ok(run.user.requests.length <= 2 && run.user.cancels.length <= 1);
        for (const tx of run.user.requests) tx.respond(486, responseText(tx.request, 486));
        for (const { tx } of run.user.cancels) tx.respond(200, responseText(tx.request, 200));
        run.clock.advance(80_000);
        for (const kind of ["invite-server", "non-invite-server", "invite-client", "non-invite-client"]) {
          assert.equal(run.valueOf("tandem_sip_transactions", kind), 0, kind);
        }
        assert.deepEqual([run.valueOf("tandem_sip_finished_transactions"), run.clock.activeTimers], [0, 0]);
        assert.deepEqual(run.errors, []);
      }),
      { numRuns: 200 },
    );
  });
});
