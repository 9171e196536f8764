import assert from "node:assert/strict";
import type { Leg, LegDialog } from "../../../../../src/call/control/leg/leg.ts";
import { LegRequests } from "../../../../../src/call/control/leg/leg-requests.ts";
import { SignalingError } from "../../../../../src/call/signaling/signaling-error.ts";
import type {
  EdgeDialog,
  IncomingResponse,
  OutgoingRequest,
  PendingRequest,
  RefusedDialog,
  RequestEvents,
} from "../../../../../src/call/signaling/signaling-port.ts";
import { formatResponse, parseSipMessage } from "../../../../../src/sip/message/index.ts";

const UNKNOWN = new SignalingError("unknown-dialog", "no such dialog");
const DESCRIBED: EdgeDialog = {
  role: "uas",
  callId: "call",
  localTag: "ours",
  remoteTag: "phone",
  local: "<sip:1002@tandem.test>;tag=ours",
  remote: "<sip:1001@tandem.test>;tag=phone",
  localCseq: 100_001,
  remoteTarget: "sip:1001@192.0.2.7",
  routeSet: [],
  protocol: "udp",
  allow: [],
};

/** A port whose requests stay open until a test ends them. */
class FakePort {
  takesDialogs = true;
  edgeMemory: string | undefined = "new";
  readonly sent: { readonly request: OutgoingRequest; readonly events: RequestEvents }[] = [];
  readonly imported: EdgeDialog[] = [];
  cancelled = 0;
  outcome: Promise<readonly RefusedDialog[]> = Promise.resolve([]);

  request(request: OutgoingRequest, events: RequestEvents): PendingRequest {
    this.sent.push({ request, events });
    return { cancel: () => void (this.cancelled += 1) };
  }

  importDialogs(dialogs: readonly EdgeDialog[]): Promise<readonly RefusedDialog[]> {
    this.imported.push(...dialogs);
    return this.outcome;
  }
}

function legWith(dialog: Partial<LegDialog>): Leg {
  return {
    dialogId: "call;from-tag=phone",
    sipCallId: "call",
    localTag: "ours",
    remoteTag: "phone",
    device: { kind: "sip-phone", name: "phone-1001", number: "1001" },
    source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
    latch: "candidates",
    policy: { expiresSeconds: 0, minSeconds: 90 },
    allowsUpdate: false,
    session: undefined,
    dialog: { ...DESCRIBED, remoteCseq: 1, inviteCseq: 0, edgeMemory: "old", ...dialog },
  };
}

function response(status: number, cseq: string): IncomingResponse {
  const fields: [string, string][] = [
    ["From", DESCRIBED.local],
    ["To", DESCRIBED.remote],
    ["CSeq", cseq],
  ];
  const message = parseSipMessage(formatResponse(status, "", fields, ""));
  assert.ok(message.ok);
  return {
    message: message.value,
    source: { protocol: "udp", address: "", port: 0 },
    acknowledge: () => undefined,
  };
}

