import assert from "node:assert/strict";
import { readContacts, readExpires, type RequestedContact } from "../../../../src/call/registrar/requested-contact.ts";

function contactsOf(...values: string[]): readonly RequestedContact[] {
  const read = readContacts(values, undefined);
  if (read.kind !== "contacts") throw new Error(`expected contacts, got ${JSON.stringify(read)}`);
  return read.contacts;
}

function only(value: string): RequestedContact {
  const [contact, ...others] = contactsOf(value);
  assert.ok(contact !== undefined && others.length === 0);
  return contact;
}

function assertMalformed(values: readonly string[], reason: string, expiresSeconds?: number): void {
  assert.deepEqual(readContacts(values, expiresSeconds), { kind: "malformed", reason });
}

describe("contacts of a REGISTER", () => {
  it("given no Contact, when they are read, then it is a query", () => {
    assert.deepEqual(readContacts([], undefined), { kind: "query" });
    assert.deepEqual(readContacts([], 0), { kind: "query" });
  });

  it("given several fields and lists, when they are read, then all contacts come in order", () => {
    const contacts = contactsOf('"A, B" <sip:a@192.0.2.1;x=1>, sip:b@192.0.2.2', "<sip:c@192.0.2.3>");
    assert.deepEqual(
      contacts.map(({ uriText }) => uriText),
      ["sip:a@192.0.2.1;x=1", "sip:b@192.0.2.2", "sip:c@192.0.2.3"],
    );
  });

  it("given every parameter, when it is read, then each has its value", () => {
    const contact = only('<sip:a@192.0.2.1>;expires=120;q=0.7;+sip.instance="<urn:uuid:1>";reg-id=2');
    const { uri, ...rest } = contact;
    assert.equal(uri.host, "192.0.2.1");
    assert.deepEqual(rest, {
      uriText: "sip:a@192.0.2.1",
      expiresSeconds: 120,
      q: 0.7,
      instance: "<urn:uuid:1>",
      regId: 2,
    });
  });

  it("given no parameter, when it is read, then q is 1 and the others are absent", () => {
    const { uri, ...rest } = only("<sip:a@192.0.2.1;expires=5>");
    assert.equal(uri.params.get("expires"), "5");
    assert.deepEqual(rest, { uriText: "sip:a@192.0.2.1;expires=5", q: 1 });
  });

  it("given a bare URI with a parameter, when it is read, then the parameter belongs to the header", () => {
    assert.equal(only("sip:a@192.0.2.1;expires=5").expiresSeconds, 5);
  });

  it("given * with Expires 0, when it is read, then all are to be removed", () => {
    assert.deepEqual(readContacts(["*"], 0), { kind: "remove-all" });
    assert.deepEqual(readContacts([" * "], 0), { kind: "remove-all" });
  });

  it("given * with another expiry or none, when it is read, then it is malformed", () => {
    assertMalformed(["*"], "Contact * Without Expires 0", 60);
    assertMalformed(["*"], "Contact * Without Expires 0");
  });

  it("given * beside another contact, when it is read, then it is malformed", () => {
    for (const values of [["*", "<sip:a@192.0.2.1>"], ["<sip:a@192.0.2.1>, *"], ["*, *"]]) {
      assertMalformed(values, "Contact * With Others", 0);
    }
  });

  it("given values of q, when they are read, then only those from 0 to 1 are taken", () => {
    for (const [text, q] of [
      ["0", 0],
      ["0.5", 0.5],
      ["1", 1],
      ["1.000", 1],
      ["0.12345", 0.12345],
    ] as const) {
      assert.equal(only(`<sip:a@b>;q=${text}`).q, q);
    }
    for (const text of ["2", "1.1", "-1", "x", '""', ".5"])
      assertMalformed([`<sip:a@b>;q=${text}`], "Malformed q of Contact");
  });

  it("given what is no SIP URI, when it is read, then it is malformed", () => {
    for (const value of ["<tel:+1201>", "<mailto:a@b>", "<sip:@b>", "<sip:a@b:0>"]) {
      assertMalformed([value], "Contact Is Not a SIP URI");
    }
    for (const value of ["garbage", "<sip:>", "<sip:a@b", "<sip:a@b>;=", "<sip:a@b>,,"])
      assertMalformed([value], "Malformed Contact");
  });

  it("given one bad contact among good ones, when they are read, then all are malformed", () => {
    assertMalformed(["<sip:a@b>", "<tel:1>"], "Contact Is Not a SIP URI");
  });

  it("given what is too long or too many, when it is read, then it is malformed", () => {
    assertMalformed([`<sip:${"a".repeat(1_020)}@b>`], "Contact Too Long");
    assertMalformed([`<sip:a@b>;+sip.instance="${"x".repeat(257)}"`], "Instance Too Long");
    assertMalformed([new Array(65).fill("<sip:a@b>").join(",")], "Malformed Contact");
  });

  it("given reg-id without instance, or none that is a number above 0, when it is read, then there is none", () => {
    assert.equal(only("<sip:a@b>;reg-id=1").regId, undefined);
    for (const text of ["0", "x", "99999999999", "2147483648"]) {
      assert.equal(only(`<sip:a@b>;+sip.instance="<i>";reg-id=${text}`).regId, undefined, text);
    }
  });
});

describe("expiry", () => {
  it("given a number, when it is read, then it is that number of seconds, at most 2^32 - 1", () => {
    assert.equal(readExpires("0"), 0);
    assert.equal(readExpires(" 3600 "), 3_600);
    assert.equal(readExpires("99999999999999999999"), 2 ** 32 - 1);
  });

  it("given no header, when it is read, then there is none", () => {
    assert.equal(readExpires(undefined), undefined);
  });

  it("given a malformed value, when it is read, then it is 3600 (RFC 3261 20.10)", () => {
    for (const text of ["", "-1", "1.5", "soon"]) assert.equal(readExpires(text), 3_600, text);
    assert.equal(only("<sip:a@b>;expires").expiresSeconds, 3_600);
  });
});
