import assert from "node:assert/strict";
import {
  bounded,
  MAX_REDIRECTIONS,
  receivedHistory,
  redirectedBy,
  redirectionsIn,
  type Redirection,
  type RedirectionHistory,
} from "../../../../src/call/identity/redirection-history.ts";
import { formatRequest, parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";

function invite(...headers: (readonly [string, string])[]): SipMessage {
  const parsed = parseSipMessage(formatRequest("INVITE", "sip:1@127.0.0.1", headers, ""));
  assert.ok(parsed.ok);
  return parsed.value;
}

const redirection = (number: string): Redirection => ({ number, reason: "unknown", count: 1, isPrivate: false });
const short = (history: RedirectionHistory): unknown =>
  history.map(({ number, reason, count, isPrivate }) =>
    [number, reason, count, isPrivate ? "private" : ""].join(" ").trim(),
  );

describe("receivedHistory", () => {
  it("given Diversion, when it is read, then the first diversion is the first, with counters and privacy", () => {
    const value = "<sip:c@x>;reason=no-answer;counter=3, <sip:b@x>;reason=user-busy;privacy=uri";
    const history = receivedHistory(invite(["Diversion", value], ["Diversion", "<tel:+1>;reason=unconditional"]));
    assert.deepEqual(short(history), ["+1 unconditional 1", "b user-busy 1 private", "c no-answer 3"]);
    assert.equal(redirectionsIn(history), 5);
    assert.equal(history[1]?.host, "x");
    assert.ok(!("host" in (history[0] ?? {})));
  });

  it("given History-Info, when it is read, then who was left for another user is a redirection, with its own or its contacts' reason", () => {
    const history = receivedHistory(
      invite([
        "History-Info",
        "<sip:a@x?Reason=SIP%3Bcause%3D302>;index=1, <sip:b@x>;index=1.1;mp=1, <sip:b@192.0.2.1?Reason=SIP%3Bcause%3D486>;index=1.1.1;rc=1.1," +
          "<sip:c@x?Privacy=history>;index=1.1.2;mp=1.1, <sip:d@x;cause=408>;index=1.1.2.1;mp=1.1.2, <sip:d@192.0.2.2>;index=1.1.2.1.1;rc=1.1.2.1",
      ]),
    );
    assert.deepEqual(short(history), ["a unconditional 1", "b user-busy 1", "c no-answer 1 private"]);
  });

  it("given reasons that nobody knows, when they are read, then they are unknown", () => {
    for (const reason of ["constructor", "__proto__", "x", '"user busy"']) {
      assert.equal(receivedHistory(invite(["Diversion", `<sip:b@x>;reason=${reason}`]))[0]?.reason, "unknown");
    }
  });

  it("given both, when they are read, then the one that says more counts", () => {
    const one = ["Diversion", "<sip:b@x>;reason=user-busy"] as const;
    const two = ["History-Info", "<sip:a@x>;index=1,<sip:b@x>;index=1.1;mp=1,<sip:c@x>;index=1.2;mp=1.1"] as const;
    assert.deepEqual(short(receivedHistory(invite(one, two))), ["a unknown 1", "b unknown 1"]);
  });

  for (const privacy of ["history", "header;id", "session"]) {
    it(`given Privacy ${privacy}, when a history is read, then all of it is private`, () => {
      const [first] = receivedHistory(invite(["Diversion", "<sip:b@x>"], ["Privacy", privacy]));
      assert.equal(first?.isPrivate, true);
    });
  }

  const nothing: readonly (readonly [string, string])[] = [
    ["Diversion", "b"],
    ["Diversion", "<urn:service:sos>"],
    ["Diversion", "<sip:x>"],
    ["History-Info", "<sip:a@x>;index=1"],
    ["History-Info", "<sip:a@x>"],
    ["History-Info", "<sip:a@x>;index=1,<sip:a@192.0.2.1>;index=1.1;rc=1"],
  ];
  for (const header of nothing) {
    it(`given ${header.join(": ")}, when it is read, then nothing is known`, () => {
      assert.deepEqual(receivedHistory(invite(header)), []);
    });
  }

  it("given more than are kept, when they are read, then the first and the last are left", () => {
    const values = Array.from({ length: 40 }, (_, at) => ["Diversion", `<sip:${40 - at}@x>`] as const);
    const history = receivedHistory(invite(...values));
    assert.equal(history.length, MAX_REDIRECTIONS);
    assert.deepEqual([history[0]?.number, history[1]?.number, history.at(-1)?.number], ["1", "30", "40"]);
  });
});

describe("redirectedBy", () => {
  it("given a full history, when one is added, then the first stays", () => {
    let history: RedirectionHistory = [];
    for (let number = 1; number <= 20; number += 1) history = redirectedBy(history, redirection(String(number)));
    assert.deepEqual([history.length, history[0]?.number, history.at(-1)?.number], [12, "1", "20"]);
    assert.deepEqual(short(bounded(history, 2)), ["1 unknown 1", "20 unknown 1"]);
    assert.deepEqual(short(bounded(history, 1)), ["1 unknown 1"]);
  });
});
