import assert from "node:assert/strict";
import type { SipMessage } from "../../../../../src/sip/message/index.ts";
import type { ClientTransaction, TransactionLimits } from "../../../../../src/sip/transaction/index.ts";
import {
  FLOW,
  makeLayer,
  messageOf,
  PEER,
  RecordingHandlers,
  requestText,
  responseText,
  TCP_PEER,
} from "../transaction-fixture.ts";

const MINE = "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKmine";
const INVITE = requestText({ via: MINE });
const OPTIONS = requestText({ via: MINE, method: "OPTIONS" });
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("client transactions of the layer", () => {
  let test: ReturnType<typeof makeLayer>;
  let handlers: RecordingHandlers;
  beforeEach(() => {
    test = makeLayer();
    handlers = new RecordingHandlers();
  });
  afterEach(() => {
    test.layer.close();
    assert.deepEqual(test.errors, []);
  });
  const send = (text: string, target = PEER): ClientTransaction => test.layer.request(text, target, handlers);
  const answer = (request: string, status: number, toTag?: string): void => {
    test.layer.onMessage(responseText(request, status, toTag), FLOW);
  };
  const liveCount = (): number =>
    ["invite-client", "non-invite-client"].reduce(
      (sum, kind) => sum + test.valueOf("tandem_sip_transactions", kind),
      0,
    );

  const finishedCount = (): number => test.valueOf("tandem_sip_finished_invites");

  describe("INVITE", () => {
    it("given no answer, when 32 s pass, then it was sent seven times and times out once", () => {
      const transaction = send(INVITE);
      assert.deepEqual([transaction.method, transaction.state, liveCount()], ["INVITE", "calling", 1]);
      test.clock.advance(31_900);
      assert.equal(test.sender.sent.length, 7);
      assert.deepEqual(
        test.sender.sent.map(({ again }) => again),
        [false, true, true, true, true, true, true],
      );
      test.clock.advance(100_000);
      assert.deepEqual(handlers.told, ["timeout"]);
      assert.deepEqual([transaction.state, liveCount(), test.sender.sent.length], ["terminated", 0, 7]);
      assert.equal(test.clock.activeTimers, 0);
    });
    it("given a provisional response, when time passes, then it is not sent again and does not time out", () => {
      send(INVITE);
      answer(INVITE, 180);
      test.clock.advance(200_000);
      assert.deepEqual(handlers.told, ["180"]);
      assert.equal(test.sender.sent.length, 1);
    });
    it("given a failure response, when it is repeated, then each is acknowledged and the user is told once", () => {
      send(INVITE);
      test.sender.take();
      answer(INVITE, 486, "theirs");
      answer(INVITE, 486, "theirs");
      const acks = test.sender.take();
      assert.deepEqual(handlers.told, ["486"]);
      assert.equal(acks.length, 2);
      const ack = messageOf(acks[0]?.text ?? "");
      assert.deepEqual([ack.method, ack.get("via"), ack.get("to")], ["ACK", MINE, "<sip:1001@127.0.0.1>;tag=theirs"]);
      assert.deepEqual(acks[0]?.target, PEER);
      assert.deepEqual([liveCount(), finishedCount(), test.valueOf("tandem_sip_transaction_timers")], [0, 1, 0]);
      test.clock.advance(31_999);
      answer(INVITE, 486, "theirs");
      assert.deepEqual(test.sender.take().length, 1);
      test.clock.advance(8_001);
      assert.equal(finishedCount(), 0);
      answer(INVITE, 486, "theirs");
      assert.deepEqual([test.user.strays.length, test.clock.activeTimers], [1, 0]);
    });
    it("given TCP, when a failure response comes, then it is acknowledged, delivered and over at once", () => {
      const transaction = send(INVITE, TCP_PEER);
      answer(INVITE, 404);
      assert.deepEqual(test.sender.takeStartLines(), [
        "INVITE sip:1001@127.0.0.1 SIP/2.0",
        "ACK sip:1001@127.0.0.1 SIP/2.0",
      ]);
      assert.deepEqual([handlers.told, transaction.state, liveCount()], [["404"], "terminated", 0]);
      assert.equal(test.clock.activeTimers <= 1, true);
    });
    it("given a 2xx, when it is repeated or forked within 32 s, then each is delivered and none acknowledged", () => {
      send(INVITE);
      test.sender.take();
      answer(INVITE, 180, "one");
      answer(INVITE, 200, "one");
      answer(INVITE, 200, "one");
      answer(INVITE, 200, "two");
      answer(INVITE, 486, "three");
      assert.deepEqual(handlers.told, ["180", "200", "200", "200"]);
      assert.deepEqual(test.sender.take(), []);
      assert.deepEqual([liveCount(), finishedCount(), test.valueOf("tandem_sip_transaction_timers")], [0, 1, 0]);
      test.clock.advance(31_999);
      answer(INVITE, 200, "one");
      test.clock.advance(8_001);
      assert.equal(finishedCount(), 0);
      answer(INVITE, 200, "one");
      assert.deepEqual([handlers.told.length, test.user.strays.length, test.clock.activeTimers], [5, 1, 0]);
    });
    it("given a user that names who is told afterwards, when a 2xx is repeated, then it is told and the user is not", () => {
      const late: number[] = [];
      const listener = { characters: 0, onLateSuccess: (response: SipMessage) => void late.push(response.status) };
      test.layer.request(INVITE, PEER, {
        onResponse: (response) => handlers.onResponse(response),
        afterSuccess: () => listener,
        onTimeout: () => handlers.onTimeout(),
        onTransportFailure: (error) => handlers.onTransportFailure(error),
      });
      answer(INVITE, 200, "one");
      assert.deepEqual([handlers.told, late], [["200"], []]);
      answer(INVITE, 200, "one");
      answer(INVITE, 202, "two");
      answer(INVITE, 180, "one");
      assert.deepEqual([handlers.told, late], [["200"], [200, 202]]);
    });
    it("given an accepted INVITE, when it is terminated, then what comes later is stray and its branch is free", () => {
      const transaction = send(INVITE);
      answer(INVITE, 200);
      assert.equal(test.layer.request(INVITE, PEER, new RecordingHandlers()).state, "terminated");
      transaction.terminate();
      answer(INVITE, 200);
      assert.deepEqual([handlers.told, test.user.strays.length, finishedCount()], [["200"], 1, 0]);
      assert.equal(send(INVITE).state, "calling");
    });
    it("given a send that fails, when nothing was answered, then the user is told once", () => {
      send(INVITE);
      const [first] = test.sender.take();
      first?.fail(new Error("dead"));
      first?.fail(new Error("dead"));
      test.clock.advance(100_000);
      assert.deepEqual([handlers.told, liveCount()], [["failed"], 0]);
    });
    it("given a send that fails late, when a response has come, then nobody is told", () => {
      send(INVITE);
      const [first] = test.sender.take();
      answer(INVITE, 100);
      first?.fail(new Error("late"));
      assert.deepEqual([handlers.told, liveCount()], [["100"], 1]);
    });
    it("given an ACK that can not be sent, when it fails, then the transaction ends and the user is not told", () => {
      send(INVITE);
      answer(INVITE, 486);
      test.sender.sent.at(-1)?.fail(new Error("dead"));
      assert.deepEqual([handlers.told, liveCount()], [["486"], 0]);
    });
  });

  describe("CANCEL", () => {
    it("given a provisional response, when cancelled, then the CANCEL goes out at once, and only once", () => {
      const transaction = send(INVITE);
      assert.equal(transaction.cancelRequest(), undefined);
      answer(INVITE, 180);
      test.sender.take();
      assert.match(transaction.cancelRequest() ?? "", /^CANCEL /);
      const text = test.layer.cancel(transaction, [["Reason", "SIP;cause=200"]]);
      test.layer.cancel(transaction);
      const sent = test.sender.take();
      assert.deepEqual(
        sent.map((each) => each.text),
        [text],
      );
      assert.equal(messageOf(text ?? "").get("reason"), "SIP;cause=200");
      assert.deepEqual(sent[0]?.target, PEER);
    });
    it("given no provisional response yet, when cancelled, then the CANCEL waits for one", () => {
      const transaction = send(INVITE);
      test.sender.take();
      const text = test.layer.cancel(transaction);
      assert.match(text ?? "", /^CANCEL /);
      assert.deepEqual(test.sender.take(), []);
      answer(INVITE, 100);
      assert.deepEqual(
        test.sender.take().map((each) => each.text),
        [text],
      );
      assert.deepEqual(handlers.told, ["100"]);
    });
    it("given a held CANCEL, when the final response comes first, then no CANCEL is sent", () => {
      const transaction = send(INVITE);
      test.layer.cancel(transaction);
      test.sender.take();
      answer(INVITE, 200);
      assert.deepEqual([test.sender.take(), handlers.told], [[], ["200"]]);
    });
    it("given a CANCEL, when it is answered and 487 comes, then both are matched", () => {
      const transaction = send(INVITE);
      answer(INVITE, 180);
      const cancelHandlers = new RecordingHandlers();
      const cancel = test.layer.cancel(transaction, [], cancelHandlers) ?? "";
      answer(cancel, 200);
      answer(INVITE, 487);
      assert.deepEqual([cancelHandlers.told, handlers.told], [["200"], ["180", "487"]]);
      assert.deepEqual(test.user.strays, []);
    });
    it("given a CANCEL, when no final response comes within 64*T1, then the INVITE times out", () => {
      const transaction = send(INVITE);
      answer(INVITE, 180);
      const cancel = test.layer.cancel(transaction) ?? "";
      answer(cancel, 200);
      test.clock.advance(31_900);
      assert.deepEqual(handlers.told, ["180"]);
      test.clock.advance(200);
      assert.deepEqual([handlers.told, liveCount()], [["180", "timeout"], 0]);
    });
    it("given a final response, another method or another's transaction, when cancelled, then nothing is sent", () => {
      const transaction = send(INVITE);
      answer(INVITE, 200);
      const options = send(OPTIONS);
      test.sender.take();
      assert.equal(test.layer.cancel(transaction), undefined);
      assert.equal(transaction.cancelRequest(), undefined);
      assert.equal(test.layer.cancel(options), undefined);
      assert.equal(options.cancelRequest(), undefined);
      assert.equal(test.layer.cancel({ ...options, id: transaction.id }), undefined);
      assert.deepEqual(test.sender.take(), []);
    });
    it("given a field with CR LF, when cancelled, then it throws and the INVITE goes on", () => {
      const transaction = send(INVITE);
      answer(INVITE, 180);
      assert.throws(() => test.layer.cancel(transaction, [["Reason", "a\r\nb"]]), { code: "invalid-header" });
      assert.match(test.layer.cancel(transaction) ?? "", /^CANCEL /);
    });
  });

  describe("other requests", () => {
    it("given no answer, when 32 s pass, then it was sent eleven times and times out once", () => {
      const transaction = send(OPTIONS);
      assert.equal(transaction.state, "trying");
      test.clock.advance(31_900);
      assert.equal(test.sender.sent.length, 11);
      test.clock.advance(100_000);
      assert.deepEqual([handlers.told, transaction.state, liveCount()], [["timeout"], "terminated", 0]);
      assert.equal(test.clock.activeTimers, 0);
    });
    it("given TCP, when there is no answer, then it is sent once and times out", () => {
      send(OPTIONS, TCP_PEER);
      test.clock.advance(100_000);
      assert.deepEqual([handlers.told, test.sender.sent.length], [["timeout"], 1]);
    });
    it("given a final response, when it is repeated within T4, then the user is told once", () => {
      send(OPTIONS);
      answer(OPTIONS, 100);
      answer(OPTIONS, 200);
      answer(OPTIONS, 200);
      assert.deepEqual([handlers.told, test.user.strays.length, liveCount()], [["100", "200"], 0, 1]);
      test.clock.advance(5_050);
      assert.equal(liveCount(), 0);
    });
    it("given TCP, when the final response comes, then it is delivered and over at once", () => {
      send(OPTIONS, TCP_PEER);
      answer(OPTIONS, 200);
      assert.deepEqual([handlers.told, liveCount()], [["200"], 0]);
    });
    it("given a send that fails, when it is told, then the user is told once", () => {
      send(OPTIONS);
      test.sender.sent[0]?.fail(new Error("dead"));
      answer(OPTIONS, 200);
      assert.deepEqual([handlers.told, liveCount(), test.user.strays.length], [["failed"], 0, 1]);
    });
    it("given a terminated transaction, when anything happens, then nobody is told", () => {
      const transactions = [send(OPTIONS), send(INVITE)];
      for (const transaction of transactions) {
        transaction.terminate();
        transaction.terminate();
        assert.equal(transaction.state, "terminated");
      }
      answer(OPTIONS, 200);
      answer(INVITE, 200);
      test.clock.advance(100_000);
      assert.deepEqual([handlers.told, liveCount(), test.user.strays.length], [[], 0, 2]);
    });
    it("given a handler that terminates its transaction, when a response comes, then it ends cleanly", () => {
      const transaction = send(INVITE);
      handlers.onEach = () => transaction.terminate();
      answer(INVITE, 200);
      assert.deepEqual([handlers.told, liveCount(), test.valueOf("tandem_sip_transaction_timers")], [["200"], 0, 0]);
    });
  });

  describe("INVITEs that have their final response", () => {
    const inviteOf = (index: number, extra = ""): string =>
      requestText({ via: `SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK${index}${extra}` });
    const begin = (limits: Partial<TransactionLimits>): void => {
      test.layer.close();
      test = makeLayer({ limits });
    };

    it("given more than may be remembered, when they are answered, then the oldest go, are counted, and are stray", () => {
      begin({ maxFinishedInvites: 10 });
      for (let index = 0; index < 25; index += 1) {
        send(inviteOf(index));
        answer(inviteOf(index), index % 2 === 0 ? 200 : 486);
      }
      assert.ok(finishedCount() <= 10 && finishedCount() > 5, String(finishedCount()));
      assert.equal(test.valueOf("tandem_sip_forgotten_early_total"), 25 - finishedCount());
      answer(inviteOf(24), 200);
      assert.equal(test.user.strays.length, 0);
      answer(inviteOf(0), 200);
      assert.equal(test.user.strays.length, 1);
    });
    it("given texts that are longer than may be remembered, when refused, then the oldest go though they are few", () => {
      begin({ maxFinishedInviteCharacters: 90_000 });
      for (let index = 0; index < 25; index += 1) {
        const invite = inviteOf(index, "x".repeat(4_000));
        send(invite);
        answer(invite, 486);
      }
      assert.ok(finishedCount() <= 9 && finishedCount() > 0, String(finishedCount()));
      assert.equal(test.valueOf("tandem_sip_forgotten_early_total"), 25 - finishedCount());
    });
    it("given handlers that hear of repeated 2xx themselves, when accepted, then the length of the INVITE counts", () => {
      begin({ maxFinishedInviteCharacters: 90_000 });
      for (let index = 0; index < 25; index += 1) {
        const invite = inviteOf(index).replace("Max-Forwards", `X: ${"x".repeat(4_000)}\r\nMax-Forwards`);
        send(invite);
        answer(invite, 200);
      }
      assert.ok(finishedCount() <= 9 && finishedCount() > 0, String(finishedCount()));
    });
  });

  describe("requests that can not begin a transaction", () => {
    const cases: readonly (readonly [given: string, text: string])[] = [
      ["an ACK", requestText({ via: MINE, method: "ACK" })],
      ["a response", responseText(INVITE, 200)],
      ["no Via", INVITE.replace(/Via: .*\r\n/, "")],
      ["no branch", requestText({ via: "SIP/2.0/UDP 127.0.0.1" })],
      ["no SIP at all", "hello"],
    ];
    for (const [given, text] of cases) {
      it(`given ${given}, when requested, then onTransportFailure tells afterwards`, async () => {
        const transaction = send(text);
        assert.deepEqual(
          [transaction.state, transaction.cancelRequest(), handlers.told],
          ["terminated", undefined, []],
        );
        await nextTurn();
        assert.deepEqual([handlers.told, test.sender.sent.length], [["invalid-request"], 0]);
      });
    }
    it("given a branch that is in use, when requested again, then the second fails and the first goes on", async () => {
      send(OPTIONS);
      const second = new RecordingHandlers();
      test.layer.request(OPTIONS, PEER, second);
      await nextTurn();
      answer(OPTIONS, 200);
      assert.deepEqual([second.told, handlers.told], [["duplicate-branch"], ["200"]]);
    });
    it("given a refused request that is terminated, when time passes, then nobody is told", async () => {
      send("hello").terminate();
      await nextTurn();
      assert.deepEqual(handlers.told, []);
    });
    it("given a full table, when requested, then new requests fail and those in dialogs use what is kept for them", async () => {
      test = makeLayer({ limits: { maxClientTransactions: 10 } });
      const request = (index: number, toTag?: string): void => {
        const via = `SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK${index}`;
        const tag = toTag === undefined ? {} : { toTag };
        test.layer.request(requestText({ via, method: "BYE", callId: `c${index}`, ...tag }), PEER, handlers);
      };
      for (let index = 0; index < 10; index += 1) request(index);
      await nextTurn();
      assert.deepEqual([handlers.told, liveCount()], [["too-many-transactions"], 9]);
      request(10, "t");
      request(11, "t");
      await nextTurn();
      assert.deepEqual([handlers.told.length, liveCount()], [2, 10]);
    });
    it("given a closed layer, when requested, then it fails and nothing is sent", async () => {
      send(OPTIONS);
      test.layer.close();
      test.layer.close();
      send(INVITE);
      await nextTurn();
      test.clock.advance(100_000);
      assert.deepEqual([handlers.told, test.sender.sent.length, liveCount()], [["closed"], 1, 0]);
    });
  });
});

