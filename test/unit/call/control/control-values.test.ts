import assert from "node:assert/strict";
import { createInventory, type Destination, type Peer, type SipPhone } from "../../../../src/call/index.ts";
import { callerDevice, claimOf, connectedDevice } from "../../../../src/call/control/leg/caller-identity.ts";
import { CallCounters } from "../../../../src/call/control/views/call-counters.ts";
import { CallTable } from "../../../../src/call/control/call-table.ts";
import { unsupportedExtensions } from "../../../../src/call/control/headers/capabilities.ts";
import { cancelReason, lossOutcome, reasonOf, toldReason } from "../../../../src/call/control/headers/reason-header.ts";
import { routeCall, type RouteContext } from "../../../../src/call/control/routing/route-call.ts";
import { isSavedCall } from "../../../../src/call/control/recovery/saved-call.ts";
import { sessionBody } from "../../../../src/call/control/session/session-body.ts";
import {
  decideSession,
  sessionOfResponse,
  sessionRequestHeaders,
} from "../../../../src/call/control/session/session-interval.ts";
import { RandomIds } from "../../../../src/common/index.ts";
import type { Binding } from "../../../../src/call/registrar/index.ts";
import { formatRequest, parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";
import { TEST_PROFILE, testPhones } from "../../../support/switch-fixture.ts";

function message(headers: readonly (readonly [string, string])[] = [], body = "", method = "INVITE"): SipMessage {
  const parsed = parseSipMessage(formatRequest(method, "sip:1002@127.0.0.1", headers, body));
  assert.ok(parsed.ok);
  return parsed.value;
}

describe("decideSession (RFC 4028 9)", () => {
  const policy = { expiresSeconds: 0, minSeconds: 90 };
  const headersOf = (
    headers: readonly (readonly [string, string])[],
    ownPolicy = policy,
    current?: { seconds: number; refresher: "local" | "remote" },
  ): unknown => {
    const decision = decideSession(message(headers), ownPolicy, current);
    return decision.kind === "refuse" ? decision.minSeconds : Object.fromEntries(decision.headers);
  };

  it("given a request that says nothing and a profile without timer, when decided, then there is none", () => {
    assert.deepEqual(headersOf([]), {});
    assert.deepEqual(headersOf([["Supported", "timer"]]), {});
  });

  it("given a profile with a timer, when the phone supports it, then the phone refreshes, else we do", () => {
    const timed = { expiresSeconds: 600, minSeconds: 90 };
    assert.deepEqual(headersOf([["Supported", "timer"]], timed), {
      "Session-Expires": "600;refresher=uac",
      Require: "timer",
    });
    assert.deepEqual(headersOf([], timed), { "Session-Expires": "600;refresher=uas" });
  });

  it("given what the phone asks for, when decided, then its refresher and Min-SE are kept and the interval is ours at most", () => {
    const asked = [
      ["Session-Expires", "1800;refresher=uas"],
      ["Min-SE", "700"],
      ["Supported", "timer"],
    ] as const;
    assert.deepEqual(headersOf(asked, { expiresSeconds: 600, minSeconds: 90 }), {
      "Session-Expires": "700;refresher=uas",
    });
    assert.deepEqual(headersOf(asked), { "Session-Expires": "1800;refresher=uas" });
  });

  it("given too short an interval, when the phone supports timers, then it is refused; else it is raised", () => {
    assert.equal(
      headersOf([
        ["Session-Expires", "40"],
        ["Supported", "timer"],
      ]),
      90,
    );
    assert.deepEqual(headersOf([["Session-Expires", "40"]]), { "Session-Expires": "90;refresher=uas" });
  });

  it("given an agreed timer, when a request says nothing, then it goes on with the same refresher", () => {
    assert.deepEqual(headersOf([["Supported", "timer"]], policy, { seconds: 300, refresher: "local" }), {
      "Session-Expires": "300;refresher=uas",
    });
    assert.deepEqual(headersOf([["Supported", "timer"]], policy, { seconds: 300, refresher: "remote" }), {
      "Session-Expires": "300;refresher=uac",
      Require: "timer",
    });
  });

  it("given a 2xx with an interval below what is allowed at all, when it is agreed on, then it counts as the least", () => {
    const agreed = (value: string): unknown => sessionOfResponse(message([["Session-Expires", value]]));
    assert.deepEqual(agreed("0;refresher=uac"), { seconds: 90, refresher: "local" });
    assert.deepEqual(agreed("89;refresher=uas"), { seconds: 90, refresher: "remote" });
    assert.deepEqual(agreed("91"), { seconds: 91, refresher: "local" });
  });

  it("given an agreed timer, when a request of ours goes out, then it names the refresher from our side", () => {
    assert.deepEqual(sessionRequestHeaders({ session: { seconds: 300, refresher: "local" }, policy }), [
      ["Session-Expires", "300;refresher=uac"],
    ]);
    assert.deepEqual(sessionRequestHeaders({ session: undefined, policy }), []);
  });
});

describe("sessionBody", () => {
  const kind = (headers: readonly (readonly [string, string])[], body: string): string =>
    sessionBody(message(headers, body)).kind;

  it("given bodies of every kind, when they are looked at, then SDP is found and what must be understood is refused", () => {
    assert.equal(kind([], ""), "none");
    assert.equal(kind([["Content-Type", "application/SDP;x=1"]], "v=0\r\n"), "sdp");
    assert.equal(kind([], "v=0\r\n"), "sdp");
    assert.equal(
      kind(
        [
          ["Content-Type", "application/sdp"],
          ["Content-Encoding", "gzip"],
        ],
        "v=0\r\n",
      ),
      "unsupported",
    );
    assert.equal(kind([["Content-Type", "text/plain"]], "x"), "unsupported");
    assert.equal(
      kind(
        [
          ["Content-Type", "text/plain"],
          ["Content-Disposition", "render;handling=optional"],
        ],
        "x",
      ),
      "none",
    );
    assert.equal(kind([["Content-Type", "multipart/mixed"]], "x"), "unsupported");
  });

  it("given a multipart body, when it is looked at, then the SDP part is cut out exactly", () => {
    const part = (type: string, text: string, more = ""): string =>
      `--b\r\nContent-Type: ${type}\r\n${more}\r\n${text}\r\n`;
    const type = [["Content-Type", 'multipart/mixed; boundary="b"']] as const;
    const found = sessionBody(
      message(type, `${part("text/plain", "x")}${part("application/sdp", "v=0\r\ns=-")}--b--\r\n`),
    );
    assert.deepEqual(found, { kind: "sdp", sdp: "v=0\r\ns=-" });
    assert.equal(sessionBody(message(type, `${part("text/plain", "x")}--b--`)).kind, "unsupported");
    const optional = "Content-Disposition: render;handling=optional\r\n";
    assert.equal(sessionBody(message(type, `${part("text/plain", "x", optional)}--b--`)).kind, "none");
    assert.equal(sessionBody(message(type, "--b")).kind, "unsupported");
    assert.equal(sessionBody(message(type, "--b\r\nno header\r\n--b--")).kind, "unsupported");
  });
});

describe("capabilities", () => {
  it("given required extensions, when they are checked, then those that are not there for the method are named", () => {
    assert.deepEqual(unsupportedExtensions(message([["Require", "timer, 100rel, magic"]])), ["magic"]);
    assert.deepEqual(unsupportedExtensions(message([["Require", "timer, 100rel"]], "", "UPDATE")), ["100rel"]);
    assert.deepEqual(unsupportedExtensions(message([["Require", "path, outbound, gruu"]], "", "REGISTER")), ["gruu"]);
    assert.deepEqual(unsupportedExtensions(message([["Require", "timer"]], "", "INFO")), ["timer"]);
    assert.deepEqual(unsupportedExtensions(message([["Require", "a b"]])), ["malformed"]);
  });
});

describe("Reason (RFC 3326)", () => {
  const told = (...values: string[]) => toldReason(message(values.map((value) => ["Reason", value] as const)));

  it("given Reason values, when they are to be passed on, then the first well-formed one of each protocol is, known or not", () => {
    assert.deepEqual(told('SIP;cause=200, Q.850;cause=16;text="a, b"'), {
      text: 'SIP;cause=200, Q.850;cause=16;text="a, b"',
      cause: 16,
    });
    assert.deepEqual(told("Q.850;cause=17", "q.850;cause=21, X-Other;cause=900"), {
      text: "Q.850;cause=17, X-Other;cause=900",
      cause: 17,
    });
    assert.deepEqual(told("preemption;cause=1;text=UA"), { text: "preemption;cause=1;text=UA", cause: undefined });
  });

  it("given what is malformed, too long or no cause at all, when read, then it is left out and the rest stays", () => {
    assert.equal(told(";;;"), undefined);
    assert.equal(told(`SIP;text="${"x".repeat(300)}"`), undefined);
    assert.equal(told(), undefined);
    assert.deepEqual(told("Q.850;cause=0, SIP;cause=486"), { text: "SIP;cause=486", cause: 17 });
    assert.deepEqual(told("Q.850;cause=128", "Q.850;cause=1"), { text: "Q.850;cause=1", cause: 1 });
    assert.equal(told("Q.850"), undefined);
  });

  it("given a SIP status and a Q.850 cause, when both are told, then the Q.850 cause counts", () => {
    assert.equal(told("SIP;cause=486, Q.850;cause=34")?.cause, 34);
    assert.equal(told("Q.850;cause=34, SIP;cause=486")?.cause, 34);
    assert.equal(told("SIP;cause=200")?.cause, undefined);
  });

  it("given an outcome, when a leg is ended, then what was told goes first and a Q.850 cause is always there", () => {
    assert.deepEqual(reasonOf({ cause: 17 }), [["Reason", 'Q.850;cause=17;text="user busy"']]);
    assert.deepEqual(reasonOf({ cause: 34, told: "Q.850;cause=34" }), [["Reason", "Q.850;cause=34"]]);
    assert.deepEqual(reasonOf({ cause: 16, told: "SIP;cause=200" }), [
      ["Reason", 'SIP;cause=200, Q.850;cause=16;text="normal call clearing"'],
    ]);
  });

  it("given a branch that is given up, when it is cancelled, then it is told why where there is a why", () => {
    assert.deepEqual(cancelReason({ elsewhere: false }), []);
    assert.deepEqual(cancelReason({ elsewhere: false, told: "SIP;cause=600" }), [["Reason", "SIP;cause=600"]]);
    assert.match(cancelReason({ elsewhere: true })[0]?.[1] ?? "", /elsewhere/);
  });
});

describe("lossOutcome", () => {
  it("given the Reason of a dialog that was lost, when it is read, then its cause is taken, and a success is none", () => {
    const cause = (reason: string): number => lossOutcome(message([["Reason", reason]])).cause;
    assert.equal(cause("Q.850;cause=38"), 38);
    assert.equal(cause('SIP;cause=408;text="Session timer expired"'), 102);
    assert.equal(cause('SIP;cause=200;text="ACK timeout"'), 41);
    assert.equal(cause(";;;"), 41);
    assert.equal(lossOutcome().cause, 41);
  });
});

describe("callerDevice", () => {
  const peer: Peer = {
    kind: "peer",
    name: "carrier",
    addresses: [],
    uri: "sip:192.0.2.1",
    prefixes: [],
    profile: TEST_PROFILE,
    maxCalls: 1,
    transit: false,
  };
  it("given a peer's From, when it is read, then number and name are taken, and what cannot be shown is anonymous", () => {
    const from = (value: string): unknown => callerDevice(peer, message([["From", value]]));
    const base = { kind: "peer", name: "carrier", isUnproven: true };
    assert.deepEqual(from('"Doe, J" <sip:+4930@x>;tag=1'), { ...base, number: "+4930", displayName: "Doe, J" });
    assert.deepEqual(from("<sip:x>;tag=1"), { ...base, number: "anonymous" });
    assert.deepEqual(from("<sip:a%0d%0ab@x>"), { ...base, number: "anonymous" });
    assert.deepEqual(from("nonsense <"), { ...base, number: "anonymous" });
    assert.deepEqual(claimOf(message([["To", "nonsense <"]]), "to"), { user: "", host: "" });
  });

  it("given who was called, when it answers for another, then that counts from a trusted peer only", () => {
    const called = { kind: "peer", name: "carrier", number: "800" } as const;
    const answer = message([
      ["P-Asserted-Identity", '"Dora" <sip:801@x>'],
      ["Privacy", "id"],
    ]);
    assert.deepEqual(connectedDevice(called, false, answer), { ...called, privacy: ["id"] });
    const dora = { ...called, number: "801", displayName: "Dora", privacy: ["id"] };
    assert.deepEqual(connectedDevice(called, true, answer), dora);
  });

  it("given a trusted peer, when From and assertion are about one number, then the name of either is taken", () => {
    const from = ["From", '"Zed" <sip:+4930@x>;tag=1'] as const;
    const read = (value: string): unknown =>
      callerDevice({ ...peer, trusted: true }, message([from, ["P-Asserted-Identity", value]]));
    const base = { kind: "peer", name: "carrier" };
    assert.deepEqual(read("<sip:+4930@x>"), { ...base, number: "+4930", displayName: "Zed" });
    assert.deepEqual(read("<sip:+4940@x>"), { ...base, number: "+4940" });
  });
});

describe("routeCall", () => {
  const [phone] = createInventory({ realm: "r", phones: testPhones(), peers: [] }).phones;
  const binding = (contactUri: string, q: number): Binding => ({
    aor: "1001",
    contactUri,
    callId: "c",
    cseq: 1,
    q,
    expiresAtMs: 0,
    refreshedAtMs: 0,
    source: { protocol: "udp", address: "192.0.2.1", port: 5060 },
    targetUri: contactUri,
  });
  const context = (bindings: readonly Binding[]): RouteContext => ({
    ids: new RandomIds(),
    lookup: () => bindings,
    onFlowFailed: () => undefined,
    isBusy: () => false,
    isSilent: () => false,
    ringSeconds: 100,
    serialRingSeconds: 20,
    isUsable: () => true,
    guard: () => undefined,
    mayHide: true,
    trunkTrySeconds: 4,
  });

  it("given contacts of several q, when a phone is called, then equal ones are a group and only the last rings its whole time", () => {
    const bindings = [binding("sip:a", 1), binding("sip:b", 1), binding("sip:c", 0.5)];
    const routed = routeCall({ kind: "phone", phone: phone as SipPhone }, context(bindings));
    assert.ok(routed.kind === "routed" && routed.route.kind === "branches");
    assert.deepEqual(
      routed.route.groups.map(({ branchIds, ringMs }) => [branchIds.map((id) => routed.targets.get(id)?.uri), ringMs]),
      [
        [["sip:a", "sip:b"], 20_000],
        [["sip:c"], 100_000],
      ],
    );
  });

  it("given flows of instances, when a phone is called, then an instance is one place with its flows in turn", () => {
    const flow = (contact: string, instance: string, regId: number, q: number): Binding => {
      const proxyUri = `sip:${contact.slice(4)}.0a@192.0.2.1:40000;transport=tcp`;
      return { ...binding(contact, q), instance, regId, proxyUri };
    };
    const bindings = [flow("sip:a1", "<a>", 1, 1), flow("sip:b1", "<b>", 1, 1), flow("sip:a2", "<a>", 2, 0.5)];
    const failed: Binding[] = [];
    const given = { ...context(bindings), onFlowFailed: (one: Binding) => void failed.push(one) };
    const routed = routeCall({ kind: "phone", phone: phone as SipPhone }, given);
    assert.ok(routed.kind === "routed" && routed.route.kind === "branches");
    const targets = [...routed.targets.values()];
    assert.deepEqual(
      targets.map(({ uri, otherWays }) => [uri, otherWays?.map((way) => way.uri)]),
      [
        ["sip:a1", ["sip:a2"]],
        ["sip:b1", []],
      ],
    );
    assert.equal(routed.route.groups.length, 1);
    targets[0]?.otherWays?.[0]?.onFlowFailed?.();
    assert.deepEqual(failed, [bindings[2]]);
  });

  it("given a phone on TCP that listens, when it is called, then over its connection first, and its binding stays", () => {
    const listening = { ...binding("sip:a", 1), proxyUri: "sip:t.0a@192.0.2.1:4;transport=tcp", isDialable: true };
    const routed = routeCall({ kind: "phone", phone: phone as SipPhone }, context([listening]));
    assert.ok(routed.kind === "routed");
    const [target] = [...routed.targets.values()];
    assert.deepEqual([target?.proxyUri, target?.otherWays], [listening.proxyUri, [{ uri: "sip:a" }]]);
    assert.equal(target?.onFlowFailed, undefined);
  });

  it("given a path and more contacts than may be tried, when a phone is called, then the path is kept and the rest left out", () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ ...binding(`sip:${index}`, 1), path: ["<sip:p;lr>"] }));
    const routed = routeCall({ kind: "phone", phone: phone as SipPhone }, context(many));
    assert.ok(routed.kind === "routed");
    assert.equal(routed.targets.size, 16);
    assert.deepEqual([...routed.targets.values()][0]?.path, ["<sip:p;lr>"]);
  });

  it("given no destination, when a call is routed, then the status says why", () => {
    const status = (reason: Extract<Destination, { kind: "none" }>["reason"]): number => {
      const routed = routeCall({ kind: "none", reason }, context([]));
      return routed.kind === "rejected" ? routed.status : 0;
    };
    assert.deepEqual(
      [status("empty"), status("too-long"), status("unknown-host"), status("unknown-number"), status("no-transit")],
      [484, 414, 404, 404, 403],
    );
  });

  it("given a peer whose URI cannot be read, when it is called, then the call is refused", () => {
    const named = { kind: "peer", name: "p", addresses: [], uri: "nonsense", prefixes: [] } as const;
    const peer: Peer = { ...named, profile: TEST_PROFILE, maxCalls: 1, transit: false };
    assert.deepEqual(routeCall({ kind: "peer", peer, number: "1" }, context([])).kind, "rejected");
  });
});

describe("saved calls", () => {
  it("given what another version or a torn file left, when it is read, then it is no call", () => {
    for (const value of [null, 1, {}, { version: 2, callId: "a" }, { version: 1, callId: "a", call: {} }]) {
      assert.equal(isSavedCall(value), false);
    }
  });
});

describe("CallCounters", () => {
  it("given refusals of every method, when they are counted, then labels come from a closed set", () => {
    const counters = new CallCounters();
    for (const method of ["INVITE", "INVITE", "FOO", "BAR"]) counters.countRefused(method, "busy");
    counters.countAnswered();
    counters.countEnded("normal");
    const samples = counters.metrics(new CallTable());
    const refused = samples.filter(({ name }) => name === "tandem_requests_refused_total");
    assert.deepEqual(
      refused.map(({ labels, value }) => [labels?.["method"], value]),
      [
        ["invite", 2],
        ["other", 2],
      ],
    );
    assert.equal(samples.find(({ name }) => name === "tandem_calls_total")?.value, 1);
  });
});
