import assert from "node:assert/strict";
import { RefusalWarning } from "../../../../../src/call/control/headers/warning-header.ts";
import { DialogRequests } from "../../../../../src/call/control/leg/dialog-requests.ts";
import type { Leg, LegDialog } from "../../../../../src/call/control/leg/leg.ts";
import type { SessionEvent } from "../../../../../src/call/model/index.ts";
import { SignalingError, type SignalingErrorCode } from "../../../../../src/call/signaling/signaling-error.ts";
import type { IncomingRequest, RequestEvents } from "../../../../../src/call/signaling/signaling-port.ts";
import { RandomIds } from "../../../../../src/common/index.ts";
import { formatRequest, formatResponse, parseSipMessage } from "../../../../../src/sip/message/index.ts";
import { testSdp } from "../../../../support/test-sdp.ts";

const SOURCE = { protocol: "udp", address: "192.0.2.7", port: 5060 };
const LEG: Leg = {
  dialogId: "c;from-tag=f",
  sipCallId: "c",
  localTag: "l",
  remoteTag: "f",
  device: { kind: "sip-phone", name: "phone", number: "1001" },
  source: SOURCE,
  latch: "candidates",
  policy: { expiresSeconds: 0, minSeconds: 90 },
  allowsUpdate: false,
  session: undefined,
};

interface Answering {
  readonly requests: DialogRequests;
  readonly events: SessionEvent[];
  readonly answers: number[];
  /** Legs whose answer is lost. */
  readonly lost: Leg[];
  /** What the server says of the last request to a party. */
  readonly respond: (status: number) => void;
}

/** A re-INVITE that waits; of its answer the edge says `code`. */
function waitingReinvite(code?: SignalingErrorCode): Answering {
  const events: SessionEvent[] = [];
  const answers: number[] = [];
  const lost: Leg[] = [];
  let sent: RequestEvents | undefined;
  const requests = new DialogRequests({
    port: {
      takesDialogs: true,
      edgeMemory: undefined,
      request: (_request, told) => {
        sent = told;
        return { cancel: () => undefined };
      },
      importDialogs: () => Promise.resolve([]),
    },
    describe: () => undefined,
    rename: () => undefined,
    ids: new RandomIds(),
    warning: new RefusalWarning(),
    dispatch: (event) => void events.push(event),
    wayTo: () => undefined,
    onIdle: () => undefined,
    onRefer: () => undefined,
    onChangeAnswerLost: (leg) => void lost.push(leg),
  });
  const message = parseSipMessage(formatRequest("INVITE", "sip:x@127.0.0.1", [], testSdp(4_000)));
  assert.ok(message.ok);
  const request: IncomingRequest = {
    transactionId: "t",
    dialogId: LEG.dialogId,
    message: message.value,
    source: SOURCE,
    respond: (status, _options, onDone) => {
      answers.push(status);
      onDone?.(code === undefined ? undefined : new SignalingError(code, "told to fail"));
    },
  };
  requests.receive("callee", LEG, undefined, request);
  const respond = (status: number): void => {
    const response = parseSipMessage(formatResponse(status, "", [["CSeq", "1 INVITE"]], ""));
    assert.ok(response.ok);
    sent?.onResponse({ message: response.value, source: SOURCE, acknowledge: () => undefined });
  };
  return { requests, events, answers, lost, respond };
}

/** Legs whose answer is lost after a re-INVITE is answered with 200 and the edge says `code` of it. */
function lostAfter(code: SignalingErrorCode | undefined): Leg[] {
  const { requests, events, lost } = waitingReinvite(code);
  requests.respond({ type: "respond", transaction: "t", status: 200, sdp: testSdp(5_000) });
  assert.equal(events.length, 1);
  return lost;
}

describe("DialogRequests", () => {
  it("given a 2xx to a re-INVITE that the edge did not send, when it says so, then the call is told whose answer is lost", () => {
    assert.deepEqual(lostAfter("refused"), [LEG]);
  });

  it("given a 2xx to a re-INVITE, when it was sent or the edge is lost, then nothing else is told", () => {
    assert.deepEqual(lostAfter(undefined), []);
    assert.deepEqual(lostAfter("edge-lost"), []);
  });

  it("given a party that does not answer, when the server does not know the dialog either, then it is over, else not", () => {
    const { requests, events, respond } = waitingReinvite();
    const dialog: LegDialog = {
      role: "uas",
      local: "<sip:x@127.0.0.1>;tag=l",
      remote: "<sip:y@127.0.0.1>;tag=f",
      localCseq: 1,
      remoteCseq: 1,
      inviteCseq: 1,
      remoteTarget: "sip:y@192.0.2.7",
      routeSet: [],
    };
    for (const standing of [undefined, "lost"] as const) {
      const leg: Leg = { ...LEG, dialog: { ...dialog, ...(standing === undefined ? {} : { standing }) } };
      requests.send(
        { type: "request", side: "caller", method: "INVITE", sdp: testSdp(4_000), ticket: 7 },
        leg,
        undefined,
      );
      respond(408);
    }
    const [, known, lost] = events;
    assert.deepEqual(known, { type: "request-failed", ticket: 7, status: 408 });
    assert.deepEqual(lost, { type: "request-failed", ticket: 7, status: 481 });
  });

  it("given a request that waits, when the edge is gone, then it is not known any more", () => {
    const { requests, answers } = waitingReinvite();
    assert.equal(requests.has("t"), true);
    requests.forgetAll();
    assert.equal(requests.has("t"), false);
    requests.respond({ type: "respond", transaction: "t", status: 200, sdp: undefined });
    assert.deepEqual(answers, []);
  });
});
