import assert from "node:assert/strict";
import type { Leg } from "../../../../../src/call/control/leg/leg.ts";
import {
  dialogOfRequest,
  dialogOfResponse,
  edgeDialogOf,
  identityOf,
  noteRefresh,
  noteRequest,
  noteResponse,
  skipSequenceNumbers,
} from "../../../../../src/call/control/leg/leg-dialog.ts";
import type { IncomingRequest, IncomingResponse } from "../../../../../src/call/signaling/signaling-port.ts";
import {
  formatRequest,
  formatResponse,
  parseSipMessage,
  type SipMessage,
} from "../../../../../src/sip/message/index.ts";

type Fields = readonly (readonly [string, string])[];

const FROM = "<sip:1001@tandem.test>;tag=phone";
const TO = "<sip:1002@tandem.test>";

function parsed(text: string): SipMessage {
  const message = parseSipMessage(text);
  assert.ok(message.ok);
  return message.value;
}

function request(method: string, cseq: number, more: Fields = [], viaHost = "192.0.2.7:5062"): IncomingRequest {
  const fields: Fields = [
    ["Via", `SIP/2.0/UDP ${viaHost};branch=z9hG4bK1`],
    ["From", FROM],
    ["To", TO],
    ["Call-ID", "call"],
    ["CSeq", `${cseq} ${method}`],
    ["Contact", "<sip:1001@192.0.2.7:5062>"],
    ...more,
  ];
  return {
    transactionId: "t",
    dialogId: "",
    message: parsed(formatRequest(method, "sip:1002@tandem.test", fields, "")),
    source: { protocol: "udp", address: "192.0.2.7", port: 5062 },
    respond: () => undefined,
  };
}

function response(status: number, method: string, cseq: number, more: Fields = []): IncomingResponse {
  const fields: Fields = [
    ["From", FROM],
    ["To", `${TO};tag=other`],
    ["Call-ID", "call"],
    ["CSeq", `${cseq} ${method}`],
  ];
  return {
    message: parsed(formatResponse(status, "", [...fields, ...more], "")),
    source: { protocol: "udp", address: "192.0.2.7", port: 5062 },
    acknowledge: () => undefined,
  };
}

function legWith(dialog: Leg["dialog"], more: Partial<Leg> = {}): Leg {
  return {
    dialogId: "call;from-tag=phone",
    sipCallId: "call",
    localTag: "ours",
    remoteTag: "phone",
    device: { kind: "sip-phone", name: "phone-1001", number: "1001" },
    source: { protocol: "udp", address: "192.0.2.7", port: 5062 },
    latch: "candidates",
    policy: { expiresSeconds: 0, minSeconds: 90 },
    allowsUpdate: true,
    session: { seconds: 1_800, refresher: "local" },
    ...(dialog === undefined ? {} : { dialog }),
    ...more,
  };
}