describe("LegRequests", () => {
  let port: FakePort;
  let renamed: string[];
  let told: string[];
  let requests: LegRequests;
  let done: () => void;
  let settled: Promise<void>;
  let way: string | undefined;
  beforeEach(() => {
    port = new FakePort();
    renamed = [];
    told = [];
    way = undefined;
    settled = new Promise((resolve) => (done = resolve));
    requests = new LegRequests({
      port,
      wayTo: () => way,
      describe: ({ dialog }) => (dialog === undefined ? undefined : DESCRIBED),
      rename: (_leg, dialogId) => void renamed.push(dialogId),
    });
  });

  const events: RequestEvents = {
    onResponse: ({ message }) => void told.push(String(message.status)),
    onFailed: ({ code }) => {
      told.push(code);
      done();
    },
  };

  function send(leg: Leg, method: "INVITE" | "BYE" = "BYE"): PendingRequest {
    return requests.send(leg, { method, headers: [["Reason", "x"]] }, events);
  }

  /** The port says of its last request that the edge has no such dialog. */
  async function refuse(): Promise<void> {
    port.sent.at(-1)?.events.onFailed(UNKNOWN);
    await new Promise(setImmediate);
  }

  it("given an edge that has lost the dialog, when a request is refused for it, then the edge is told and has it again, once", async () => {
    const leg = legWith({ standing: "unsure" });
    const sent = send(leg);
    await refuse();
    assert.deepEqual(port.imported, [DESCRIBED]);
    assert.equal(port.sent.length, 2);
    assert.deepEqual([leg.dialog?.standing, leg.dialog?.edgeMemory], [undefined, "new"]);
    sent.cancel();
    assert.equal(port.cancelled, 1);
    await refuse();
    await settled;
    assert.deepEqual(told, ["unknown-dialog"]);
    assert.equal(port.sent.length, 2);
  });

  for (const [what, dialog] of [
    ["knew the dialog after its last start", {}],
    ["has the memory in which the dialog was", { standing: "unsure", edgeMemory: "new" }],
  ] as const) {
    it(`given an edge that ${what}, when a request is refused for it, then the dialog is over`, async () => {
      send(legWith(dialog));
      await refuse();
      await settled;
      assert.deepEqual([told, port.imported], [["unknown-dialog"], []]);
    });
  }

  for (const [what, outcome] of [
    ["does not take it", () => Promise.resolve([{ index: 0, reason: "dialog limit reached" }])],
    ["is lost meanwhile", () => Promise.reject(new SignalingError("edge-lost", "gone"))],
  ] as const) {
    it(`given a lost dialog, when the edge ${what}, then the request fails`, async () => {
      port.outcome = outcome();
      send(legWith({ standing: "unsure" }));
      await refuse();
      await settled;
      assert.deepEqual([told, port.sent.length], [["unknown-dialog"], 1]);
    });
  }

  it("given a request that was taken back while the edge is told of its dialog, when it knows it, then it is not sent again, and the dialog goes on", async () => {
    const sent = send(legWith({ standing: "unsure" }), "INVITE");
    port.sent[0]?.events.onFailed(UNKNOWN);
    sent.cancel();
    await settled;
    assert.equal(port.sent.length, 1);
    // Not that the dialog is unknown: that would end the call.
    assert.deepEqual(told, ["cancelled"]);
  });

  it("given a server that has lost the dialog, when an INVITE with its identity is answered, then the server knows it as one that we began", () => {
    port.takesDialogs = false;
    const leg = legWith({ standing: "lost", nextHop: "sip:192.0.2.8:4000" });
    send(leg, "INVITE");
    const { request, events: given } = port.sent[0] ?? {};
    assert.deepEqual(request, {
      method: "INVITE",
      uri: "sip:1001@192.0.2.7",
      proxyUri: "sip:192.0.2.8:4000",
      headers: [
        ["From", DESCRIBED.local],
        ["To", DESCRIBED.remote],
        ["Call-ID", "call"],
        ["CSeq", "100002 INVITE"],
        ["Reason", "x"],
      ],
    });
    given?.onResponse(response(180, "100002 INVITE"));
    assert.deepEqual(renamed, []);
    given?.onResponse(response(200, "100002 INVITE"));
    assert.deepEqual(renamed, ["call;from-tag=ours"]);
    assert.deepEqual([leg.dialog?.role, leg.dialog?.standing, leg.dialog?.inviteCseq], ["uac", undefined, 100_002]);
    assert.deepEqual(told, ["180", "200"]);
    send(leg);
    assert.equal(port.sent[1]?.request.dialogId, leg.dialogId);
  });

  it("given a phone that has connected anew, when a request is sent in its dialog or with its identity, then it goes there", () => {
    way = "sip:flow@192.0.2.9:4001;transport=tcp";
    send(legWith({}));
    send(legWith({ standing: "lost", nextHop: "sip:192.0.2.8:4000" }));
    assert.deepEqual(
      port.sent.map(({ request }) => request.proxyUri),
      [way, way],
    );
  });

  it("given a server that has lost the dialog, when the party refuses, then it stays lost, and a BYE has its identity too", () => {
    const leg = legWith({ standing: "lost" });
    send(leg, "INVITE");
    port.sent[0]?.events.onResponse(response(481, "100002 INVITE"));
    send(leg);
    assert.deepEqual(port.sent[1]?.request.headers?.[3], ["CSeq", "100003 BYE"]);
    assert.deepEqual(renamed, []);
  });

  it("given a server that has lost a dialog of which too little is known, when a request is sent, then it fails at once", () => {
    send(legWith({ standing: "lost", remoteTarget: "" }));
    assert.deepEqual([told, port.sent], [["unknown-dialog"], []]);
  });
});
