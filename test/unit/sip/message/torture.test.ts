import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  parseNameAddr,
  parseNameAddrList,
  parseSipMessage,
  parseUri,
  parseVia,
  type SipMessage,
  unescapeUser,
  validateRequest,
  validateResponse,
} from "../../../../src/sip/message/index.ts";
import { valueOf } from "./messages.ts";

const FOLDER = new URL("../../../conformance/data/torture/", import.meta.url);

function textOf(name: string): string {
  const text = readFileSync(new URL(`${name}.dat`, FOLDER), "latin1");
  return name === "rfc4475/baddn" ? `${text}\r\n` : text; // see the README beside the messages
}

/** "valid", the status to answer with, or "drop". */
function classOf(name: string): number | "valid" | "drop" {
  const result = parseSipMessage(textOf(name));
  if (!result.ok) return result.message === undefined ? "drop" : result.status;
  const message = result.value;
  const validity = message.kind === "request" ? validateRequest(message) : validateResponse(message);
  if (validity.ok) return "valid";
  return message.kind === "request" ? validity.status : "drop";
}

const read = (name: string): SipMessage => valueOf(parseSipMessage(textOf(name)));

/** What is not named here is valid for the parser and decided further in. */
const REFUSED: Readonly<Record<string, number | "drop">> = {
  badaspec: 400,
  baddn: 400,
  badinv01: 400,
  badvers: 505,
  bigcode: "drop",
  clerr: 400,
  escruri: 400,
  insuf: 400,
  ltgtruri: 400,
  lwsruri: 400,
  lwsstart: 400,
  mcl01: 400,
  mismatch01: 400,
  mismatch02: 400,
  multi01: 400,
  ncl: 400,
  novelsc: 416,
  quotbal: 400,
  regbadct: 400,
  scalar02: 400,
  scalarlg: "drop",
  trws: 400,
  unkscm: 416,
  unksm2: 400,
};

const VALID_4475 =
  "wsinv intmeth esc01 escnull esc02 lwsdisp longreq dblreq semiuri transports mpart01 unreason noreason baddate " +
  "badbranch bext01 invut regaut01 bcast zeromf cparam01 cparam02 regescrt sdp01 inv2543";

const VALID_5118 =
  "ipv6-good port-ambiguous port-unambiguous via-received-param-with-delim via-received-param-no-delim ipv6-in-sdp " +
  "mult-ip-in-header mult-ip-in-sdp ipv4-mapped-ipv6 ipv6-bug-abnf-3-colons ipv6-correct-abnf-2-colons";

describe("torture messages", () => {
  for (const name of VALID_4475.split(" ")) {
    it(`given ${name} of RFC 4475, when parsed and checked, then it is valid`, () => {
      assert.equal(classOf(`rfc4475/${name}`), "valid");
    });
  }
  for (const [name, expected] of Object.entries(REFUSED)) {
    it(`given ${name} of RFC 4475, when parsed and checked, then it is ${expected}`, () => {
      assert.equal(classOf(`rfc4475/${name}`), expected);
    });
  }
  for (const name of VALID_5118.split(" ")) {
    it(`given ${name} of RFC 5118, when parsed and checked, then it is valid`, () => {
      assert.equal(classOf(`rfc5118/${name}`), "valid");
    });
  }
  it("given ipv6-bad of RFC 5118, when parsed and checked, then it is 400", () => {
    assert.equal(classOf("rfc5118/ipv6-bad"), 400);
  });
});

describe("torture messages: what is read from them", () => {
  it("given wsinv, when its headers are read, then folds and odd white space are gone", () => {
    const message = read("rfc4475/wsinv");
    const from = valueOf(parseNameAddr(message.get("from") ?? ""));
    assert.deepEqual([from.displayName, from.params.get("tag")], ['J Rosenberg \\"', "98asjd8"]);
    assert.equal(message.get("cseq"), "0009 INVITE");
    assert.equal(message.get("newfangledheader"), "newfangled value continued newfangled value");
    assert.equal(message.getAll("via").length, 2);
    assert.equal(message.get("subject"), "");
    const [contact] = valueOf(parseNameAddrList(message.getAll("contact")));
    assert.deepEqual([contact?.displayName, contact?.params.get("q")], ['Quoted string ""', "0.33"]);
    assert.equal(message.body.length, 150);
  });
  it("given esc01, when its Request-URI is read, then the escaped user stays one", () => {
    const uri = valueOf(parseUri(read("rfc4475/esc01").uri));
    assert.deepEqual(
      [uri.scheme, unescapeUser(uri.user ?? ""), uri.host],
      ["sip", "sips:user@example.com", "example.net"],
    );
  });
  it("given escnull, when its Contacts are read, then they differ", () => {
    const contacts = valueOf(parseNameAddrList(read("rfc4475/escnull").getAll("contact")));
    assert.deepEqual(
      contacts.map(({ uri }) => uri),
      ["sip:%00@host5.example.com", "sip:%00%00@host5.example.com"],
    );
  });
  it("given esc02, when its Contacts are read, then an escaped name is not one of them", () => {
    const message = read("rfc4475/esc02");
    assert.deepEqual([message.getAll("contact").length, message.method], [2, "RE%47IST%45R"]);
  });
  it("given longreq, when its Vias are read, then there are 34", () => {
    assert.equal(read("rfc4475/longreq").getAll("via").length, 34);
  });
  it("given dblreq, when read, then what follows the first message is cut off", () => {
    const message = read("rfc4475/dblreq");
    assert.deepEqual([message.method, message.body, message.text.includes("INVITE")], ["REGISTER", "", false]);
  });
  it("given mpart01, when its body is read, then every octet of it is there", () => {
    const message = read("rfc4475/mpart01");
    assert.equal(message.body.length, 553);
    assert.ok(textOf("rfc4475/mpart01").endsWith(message.body));
  });
  it("given unreason and noreason, when read, then the phrase is the octets sent", () => {
    assert.ok(Buffer.from(read("rfc4475/unreason").reason, "latin1").toString("utf8").startsWith("= 2**3 * 5**2 но"));
    assert.equal(read("rfc4475/noreason").reason, "");
  });
  it("given cparam01 and cparam02, when their Contacts are read, then the parameter is where it was", () => {
    const [first] = valueOf(parseNameAddrList(read("rfc4475/cparam01").getAll("contact")));
    const [second] = valueOf(parseNameAddrList(read("rfc4475/cparam02").getAll("contact")));
    assert.deepEqual([first?.params.has("unknownparam"), first?.uri.includes(";")], [true, false]);
    assert.deepEqual([second?.params.size, second?.uri], [0, "sip:+19725552222@gw1.example.net;unknownparam"]);
  });
  it("given the Vias of RFC 5118 4.5, when read, then received is the same address in both", () => {
    const names = ["rfc5118/via-received-param-with-delim", "rfc5118/via-received-param-no-delim"];
    const received = names.map((name) => valueOf(parseVia(read(name).get("via") ?? "")).received);
    assert.deepEqual(received, ["2001:db8::9:255", "2001:db8::9:255"]);
  });
});