describe("what is known of a leg's dialog", () => {
  it("given a caller's INVITE by proxies, when an edge is told of it, then it has all that it needs, the first hop first", () => {
    const routes: Fields = [["Record-Route", "<sip:near.test;lr>, <sip:far.test;lr>"]];
    const leg = legWith(dialogOfRequest(request("INVITE", 7, routes, "10.0.0.1"), "ours", "m"));
    skipSequenceNumbers(leg);
    assert.deepEqual(edgeDialogOf(leg, "v=0"), {
      role: "uas",
      callId: "call",
      localTag: "ours",
      remoteTag: "phone",
      local: `${TO};tag=ours`,
      remote: FROM,
      localCseq: 100_001,
      remoteCseq: 7,
      remoteTarget: "sip:1001@192.0.2.7:5062",
      routeSet: ["<sip:near.test;lr>", "<sip:far.test;lr>"],
      protocol: "udp",
      session: { intervalSeconds: 1_800, refresher: "local" },
      allow: ["INVITE", "UPDATE"],
      body: "v=0",
    });
  });

  it("given a callee's answer, when an edge is told of it, then routes are turned round and the next hop is the one given", () => {
    const contact: Fields = [["Contact", "<sip:1002@192.0.2.8>"]];
    const direct = edgeDialogOf(
      legWith(dialogOfResponse(response(200, "INVITE", 40, contact), "sip:192.0.2.9", "m")),
      "",
    );
    assert.deepEqual([direct?.nextHop, direct?.routeSet, direct?.inviteCseq], ["sip:192.0.2.9", [], 40]);
    assert.equal(direct?.remoteCseq, undefined);
    const routed: Fields = [...contact, ["Record-Route", "<sip:a.test;lr>"], ["Record-Route", "<sip:b.test;lr>"]];
    const proxied = edgeDialogOf(
      legWith(dialogOfResponse(response(200, "INVITE", 40, routed), "sip:192.0.2.9", "m")),
      "",
    );
    assert.deepEqual([proxied?.nextHop, proxied?.routeSet], [undefined, ["<sip:b.test;lr>", "<sip:a.test;lr>"]]);
  });

  it("given a phone behind a NAT, when it calls and its place changes, then requests go to where it sends from", () => {
    const leg = legWith(dialogOfRequest(request("INVITE", 1, [], "10.0.0.1:5060"), "ours", "m"));
    assert.equal(leg.dialog?.nextHop, "sip:192.0.2.7:5062;transport=udp");
    noteRefresh(leg, request("INVITE", 2, [], "192.0.2.7:5062"));
    assert.equal(leg.dialog.nextHop, undefined);
    noteRefresh(leg, request("UPDATE", 3, [], "10.0.0.1:5060"));
    assert.equal(leg.dialog.nextHop, "sip:192.0.2.7:5062;transport=udp");
  });

  it("given requests both ways, when they are noted, then the numbers are the highest that were seen", () => {
    const leg = legWith(dialogOfRequest(request("INVITE", 7), "ours", "m"));
    noteRequest(leg, request("INFO", 9).message);
    noteRequest(leg, request("INFO", 8).message);
    noteRequest(leg, request("ACK", 99).message);
    noteResponse(leg, response(200, "INVITE", 1_002, [["Contact", "<sip:1001@192.0.2.99>"]]).message);
    noteResponse(leg, response(486, "INVITE", 1_003, [["Contact", "<sip:nobody@192.0.2.1>"]]).message);
    noteResponse(leg, response(200, "INFO", 1_001).message);
    const { remoteCseq, localCseq, inviteCseq, remoteTarget } = leg.dialog ?? {};
    assert.deepEqual([remoteCseq, localCseq, inviteCseq, remoteTarget], [9, 1_003, 1_002, "sip:1001@192.0.2.99"]);
  });

  it("given the end of the numbers, when some are skipped, then they stay in the range that an edge takes", () => {
    const leg = legWith(dialogOfRequest(request("INVITE", 7), "ours", "m"));
    assert.ok(leg.dialog !== undefined);
    leg.dialog.localCseq = 2 ** 31 - 10;
    skipSequenceNumbers(leg);
    assert.equal(leg.dialog.localCseq, 2 ** 31 - 2);
  });

  it("given too little, when an edge is to be told, then it is not, and an overlong session description is left out", () => {
    assert.equal(edgeDialogOf(legWith(undefined), "v=0"), undefined);
    const noContact = legWith(dialogOfResponse(response(200, "INVITE", 1), undefined, "m"));
    assert.equal(edgeDialogOf(noContact, "v=0"), undefined);
    assert.equal(identityOf(noContact, "INVITE"), undefined);
    const leg = legWith(dialogOfRequest(request("INVITE", 7), "ours", "m"));
    assert.equal(edgeDialogOf(leg, "x".repeat(16_385))?.body, undefined);
  });

  it("given a route set, when a request takes the dialog's identity, then it goes to the first proxy and each has its own CSeq", () => {
    const leg = legWith(dialogOfRequest(request("INVITE", 7, [["Record-Route", "<sip:near.test;lr>"]]), "ours", "m"));
    assert.deepEqual(identityOf(leg, "INVITE"), {
      uri: "sip:1001@192.0.2.7:5062",
      proxyUri: "sip:near.test;lr",
      headers: [
        ["From", `${TO};tag=ours`],
        ["To", FROM],
        ["Call-ID", "call"],
        ["CSeq", "2 INVITE"],
        ["Route", "<sip:near.test;lr>"],
      ],
    });
    assert.deepEqual(identityOf(leg, "BYE")?.headers[3], ["CSeq", "3 BYE"]);
  });
});
