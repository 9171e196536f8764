import assert from "node:assert/strict";
import {
  applyRegister,
  type RegisterOutcome,
  type RegisterStep,
} from "../../../../src/call/registrar/apply-register.ts";
import type { Binding } from "../../../../src/call/registrar/binding.ts";
import { readContacts } from "../../../../src/call/registrar/requested-contact.ts";
import { sampleBinding } from "./sample-bindings.ts";

const ELSEWHERE = { protocol: "udp", address: "198.51.100.1", port: 5060 };

/** Applies a REGISTER with these Contact values; its Call-ID is "call-2". */
function apply(contacts: string, changes: Partial<RegisterStep> = {}): RegisterOutcome {
  const expiresSeconds = changes.expiresSeconds;
  const request = readContacts(contacts === "" ? [] : [contacts], expiresSeconds);
  assert.ok(request.kind !== "malformed");
  const step: RegisterStep = {
    current: [],
    request,
    expiresSeconds,
    callId: "call-2",
    cseq: 1,
    source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
    limits: { minExpirySeconds: 60, maxExpirySeconds: 7_200, defaultExpirySeconds: 600, maxContacts: 3 },
    isAllowed: ({ uri }) => uri.host !== "peer.example",
    bind: ({ uriText, instance, regId, q }, grantedSeconds) =>
      sampleBinding({
        contactUri: uriText,
        q,
        callId: changes.callId ?? "call-2",
        cseq: changes.cseq ?? 1,
        expiresAtMs: grantedSeconds * 1_000,
        ...(instance === undefined ? {} : { instance }),
        ...(regId === undefined ? {} : { regId }),
      }),
    ...changes,
  };
  return applyRegister(step);
}

/** Contact URIs and granted seconds of a success. */
function granted(outcome: RegisterOutcome): string[] {
  if (!outcome.ok) throw new Error(`refused with ${outcome.status}`);
  return outcome.bindings.map(({ contactUri, expiresAtMs }) => `${contactUri} ${expiresAtMs / 1_000}`);
}

function bindings(...uris: string[]): Binding[] {
  return uris.map((contactUri) => sampleBinding({ contactUri }));
}

function assertRefused(outcome: RegisterOutcome, status: number, reason: string): void {
  assert.deepEqual(outcome, { ok: false, status, reason });
}

