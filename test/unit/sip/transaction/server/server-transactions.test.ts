import assert from "node:assert/strict";
import type { ServerTransaction } from "../../../../../src/sip/transaction/index.ts";
import {
  FLOW,
  makeLayer,
  messageOf,
  requestText,
  responseText,
  TCP_FLOW,
  type RequestParts,
} from "../transaction-fixture.ts";

const OTHER_VIA = "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKother";

describe("server transactions of the layer", () => {
  let test: ReturnType<typeof makeLayer>;
  beforeEach(() => {
    test = makeLayer();
  });
  afterEach(() => {
    test.layer.close();
  });
  const receive = (parts: RequestParts = {}, flow = FLOW): void => test.layer.onMessage(requestText(parts), flow);
  const first = (): ServerTransaction => {
    const [tx] = test.user.requests;
    assert.ok(tx !== undefined);
    return tx;
  };
  const respond = (tx: ServerTransaction, status: number): boolean =>
    tx.respond(status, responseText(tx.request, status));
  const liveCount = (): number =>
    ["invite-server", "non-invite-server"].reduce(
      (sum, kind) => sum + test.valueOf("tandem_sip_transactions", kind),
      0,
    );
  const sentStatuses = (): number[] => test.sender.takeStartLines().map((line) => Number(line.split(" ")[1]));

  it("given requests of both kinds, when they begin, then they are counted by kind, and once however often they come", () => {
    for (const via of ["one", "one", "two"])
      receive({ via: `SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bK${via}`, toTag: "t" });
    receive({ method: "OPTIONS" });
    assert.equal(test.valueOf("tandem_sip_transactions_started_total", "invite-server"), 2);
    assert.equal(test.valueOf("tandem_sip_transactions_started_total", "non-invite-server"), 1);
  });

  describe("INVITE", () => {
    it("given a new INVITE, when it comes, then the user gets it and nothing is sent", () => {
      receive();
      assert.deepEqual([test.user.requests.length, first().state, test.sender.sent.length], [1, "proceeding", 0]);
      assert.equal(first().flow, FLOW);
    });
    it("given the same branch from another host or port, when it comes, then it is another request", () => {
      receive();
      receive({ via: "SIP/2.0/UDP 127.0.0.2:5071;branch=z9hG4bKone", callId: "call-2" });
      receive({ via: "SIP/2.0/UDP 127.0.0.3:5070;branch=z9hG4bKone", callId: "call-3" });
      receive({ via: "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKone", callId: "call-4" });
      assert.equal(test.user.requests.length, 3);
    });
    it("given a provisional response, when the INVITE comes again, then it is sent again and the user is left alone", () => {
      receive();
      receive();
      respond(first(), 180);
      receive();
      assert.deepEqual([test.user.requests.length, sentStatuses()], [1, [180, 180]]);
      assert.equal(test.valueOf("tandem_sip_retransmissions_received_total"), 2);
    });
    it("given a 200 and a refusal of the same INVITE by another way, when only that is acknowledged, then the 200 waits on", () => {
      receive();
      respond(first(), 200);
      receive({ via: OTHER_VIA });
      assert.deepEqual(sentStatuses(), [200, 482]);
      receive({ method: "ACK", toTag: "of-the-482", via: OTHER_VIA });
      assert.equal(first().state, "accepted");
      receive({ method: "ACK", toTag: "t1", via: `${OTHER_VIA}2` });
      assert.equal(first().state, "terminated");
    });
    it("given a failure response, when no ACK comes, then timer G repeats it and timer H ends it", () => {
      receive();
      let ended = 0;
      first().onTerminated = () => (ended += 1);
      assert.equal(respond(first(), 486), true);
      assert.equal(respond(first(), 200), false);
      test.clock.advance(31_900);
      assert.equal(sentStatuses().length, 11);
      assert.equal(ended, 0);
      test.clock.advance(200);
      assert.deepEqual([ended, first().state, liveCount(), test.clock.activeTimers <= 1], [1, "terminated", 0, true]);
      assert.equal(test.valueOf("tandem_sip_ack_timeouts_total"), 1);
    });
    it("given a failure response, when the ACK comes, then nothing is repeated, and T4 later it is over", () => {
      receive();
      let ended = 0;
      first().onTerminated = () => (ended += 1);
      respond(first(), 486);
      receive({ method: "ACK", toTag: "t1" });
      receive({ method: "ACK", toTag: "t1" });
      receive();
      test.clock.advance(4_900);
      assert.deepEqual([sentStatuses(), first().state, test.user.acks.length], [[486], "confirmed", 0]);
      test.clock.advance(200);
      assert.deepEqual([liveCount(), ended], [0, 1]);
    });
    it("given TCP, when the ACK to a failure comes, then it is over at once", () => {
      receive({}, TCP_FLOW);
      respond(first(), 486);
      test.clock.advance(10_000);
      receive({ method: "ACK", toTag: "t1" }, TCP_FLOW);
      assert.deepEqual([sentStatuses(), liveCount()], [[486], 0]);
    });
    it("given a 2xx, when the user repeats it, then it goes out each time, and a failure does not", () => {
      receive();
      assert.deepEqual([respond(first(), 200), respond(first(), 200), respond(first(), 486)], [true, true, false]);
      receive();
      assert.deepEqual([sentStatuses(), test.user.requests.length], [[200, 200], 1]);
    });
    it("given a 2xx, when its ACK comes, then the user gets it with the INVITE, and only the key is kept", () => {
      receive();
      let ended = 0;
      first().onTerminated = () => (ended += 1);
      respond(first(), 200);
      receive({ method: "ACK", via: OTHER_VIA, toTag: "t1" });
      assert.equal(test.user.acks[0]?.invite, first());
      assert.deepEqual([liveCount(), ended, test.valueOf("tandem_sip_transaction_timers")], [0, 1, 0]);
      assert.equal(test.valueOf("tandem_sip_finished_transactions"), 1);
      receive();
      receive({ method: "ACK", via: OTHER_VIA, toTag: "t1" });
      assert.equal(test.user.acks[1]?.invite, undefined);
      assert.deepEqual([test.user.requests.length, respond(first(), 200)], [1, false]);
      test.clock.advance(45_000);
      assert.deepEqual([test.valueOf("tandem_sip_finished_transactions"), test.clock.activeTimers], [0, 0]);
    });
    it("given a proxied INVITE, when the ACK to its 2xx comes, then a 2xx goes out still, for 64*T1", () => {
      receive();
      first().outlivesAck = true;
      respond(first(), 200);
      for (const times of [1, 2]) {
        receive({ method: "ACK", via: OTHER_VIA, toTag: "t1" });
        assert.deepEqual([test.user.acks.length, test.user.acks.at(-1)?.invite], [times, first()]);
      }
      assert.deepEqual([respond(first(), 200), sentStatuses(), liveCount()], [true, [200, 200], 1]);
      test.clock.advance(32_100);
      assert.deepEqual([respond(first(), 200), liveCount()], [false, 0]);
    });
    it("given a 2xx without an ACK, when 64*T1 pass, then it is over", () => {
      receive();
      let ended = 0;
      first().onTerminated = () => (ended += 1);
      respond(first(), 200);
      test.clock.advance(32_050);
      assert.deepEqual([liveCount(), ended], [0, 1]);
    });
    it("given a response that can not be sent, when that shows, then the user is told and the transaction stays", () => {
      receive();
      const failures: Error[] = [];
      first().onTransportFailure = (error) => failures.push(error);
      respond(first(), 180);
      test.sender.sent[0]?.fail(new Error("dead"));
      assert.deepEqual([failures.length, first().state], [1, "proceeding"]);
      assert.equal(respond(first(), 200), true);
    });
    it("given a user that never answers, when ten minutes have passed since its last word, then the peer gets 500", () => {
      receive();
      let ended = 0;
      first().onTerminated = () => (ended += 1);
      test.clock.advance(599_000);
      respond(first(), 180);
      test.clock.advance(599_000);
      assert.deepEqual([sentStatuses(), liveCount()], [[180], 1]);
      test.clock.advance(1_100);
      assert.deepEqual([sentStatuses(), liveCount(), ended, respond(first(), 200)], [[500], 0, 1, false]);
      assert.equal(test.valueOf("tandem_sip_unanswered_requests_total"), 1);
    });
    it("given a re-INVITE, when it is accepted and acknowledged, then the ACK comes with it", () => {
      receive({ toTag: "t1", cseq: 2 });
      respond(first(), 200);
      receive({ method: "ACK", toTag: "t1", cseq: 1, via: OTHER_VIA });
      receive({ method: "ACK", toTag: "t1", cseq: 2, via: OTHER_VIA });
      assert.deepEqual(
        test.user.acks.map(({ invite }) => invite),
        [undefined, first()],
      );
    });
  });

  describe("other requests", () => {
    it("given a final response, when the request comes again within 32 s, then it is answered from memory", () => {
      receive({ method: "OPTIONS" });
      assert.equal(first().state, "trying");
      assert.deepEqual([respond(first(), 200), respond(first(), 200)], [true, false]);
      assert.deepEqual(
        [first().state, liveCount(), test.valueOf("tandem_sip_finished_transactions")],
        ["completed", 0, 1],
      );
      test.clock.advance(31_900);
      receive({ method: "OPTIONS" });
      const [one, two] = test.sender.take();
      assert.deepEqual([two?.text, two?.target], [one?.text, one?.target]);
      assert.equal(test.user.requests.length, 1);
      test.clock.advance(15_000);
      receive({ method: "OPTIONS", cseq: 2 });
      assert.equal(test.user.requests.length, 2);
    });
    it("given no response yet, when the request comes again, then it is absorbed", () => {
      receive({ method: "OPTIONS" });
      receive({ method: "OPTIONS" });
      respond(first(), 100);
      receive({ method: "OPTIONS" });
      assert.deepEqual([sentStatuses(), test.user.requests.length], [[100, 100], 1]);
    });
    it("given TCP, when answered, then nothing is kept", () => {
      receive({ method: "OPTIONS" }, TCP_FLOW);
      respond(first(), 200);
      assert.deepEqual([liveCount(), test.valueOf("tandem_sip_finished_transactions")], [0, 0]);
      receive({ method: "OPTIONS" }, TCP_FLOW);
      assert.equal(test.user.requests.length, 2);
    });
    it("given a user that never answers, when 64*T1 have passed, then it is told that it is over", () => {
      receive({ method: "INFO", toTag: "t" });
      let ended = 0;
      first().onTerminated = () => (ended += 1);
      test.clock.advance(31_900);
      assert.deepEqual([liveCount(), ended], [1, 0]);
      test.clock.advance(200);
      assert.deepEqual([liveCount(), ended, respond(first(), 200), sentStatuses()], [0, 1, false, []]);
      assert.equal(test.clock.activeTimers, 0);
    });
    it("given a provisional response that can not be sent, when that shows, then the user is told and it is over", () => {
      receive({ method: "OPTIONS" });
      const told: string[] = [];
      first().onTransportFailure = () => told.push("failure");
      first().onTerminated = () => told.push("terminated");
      respond(first(), 100);
      test.sender.sent[0]?.fail(new Error("dead"));
      assert.deepEqual(
        [told, first().state, liveCount(), respond(first(), 200)],
        [["failure", "terminated"], "terminated", 0, false],
      );
    });
    it("given a final response that can not be sent, when that shows, then it is counted and no more", () => {
      receive({ method: "OPTIONS" });
      respond(first(), 200);
      receive({ method: "OPTIONS" });
      for (const { fail } of test.sender.take()) fail(new Error("dead"));
      assert.equal(test.valueOf("tandem_sip_transaction_transport_failures_total"), 2);
    });
    it("given a request with rport, when it comes, then the user sees where it came from and answers go there", () => {
      receive({ method: "OPTIONS", via: "SIP/2.0/UDP 10.0.0.1:9;branch=z9hG4bKr;rport" });
      assert.match(first().request.get("via") ?? "", /;rport=5070;received=127\.0\.0\.2$/);
      respond(first(), 200);
      assert.deepEqual(test.sender.sent[0]?.target, {
        protocol: "udp",
        address: "127.0.0.2",
        port: 5070,
        flowId: FLOW.id,
      });
    });
  });

  describe("CANCEL", () => {
    it("given an INVITE, when its CANCEL comes, then the user gets both, and the repeated CANCEL is absorbed", () => {
      receive();
      receive({ method: "CANCEL" });
      receive({ method: "CANCEL" });
      const [cancel] = test.user.cancels;
      assert.equal(cancel?.invite, first());
      assert.equal(test.user.cancels.length, 1);
      assert.ok(cancel !== undefined && respond(cancel.tx, 200));
      receive({ method: "CANCEL" });
      assert.deepEqual(sentStatuses(), [200, 200]);
    });
    for (const [given, parts] of [
      ["another branch", { via: OTHER_VIA }],
      ["another sent-by", { via: "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKone" }],
    ] as const) {
      it(`given ${given} in the CANCEL, when it comes, then it finds none`, () => {
        receive();
        receive({ method: "CANCEL", ...parts });
        assert.deepEqual([test.user.cancels.length, test.user.cancels[0]?.invite], [1, undefined]);
      });
    }
    it("given an INVITE that is acknowledged, when a CANCEL comes late, then it finds none", () => {
      receive();
      respond(first(), 200);
      receive({ method: "ACK", via: OTHER_VIA, toTag: "t1" });
      receive({ method: "CANCEL" });
      assert.equal(test.user.cancels[0]?.invite, undefined);
    });
  });

  describe("peers of RFC 2543", () => {
    const OLD = "SIP/2.0/UDP 127.0.0.2:5070";
    it("given no branch, when the INVITE comes again, then it is absorbed; another CSeq is another request", () => {
      receive({ via: OLD });
      receive({ via: OLD });
      receive({ via: OLD, cseq: 2 });
      assert.equal(test.user.requests.length, 2);
    });
    it("given the bare cookie as branch, when two calls have it, then they are two requests", () => {
      receive({ via: `${OLD};branch=z9hG4bK` });
      receive({ via: `${OLD};branch=z9hG4bK`, callId: "call-2" });
      assert.equal(test.user.requests.length, 2);
    });
    it("given a failure, when the ACK has the To tag of the response, then it ends the INVITE", () => {
      receive({ via: OLD });
      respond(first(), 486);
      receive({ via: OLD, method: "ACK", toTag: "t1" });
      assert.deepEqual([first().state, test.user.acks.length], ["confirmed", 0]);
    });
    it("given a refused re-INVITE, when its ACK comes, then it ends it", () => {
      receive({ via: OLD, toTag: "t1", cseq: 2 });
      respond(first(), 488);
      receive({ via: OLD, method: "ACK", toTag: "t1", cseq: 2 });
      assert.equal(first().state, "confirmed");
    });
    it("given a 2xx, when its ACK with the same Via comes, then the user gets it with the INVITE", () => {
      receive({ via: OLD });
      respond(first(), 200);
      receive({ via: OLD, method: "ACK", toTag: "t1" });
      assert.equal(test.user.acks[0]?.invite, first());
    });
    it("given an INVITE, when its CANCEL comes, then they are matched", () => {
      receive({ via: OLD });
      receive({ via: OLD, method: "CANCEL" });
      assert.equal(test.user.cancels[0]?.invite, first());
    });
  });

  describe("merged requests", () => {
    it("given the same request by another way, when it comes, then it gets 482 and the user is left alone", () => {
      receive();
      receive({ via: OTHER_VIA });
      assert.deepEqual([sentStatuses(), test.user.requests.length], [[482], 1]);
      assert.equal(test.valueOf("tandem_sip_merged_requests_total"), 1);
    });
    it("given a request that was answered 2xx, when it comes another way later, then it gets 482 still", () => {
      receive({ method: "MESSAGE" });
      respond(first(), 200);
      test.clock.advance(20_000);
      receive({ method: "MESSAGE", via: OTHER_VIA });
      assert.deepEqual(sentStatuses(), [200, 482]);
    });
    it("given a request of another method with the same number, when it comes, then it is a request of its own", () => {
      receive({ method: "MESSAGE" });
      receive({ via: OTHER_VIA });
      assert.deepEqual([sentStatuses(), test.user.requests.length], [[], 2]);
    });
    for (const method of ["REGISTER", "INVITE"]) {
      it(`given a refused ${method}, when it is tried again with the same CSeq, then it is a new request`, () => {
        receive({ method });
        respond(first(), 401);
        receive({ method, via: OTHER_VIA });
        assert.deepEqual([sentStatuses(), test.user.requests.length], [[401], 2]);
      });
    }
    it("given a To tag, another From tag or another CSeq, when it comes, then it is a new request", () => {
      receive();
      receive({ via: `${OTHER_VIA}1`, toTag: "t1" });
      receive({ via: `${OTHER_VIA}2`, fromTag: "f2" });
      receive({ via: `${OTHER_VIA}3`, cseq: 2 });
      assert.deepEqual([test.user.requests.length, sentStatuses()], [4, []]);
    });
  });

  describe("too many requests", () => {
    beforeEach(() => {
      test = makeLayer({ limits: { maxServerTransactions: 10, retryAfterSeconds: 7 } });
      for (let index = 0; index < 9; index += 1) {
        receive({ callId: `c${index}`, via: `SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bK${index}` });
      }
    });
    it("given a new request, when it comes, then it gets 503 with Retry-After and no transaction", () => {
      receive({ callId: "new", via: OTHER_VIA });
      const response = messageOf(test.sender.take()[0]?.text ?? "");
      assert.deepEqual([response.status, response.get("retry-after"), liveCount()], [503, "7", 9]);
      assert.equal(test.valueOf("tandem_sip_overload_refusals_total"), 1);
    });
    it("given an ACK, when it comes, then it is not answered", () => {
      receive({ method: "ACK", callId: "new", toTag: "x", via: OTHER_VIA });
      assert.deepEqual([test.sender.take(), test.user.acks.length], [[], 1]);
    });
    it("given a CANCEL, when it comes, then it is let through", () => {
      receive({ method: "CANCEL", callId: "c3", via: "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bK3" });
      assert.equal(test.user.cancels.length, 1);
    });
    it("given requests in dialogs, when they come, then they are taken up to the limit", () => {
      receive({ method: "BYE", toTag: "t", callId: "c1", cseq: 2, via: `${OTHER_VIA}1` });
      receive({ method: "BYE", toTag: "t", callId: "c2", cseq: 2, via: `${OTHER_VIA}2` });
      assert.deepEqual([liveCount(), sentStatuses()], [10, [503]]);
    });
  });

  describe("requests that are too long together", () => {
    const long = (index: number): void =>
      receive({ callId: `c${index}`, via: `${OTHER_VIA}${index}`, extra: `X: ${"x".repeat(1_700)}\r\n` });
    beforeEach(() => {
      test = makeLayer({ limits: { maxServerCharacters: 20_000 } });
      for (let index = 0; index < 5; index += 1) long(index);
    });
    it("given one more, when it comes, then 503; when some are done, then there is room again", () => {
      assert.deepEqual([liveCount(), sentStatuses()], [4, [503]]);
      respond(first(), 200);
      receive({ method: "ACK", callId: "c0", toTag: "t1", via: `${OTHER_VIA}ack` });
      long(6);
      assert.deepEqual([liveCount(), sentStatuses()], [4, [200]]);
    });
  });

  describe("a user that throws", () => {
    beforeEach(() => {
      test.user.failure = new Error("user");
    });
    it("given a request or CANCEL, when it throws, then it is answered 500 and the next goes on", () => {
      receive();
      receive({ method: "OPTIONS", via: OTHER_VIA, callId: "call-2" });
      receive({ method: "CANCEL" });
      assert.deepEqual(sentStatuses(), [500, 500, 500]);
      assert.deepEqual(test.errors, Array(3).fill("transaction user failed"));
    });
    it("given a request that it has answered, when it throws afterwards, then there is no second response", () => {
      test.user.onRequest = (tx) => {
        respond(tx, 200);
        throw new Error("user");
      };
      receive({ method: "OPTIONS" });
      assert.deepEqual([sentStatuses(), test.errors.length], [[200], 1]);
    });
    it("given an ACK or a stray response, when it throws, then that is logged", () => {
      receive({ method: "ACK", toTag: "x" });
      test.layer.onMessage(responseText(requestText(), 200), FLOW);
      assert.equal(test.errors.length, 2);
    });
    it("given handlers of a transaction that throw, when they are called, then that is logged", () => {
      test.user.failure = undefined;
      const fail = (): never => {
        throw new Error("user");
      };
      receive();
      receive({ method: "OPTIONS", via: OTHER_VIA, callId: "call-2" });
      const [invite, options] = test.user.requests;
      assert.ok(invite !== undefined && options !== undefined);
      for (const tx of [invite, options]) Object.assign(tx, { onTerminated: fail, onTransportFailure: fail });
      respond(invite, 180);
      respond(options, 100);
      for (const sent of test.sender.take()) sent.fail(new Error("dead"));
      respond(invite, 200);
      test.clock.advance(40_000);
      assert.equal(test.errors.length, 3);
    });
  });

  it("given open transactions, when the layer is closed, then they are gone without a word", () => {
    receive();
    receive({ method: "OPTIONS", via: OTHER_VIA, callId: "call-2" });
    let ended = 0;
    for (const tx of test.user.requests) tx.onTerminated = () => (ended += 1);
    test.layer.close();
    assert.deepEqual([liveCount(), ended, test.clock.activeTimers], [0, 0, 0]);
    assert.equal(respond(first(), 200), false);
  });
});
