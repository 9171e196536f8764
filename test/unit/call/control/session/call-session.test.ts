import assert from "node:assert/strict";
import { CallSession } from "../../../../../src/call/control/session/call-session.ts";
import { dialogIdOf, type Leg } from "../../../../../src/call/control/leg/leg.ts";
import type { SavedCall } from "../../../../../src/call/control/recovery/saved-call.ts";
import {
  NEW_SESSION,
  restoredSession,
  type Session,
  type Party,
  type Side,
} from "../../../../../src/call/model/index.ts";
import type { IncomingRequest } from "../../../../../src/call/signaling/signaling-port.ts";
import { RandomIds, silentLogger, SystemClock } from "../../../../../src/common/index.ts";
import { formatRequest, parseSipMessage } from "../../../../../src/sip/message/index.ts";
import { silentObserver } from "../../../../support/silent-observer.ts";
import { FakeRelay } from "../../../../support/fake-relay.ts";
import { OpenRequests, responseOf } from "../../../../support/open-requests.ts";
import { testSdp } from "../../../../support/test-sdp.ts";

const SOURCE = { protocol: "udp", address: "192.0.2.7", port: 5060 };
const PARTY: Party = {
  connection: "established",
  localSdp: testSdp(20_000),
  remoteSdp: testSdp(4_000),
  isHolding: false,
};
const ESTABLISHED: Session = { ...NEW_SESSION, state: "established", caller: PARTY, callee: PARTY };

function legOf(side: Side): Leg {
  return {
    dialogId: dialogIdOf(side, "f"),
    sipCallId: side,
    localTag: "l",
    remoteTag: "f",
    device: { kind: "sip-phone", name: side, number: "1001" },
    source: SOURCE,
    latch: "candidates",
    policy: { expiresSeconds: 0, minSeconds: 90 },
    allowsUpdate: false,
    session: undefined,
  };
}

describe("CallSession of a call that a process takes up, before the edge has answered for its dialogs", () => {
  let requests: OpenRequests;
  let session: CallSession;
  let answers: string[];
  let closed: number;
  beforeEach(() => {
    requests = new OpenRequests();
    answers = [];
    closed = 0;
    const [caller, callee] = [legOf("caller"), legOf("callee")];
    const call = restoredSession(ESTABLISHED);
    assert.ok(call !== undefined);
    const saved: SavedCall = {
      version: 1,
      callId: "c",
      call,
      caller,
      callee,
      calledNumber: "1002",
      startedAtMs: 0,
      answeredAtMs: 0,
    };
    const nothing = (): void => undefined;
    session = new CallSession(
      {
        port: requests.port,
        wayTo: () => undefined,
        codecsBetween: () => undefined,
        relay: new FakeRelay(),
        clock: new SystemClock(),
        ids: new RandomIds(),
        logger: silentLogger,
        owner: {
          addLeg: nothing,
          removeLeg: nothing,
          onAnswered: nothing,
          onAnswerLost: nothing,
          onChangeAnswerLost: nothing,
          onTaken: nothing,
          onMoved: nothing,
          onChanged: nothing,
          onEnded: nothing,
          onClosed: () => (closed += 1),
        },
        observer: silentObserver(),
        store: { put: nothing, end: nothing, remove: nothing },
        writeRecord: () => Promise.resolve(),
      },
      { callId: "c", caller, callee: callee.device, calledNumber: "1002" },
      { saved, call, isRestored: true },
    );
  });
  afterEach(() => {
    session.stop();
  });

  function receive(side: Side, method: string, sdp = ""): void {
    const message = parseSipMessage(
      formatRequest(method, "sip:x@127.0.0.1", sdp === "" ? [] : [["Content-Type", "application/sdp"]], sdp),
    );
    assert.ok(message.ok);
    const request: IncomingRequest = {
      transactionId: `${side} ${method}`,
      dialogId: "",
      message: message.value,
      source: SOURCE,
      respond: (status) => void answers.push(`${status} to ${method}`),
    };
    session.receive(side, request);
  }

  it("given a re-INVITE that waits for that, when the other party hangs up, then it is answered before the call is gone", () => {
    receive("caller", "INVITE", testSdp(4_000));
    assert.deepEqual(answers, []);
    receive("callee", "BYE");
    requests.sent[0]?.events.onResponse(responseOf(200));
    assert.equal(requests.sent[0]?.request.method, "BYE");
    assert.deepEqual([answers, closed], [["200 to BYE", "481 to INVITE"], 1]);
  });

  it("given a call that has ended, when a request of a party comes that would have waited, then it is answered at once", () => {
    receive("callee", "BYE");
    receive("caller", "INVITE", testSdp(4_000));
    assert.deepEqual(answers, ["200 to BYE", "481 to INVITE"]);
  });
});