describe("REGISTER against bindings", () => {
  it("given a contact that is not allowed, when it is added, then 403 and nothing changes; when it is removed, then it is gone", () => {
    assertRefused(apply("<sip:a@h>, <sip:b@peer.example>"), 403, "Contact Not Allowed");
    const current = bindings("sip:b@peer.example");
    assert.deepEqual(granted(apply("<sip:b@peer.example>;expires=0", { current })), []);
  });

  describe("expiry", () => {
    it("given a parameter and a header, when a contact is added, then the parameter counts", () => {
      assert.deepEqual(granted(apply("<sip:a@h>;expires=120", { expiresSeconds: 300 })), ["sip:a@h 120"]);
    });

    it("given the header alone, when a contact is added, then the header counts", () => {
      assert.deepEqual(granted(apply("<sip:a@h>", { expiresSeconds: 300 })), ["sip:a@h 300"]);
    });

    it("given neither, when a contact is added, then it gets the default", () => {
      assert.deepEqual(granted(apply("<sip:a@h>")), ["sip:a@h 600"]);
    });

    it("given more than the maximum, when a contact is added, then it gets the maximum", () => {
      assert.deepEqual(granted(apply("<sip:a@h>;expires=4294967295")), ["sip:a@h 7200"]);
    });

    it("given less than the minimum, when a contact is added, then 423, and at the minimum not", () => {
      assertRefused(apply("<sip:a@h>;expires=59"), 423, "Interval Too Brief");
      assert.deepEqual(granted(apply("<sip:a@h>;expires=60")), ["sip:a@h 60"]);
    });

    it("given an hour and a minimum above it, when a contact is added, then it is never too brief", () => {
      const limits = { minExpirySeconds: 7_000, maxExpirySeconds: 7_200, defaultExpirySeconds: 7_200, maxContacts: 3 };
      assert.deepEqual(granted(apply("<sip:a@h>;expires=3600", { limits })), ["sip:a@h 3600"]);
      assertRefused(apply("<sip:a@h>;expires=3599", { limits }), 423, "Interval Too Brief");
    });
  });

  describe("adding and removing", () => {
    it("given no Contact, when it is applied, then nothing changes", () => {
      const current = bindings("sip:a@h", "sip:b@h");
      assert.deepEqual(apply("", { current, expiresSeconds: 0 }), { ok: true, bindings: current });
    });

    it("given several contacts, when they are added, then all are bound in order", () => {
      assert.deepEqual(granted(apply("<sip:a@h>, <sip:b@h>;expires=60")), ["sip:a@h 600", "sip:b@h 60"]);
    });

    it("given an equal contact, when it is refreshed, then it replaces the old one and is the newest", () => {
      const outcome = apply("<sip:A1@H:5060;x=1>", { current: bindings("sip:A1@h:5060", "sip:b@h") });
      assert.deepEqual(granted(outcome), ["sip:b@h 600", "sip:A1@H:5060;x=1 600"]);
    });

    it("given expires 0, when it is applied, then that contact goes and the others stay", () => {
      assert.deepEqual(granted(apply("<sip:a@h>;expires=0", { current: bindings("sip:a@h", "sip:b@h") })), [
        "sip:b@h 600",
      ]);
    });

    it("given expires 0 of what is not bound, when it is applied, then nothing changes", () => {
      const current = bindings("sip:b@h");
      assert.deepEqual(apply("<sip:a@h>;expires=0", { current }), { ok: true, bindings: current });
    });

    it("given one contact to add and one to remove, when they come together, then both are done", () => {
      const outcome = apply("<sip:a@h>;expires=0, <sip:c@h>", { current: bindings("sip:a@h", "sip:b@h") });
      assert.deepEqual(granted(outcome), ["sip:b@h 600", "sip:c@h 600"]);
    });

    it("given one contact twice, when it is applied, then the last one counts", () => {
      assert.deepEqual(granted(apply("<sip:a@h>;expires=60, <sip:a@h>;expires=90")), ["sip:a@h 90"]);
      assert.deepEqual(granted(apply("<sip:a@h>;expires=60, <sip:a@h>;expires=0")), []);
    });

    it("given *, when it is applied, then all are gone", () => {
      assert.deepEqual(granted(apply("*", { current: bindings("sip:a@h", "sip:b@h"), expiresSeconds: 0 })), []);
    });
  });

  describe("order of requests (RFC 3261 10.3)", () => {
    const current = [sampleBinding({ contactUri: "sip:a@h", callId: "call-2", cseq: 5 }), ...bindings("sip:b@h")];

    it("given the same Call-ID, when CSeq is higher, then it is applied", () => {
      assert.deepEqual(granted(apply("<sip:a@h>", { current, cseq: 6 })), ["sip:b@h 600", "sip:a@h 600"]);
    });

    for (const [what, cseq] of [
      ["lower", 4],
      ["equal", 5],
    ] as const) {
      it(`given the same Call-ID, when CSeq is ${what}, then 400 for refresh, removal and *`, () => {
        for (const contacts of ["<sip:a@h>", "<sip:a@h>;expires=0"]) {
          assertRefused(apply(contacts, { current, cseq }), 400, "CSeq Out of Order");
        }
        assertRefused(apply("*", { current, cseq, expiresSeconds: 0 }), 400, "CSeq Out of Order");
      });
    }

    it("given another Call-ID, when CSeq is lower, then it is applied", () => {
      assert.deepEqual(granted(apply("<sip:a@h>", { current, cseq: 1, callId: "call-3" })), [
        "sip:b@h 600",
        "sip:a@h 600",
      ]);
      assert.deepEqual(granted(apply("*", { current, cseq: 1, callId: "call-3", expiresSeconds: 0 })), []);
    });

    it("given several contacts, when one is out of order or too brief, then nothing is applied", () => {
      assertRefused(
        apply("<sip:new@h>, <sip:b@h>;expires=0, <sip:a@h>", { current, cseq: 5 }),
        400,
        "CSeq Out of Order",
      );
      assertRefused(apply("<sip:b@h>;expires=0, <sip:new@h>;expires=5", { current }), 423, "Interval Too Brief");
    });

    it("given a new contact, when the Call-ID is known from another one, then its CSeq does not matter", () => {
      assert.equal(apply("<sip:new@h>", { current, cseq: 2 }).ok, true);
    });
  });

  describe("instances (RFC 5626 6)", () => {
    const first = sampleBinding({ contactUri: "sip:a@h:1", instance: "<i>" });

    it("given the same instance under another address, when it registers, then the old binding is replaced", () => {
      assert.deepEqual(granted(apply('<sip:a@h:2>;+sip.instance="<i>"', { current: [first] })), ["sip:a@h:2 600"]);
    });

    it("given another instance, when it registers, then both are bound", () => {
      const outcome = apply('<sip:a@h:2>;+sip.instance="<j>"', { current: [first] });
      assert.deepEqual(granted(outcome), ["sip:a@h:1 600", "sip:a@h:2 600"]);
    });

    it("given another flow of the instance, when it registers even the same address, then both are bound", () => {
      const current = [{ ...first, regId: 1 }];
      const outcome = apply('<sip:a@h:1>;+sip.instance="<i>";reg-id=2', { current });
      assert.deepEqual(granted(outcome), ["sip:a@h:1 600", "sip:a@h:1 600"]);
    });

    it("given the same flow under another address, when it registers, then the old binding is replaced", () => {
      const outcome = apply('<sip:a@h:2>;+sip.instance="<i>";reg-id=1', { current: [{ ...first, regId: 1 }] });
      assert.deepEqual(granted(outcome), ["sip:a@h:2 600"]);
    });

    it("given a flow of another instance, when it registers even the same address, then both are bound", () => {
      const outcome = apply('<sip:a@h:1>;+sip.instance="<j>";reg-id=1', { current: [{ ...first, regId: 1 }] });
      assert.deepEqual(granted(outcome), ["sip:a@h:1 600", "sip:a@h:1 600"]);
    });

    it("given the same address without an instance, when it registers, then the binding is replaced", () => {
      assert.deepEqual(granted(apply("<sip:a@h:1>", { current: [first] })), ["sip:a@h:1 600"]);
    });

    it("given an instance out of order, when it registers another address, then 400", () => {
      const outcome = apply('<sip:a@h:2>;+sip.instance="<i>"', { current: [first], callId: "call-1", cseq: 1 });
      assertRefused(outcome, 400, "CSeq Out of Order");
    });
  });

  describe("limit of contacts", () => {
    const elsewhere = ["sip:a@h", "sip:b@h", "sip:c@h"].map((contactUri) =>
      sampleBinding({ contactUri, source: ELSEWHERE }),
    );

    it("given more contacts than allowed in one request, when it is applied, then 403", () => {
      assertRefused(apply("<sip:a@h>, <sip:b@h>, <sip:c@h>, <sip:d@h>"), 403, "Too Many Contacts");
      assert.equal(apply("<sip:a@h>, <sip:b@h>, <sip:c@h>").ok, true);
    });

    it("given all taken by other places, when another contact comes, then 403, and a refresh is fine", () => {
      assertRefused(apply("<sip:d@h>", { current: elsewhere }), 403, "Too Many Contacts");
      assert.equal(apply("<sip:a@h>", { current: elsewhere }).ok, true);
      assert.equal(apply("<sip:a@h>;expires=0, <sip:d@h>", { current: elsewhere }).ok, true);
    });

    it("given all taken, when the same instance comes with another address, then it replaces its own", () => {
      const current = [
        ...elsewhere.slice(0, 2),
        sampleBinding({ contactUri: "sip:x@h", instance: "<i>", source: ELSEWHERE }),
      ];
      assert.deepEqual(granted(apply('<sip:y@h>;+sip.instance="<i>"', { current })), [
        "sip:a@h 600",
        "sip:b@h 600",
        "sip:y@h 600",
      ]);
    });

    it("given all taken, when a phone comes back after a crash, then the oldest from its address gives way", () => {
      const current = [...elsewhere.slice(0, 1), ...bindings("sip:old@h", "sip:older@h")];
      assert.deepEqual(granted(apply("<sip:new@h>", { current })), ["sip:a@h 600", "sip:older@h 600", "sip:new@h 600"]);
    });

    it("given all taken from the same address, when they have instances, then they do not give way", () => {
      const current = ["1", "2", "3"].map((id) => sampleBinding({ contactUri: `sip:${id}@h`, instance: id }));
      assertRefused(apply("<sip:new@h>", { current }), 403, "Too Many Contacts");
    });

    it("given too few that could give way, when more come, then 403 and none is lost", () => {
      const current = [...elsewhere.slice(0, 2), ...bindings("sip:old@h")];
      assertRefused(apply("<sip:d@h>, <sip:e@h>", { current }), 403, "Too Many Contacts");
    });

    it("given more bindings than a limit that was lowered, when one is removed, then the others stay", () => {
      const limits = { minExpirySeconds: 60, maxExpirySeconds: 600, defaultExpirySeconds: 600, maxContacts: 1 };
      const outcome = apply("<sip:a@h>;expires=0", { current: bindings("sip:a@h", "sip:b@h", "sip:c@h"), limits });
      assert.deepEqual(granted(outcome), ["sip:b@h 600", "sip:c@h 600"]);
    });
  });
});
