import assert from "node:assert/strict";
import { compareFrames } from "./transcripts/compare-frame.ts";
import { DIFFERENCES, INSERTED } from "./transcripts/differences.ts";
import { replay } from "./transcripts/replay.ts";
import { readTranscript } from "./transcripts/transcript.ts";
import { Translation } from "./transcripts/translation.ts";

const TRANSCRIPTS = [
  "01-auth-route-ping-cdr",
  "02-bad-secret",
  "03-uas-accept-bye",
  "04-uas-reject",
  "05-uac",
  "06-b2bua",
  "07-b2bua-prack",
  "08-b2bua-cancel",
  "09-b2bua-404",
  "10-proxy",
  "11-options-message-errors",
  "12-reinvite",
  "13-subscribe",
  "14-ack-timeout",
  "20-outbound",
];

describe("Transcripts of a drachtio server, played against the edge", () => {
  for (const name of TRANSCRIPTS) {
    it(`given ${name}, when application and peers do the same, then the edge's frames mean the same`, async () => {
      const named = DIFFERENCES.filter(({ transcript }) => transcript === name);
      const found = await replay(name, INSERTED[name]);
      assert.equal(found.length, named.length, found.join("; "));
      for (const [index, { difference }] of named.entries()) assert.match(found[index] ?? "", difference);
    });
  }
});

describe("The comparison with a transcript", () => {
  const frames = readTranscript("03-uas-accept-bye");
  const accepted = frames.find(({ tokens }) => tokens[1] === "response" && tokens.at(-2) === "Msg sent:");
  const changes: Readonly<Record<string, (payload: string) => string>> = {
    "start line": (payload) => payload.replace("SIP/2.0 200 OK", "SIP/2.0 202 Accepted"),
    "to: another tag": (payload) => payload.replace(/(\nTo: [^\r]*);tag=\w+/, "$1"),
    "another branch": (payload) => payload.replace(/branch=[^;]*/, "branch=z9hG4bK-15145-1-1"),
    "another step of CSeq": (payload) => payload.replace("CSeq: 1", "CSeq: 2"),
    "method in CSeq": (payload) => payload.replace("1 INVITE", "1 BYE"),
    "without contact": (payload) => payload.replace(/Contact: [^\r]*\r\n/, ""),
    "with server": (payload) => payload.replace("CSeq:", "Server: x\r\nCSeq:"),
    "content-type": (payload) => payload.replace("application/sdp", "text/plain"),
    body: (payload) => payload.replace("m=audio 6000", "m=audio 6001"),
    "number of tokens": (payload) => payload.replace("Msg sent:|", "Msg sent:"),
    "token 3": (payload) => payload.replace("|OK|", "|NOK|"),
    "token 4": (payload) => payload.replace("|application|", "|network|"),
    "byte count": (payload) => payload.replace("|461|", "|462|"),
    "token 6": (payload) => payload.replace("|udp|", "||"),
    address: (payload) => payload.replace("|127.0.0.2|5060|", "|127.0.0.2|5061|"),
    "token 9: not a time": (payload) => payload.replace(/\|\d\d:\d\d:/, "|"),
    "token 10: another id": (payload) => payload.replace("e80ca201", "e80ca202"),
    "token 11": (payload) => payload.replace(";from-tag=", ";to-tag="),
  };

  function differencesAfter(change: (payload: string) => string): string[] {
    assert.ok(accepted);
    const translation = new Translation();
    const payload = [accepted.tokens.join("|"), accepted.text].join("\r\n");
    // What came before has been learnt: these identifiers stand for themselves.
    const known = [accepted.tokens[2], accepted.tokens[10], "15145SIPpTag001", "3ZcDFp30X64gN", "z9hG4bK-15145-1-0"];
    for (const id of known) translation.learn(id ?? "", id ?? "");
    translation.learnCSeq("1-15145@127.0.0.2 15145SIPpTag001", 1, 1);
    const changed = change(payload);
    const end = changed.indexOf("\r\n");
    const actual = { tokens: changed.slice(0, end).split("|"), text: changed.slice(end + 2) };
    return compareFrames(accepted, actual, translation);
  }

  it("given the recorded frame itself, when compared, then there is no difference", () => {
    assert.deepEqual(
      differencesAfter((payload) => payload),
      [],
    );
  });
  for (const [difference, change] of Object.entries(changes)) {
    it(`given a frame with another "${difference}", when compared, then it is told`, () => {
      const found = differencesAfter(change);
      assert.ok(
        found.some((each) => each.startsWith(difference)),
        found.join("; "),
      );
    });
  }
});