describe("client transactions whose user throws", () => {
  const cases: readonly (readonly [when: string, run: (test: ReturnType<typeof makeLayer>, text: string) => void])[] = [
    ["told of a response", (test, text) => test.layer.onMessage(responseText(text, 200), FLOW)],
    ["told of a time-out", (test) => test.clock.advance(40_000)],
    ["told of a transport failure", (test) => test.sender.sent[0]?.fail(new Error("dead"))],
  ];
  for (const [when, run] of cases) {
    for (const text of [INVITE, OPTIONS]) {
      it(`given ${text.slice(0, 7)}, when ${when} it throws, then that is logged and counted and no more`, () => {
        const test = makeLayer();
        const handlers = new RecordingHandlers();
        handlers.onEach = () => {
          throw new Error("user");
        };
        test.layer.request(text, PEER, handlers);
        run(test, text);
        assert.equal(handlers.told.length, 1);
        assert.deepEqual(test.errors, ["transaction user failed"]);
        assert.equal(test.valueOf("tandem_sip_user_errors_total"), 1);
        test.layer.close();
      });
    }
  }
  it("given a request that is refused, when its user throws, then that is logged", async () => {
    const test = makeLayer();
    const handlers = new RecordingHandlers();
    handlers.onEach = () => {
      throw new Error("user");
    };
    test.layer.request("hello", PEER, handlers);
    await nextTurn();
    assert.deepEqual(test.errors, ["transaction user failed"]);
    test.layer.close();
  });
});
