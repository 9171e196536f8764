import assert from "node:assert/strict";
import { redirectingHeaders, type RedirectedTo } from "../../../../../src/call/control/routing/redirecting-headers.ts";
import type { Redirection } from "../../../../../src/call/identity/redirection-history.ts";
import { parseDiversion, parseHistoryInfo } from "../../../../../src/sip/message/index.ts";

const CONTACT: RedirectedTo = {
  number: "1004",
  uri: "sip:1004@192.0.2.4:5060",
  isContact: true,
  isTrusted: false,
  show: (party) => party,
  callerPrivacy: [],
};
const TRUNK: RedirectedTo = { ...CONTACT, number: "123", uri: "sip:123@192.0.2.9", isContact: false };
const BY_1002: Redirection = { number: "1002", reason: "unconditional", count: 1, isPrivate: false };
const BY_1003: Redirection = { number: "1003", displayName: "Carol", reason: "user-busy", count: 1, isPrivate: false };

function headers(history: readonly Redirection[], to: RedirectedTo): { diversion: string[]; history: string[] } {
  const all = redirectingHeaders(history, to);
  const named = (wanted: string): string[] => all.filter(([name]) => name === wanted).map(([, value]) => value);
  return { diversion: named("Diversion"), history: named("History-Info") };
}

describe("redirectingHeaders", () => {
  it("given no redirection, when they are made, then there are none", () => {
    assert.deepEqual(redirectingHeaders([], CONTACT), []);
  });

  it("given two redirections to a contact, when they are made, then Diversion begins with the last, and History-Info goes from target to target", () => {
    assert.deepEqual(headers([BY_1002, BY_1003], CONTACT), {
      diversion: [
        '"Carol" <sip:1003@localhost>;reason=user-busy;privacy=off;counter=1',
        "<sip:1002@localhost>;reason=unconditional;privacy=off;counter=1",
      ],
      history: [
        "<sip:1002@localhost?Reason=SIP%3Bcause%3D302>;index=1",
        '"Carol" <sip:1003@localhost;cause=302?Reason=SIP%3Bcause%3D486>;index=1.1;mp=1',
        "<sip:1004@localhost;cause=486>;index=1.1.1;mp=1.1",
        "<sip:1004@192.0.2.4:5060>;index=1.1.1.1;rc=1.1.1",
      ],
    });
  });

  it("given a trunk, when they are made, then its own URI is the last target, and the numbers are those that it is shown", () => {
    const show: RedirectedTo["show"] = (party) => ({ ...party, number: `+49${party.number}` });
    const { diversion, history } = headers([BY_1002], { ...TRUNK, show });
    assert.deepEqual(diversion, ["<sip:+491002@localhost>;reason=unconditional;privacy=off;counter=1"]);
    assert.equal(history.at(-1), "<sip:123@192.0.2.9;cause=302>;index=1.1;mp=1");
  });

  it("given what another switch has said, when they are made, then its host and number stay as they were", () => {
    const show: RedirectedTo["show"] = (party) => ({ ...party, number: "0" });
    const { diversion } = headers([{ ...BY_1002, host: "pbx.example" }], { ...TRUNK, show });
    assert.deepEqual(diversion, ["<sip:1002@pbx.example>;reason=unconditional;privacy=off;counter=1"]);
  });

  const hiding: readonly [string, Redirection, Partial<RedirectedTo>][] = [
    ["a private redirection", { ...BY_1003, isPrivate: true }, {}],
    ["a caller who wants no history", BY_1003, { callerPrivacy: ["history"] }],
    ["a trunk that is shown nobody", BY_1003, { show: (party) => ({ ...party, privacy: ["id"] }) }],
  ];
  for (const [what, redirection, more] of hiding) {
    it(`given ${what}, when they are made, then who is not trusted does not learn who it was, and who is trusted that it is private`, () => {
      const untrusted = headers([redirection], { ...TRUNK, ...more });
      assert.ok(!/1003|Carol/.test(JSON.stringify(untrusted)), JSON.stringify(untrusted));
      assert.match(untrusted.diversion[0] ?? "", /^<sip:anonymous@anonymous\.invalid>;reason=user-busy;privacy=full/);
      assert.match(
        untrusted.history[0] ?? "",
        /^<sip:anonymous@anonymous\.invalid\?Reason=SIP%3Bcause%3D486>;index=1$/,
      );
      const trusted = headers([redirection], { ...TRUNK, ...more, isTrusted: true });
      assert.match(trusted.diversion[0] ?? "", /^"Carol" <sip:1003@localhost>;reason=user-busy;privacy=full/);
      assert.match(trusted.history[0] ?? "", /^"Carol" <sip:1003@localhost\?Reason=.*&Privacy=history>;index=1$/);
    });
  }

  it("given as many as are kept, when they are made, then each header has 12 at most and all can be read", () => {
    const many = Array.from({ length: 12 }, (_, at): Redirection => ({ ...BY_1002, number: `20${at}` }));
    const { diversion, history } = headers(many, CONTACT);
    assert.deepEqual([diversion.length, history.length], [12, 12]);
    assert.match(diversion.at(-1) ?? "", /sip:200@/);
    assert.match(history[0] ?? "", /sip:200@/);
    assert.match(history.at(-3) ?? "", /sip:2011@/);
    assert.ok(parseDiversion(diversion).ok && parseHistoryInfo(history).ok);
  });
});
