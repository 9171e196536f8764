import assert from "node:assert/strict";
import { keepRegistered, patienceAfter } from "../../../../src/sip/dialog/registered-flow.ts";
import { canBeDialled } from "../../../../src/sip/dialog/reached-by-flow.ts";
import { messageOf, requestText, responseText, FLOW, TCP_FLOW } from "../transaction/transaction-fixture.ts";
import type { SipMessage } from "../../../../src/sip/message/index.ts";

const REGISTER = requestText({ method: "REGISTER" });

function ok(...lines: string[]): SipMessage {
  return messageOf(responseText(REGISTER, 200).replace("Content-Length", `${lines.join("\r\n")}\r\nContent-Length`));
}

describe("the connection of a phone that has registered", () => {
  it("given a Flow-Timer, when it is read, then the phone must be heard that often and some", () => {
    const response = ok("Contact: <sip:a@h>;expires=3600", "Flow-Timer: 120");
    assert.deepEqual(patienceAfter(response), { silentMs: 150_000 });
  });

  it("given none, when it is read, then it may be silent until its last contact ends", () => {
    const contacts = ["Contact: <sip:a@h>;expires=60, <sip:b@h>;expires=600", "Contact: <sip:c@h>"];
    assert.deepEqual(patienceAfter(ok(...contacts, "Expires: 900")), { idleMs: 930_000 });
    assert.deepEqual(patienceAfter(ok(...contacts)), { idleMs: 630_000 });
    assert.deepEqual(patienceAfter(ok("Contact: <sip:a@h>;expires=4294967295")), { idleMs: 86_430_000 });
  });

  it("given no contact, or nonsense, when it is read, then nothing is said", () => {
    for (const lines of [["X: y"], ["Contact: <sip:a@h>;expires=0"], ["Contact: nonsense <"], ["Flow-Timer: soon"]]) {
      assert.equal(patienceAfter(ok(...lines)), undefined);
    }
  });

  it("given a proxy or UDP in between, when a phone registers, then no connection is kept for it", () => {
    const kept: string[] = [];
    const transport = { keep: (flowId: string) => void kept.push(flowId) };
    const response = ok("Contact: <sip:a@h>;expires=60");
    keepRegistered(transport, messageOf(REGISTER), FLOW, response);
    const passedOn = REGISTER.replace("From:", "Via: SIP/2.0/TCP 10.0.0.5;branch=z9hG4bKx\r\nFrom:");
    keepRegistered(transport, messageOf(passedOn), TCP_FLOW, response);
    assert.deepEqual(kept, []);
    keepRegistered(transport, messageOf(REGISTER), TCP_FLOW, response);
    assert.deepEqual(kept, [TCP_FLOW.id]);
  });
});

describe("a contact that can be dialled", () => {
  const tcp = { protocol: "tcp", address: "192.0.2.7", port: 40_112 } as const;

  it("given a port of its own that it listens on, when it is asked, then yes", () => {
    assert.equal(canBeDialled("sip:a@192.0.2.7:5060;transport=tcp", tcp), true);
    assert.equal(canBeDialled("sip:a@192.0.2.7;transport=tcp", tcp), true);
    assert.equal(canBeDialled("sip:a@192.0.2.7:40112", { ...tcp, protocol: "udp" }), true);
  });

  it("given what only the flow leads to, when it is asked, then no", () => {
    for (const uri of [
      "sip:a@192.0.2.7:40112;transport=tcp",
      "sip:a@192.0.2.7:5060",
      "sip:a@192.0.2.7:5060;transport=tcp;ob",
      "sip:a@10.0.0.5:5060;transport=tcp",
      "sip:a@x.invalid;transport=ws",
      "tel:1001",
    ]) {
      assert.equal(canBeDialled(uri, tcp), false, uri);
    }
    assert.equal(canBeDialled("sips:a@192.0.2.7:5061", { ...tcp, protocol: "tls" }), false);
  });
});
