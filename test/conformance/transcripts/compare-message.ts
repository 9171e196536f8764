import {
  parseNameAddr,
  parseSipMessage,
  parseVia,
  splitList,
  tagOf,
  type SipMessage,
} from "../../../src/sip/message/index.ts";
import type { Translation } from "./translation.ts";

const COMPARED_ELSEWHERE = new Set(["via", "from", "to", "call-id", "cseq", "content-length"]);

/** How a SIP message differs from the recorded one, apart from its identifiers; what can be learnt is learnt. */
export function compareMessages(recordedText: string, actualText: string, translation: Translation): string[] {
  if (recordedText === "" || actualText === "") {
    return recordedText === actualText ? [] : [recordedText === "" ? "a message" : "no message"];
  }
  const recorded = parsed(recordedText);
  const actual = parsed(actualText);
  const problems = [
    ...differing("start line", translation.text(startLine(recordedText)), startLine(actualText)),
    ...compareIdentity(recorded, actual, translation),
    ...compareVias(recorded, actual, translation),
    ...compareFields(recorded, actual, translation),
  ];
  return [...problems, ...differing("body", translation.text(recorded.body), actual.body)];
}

function parsed(text: string): SipMessage {
  const result = parseSipMessage(text);
  if (!result.ok) throw new Error(`${result.reason}: ${text}`);
  return result.value;
}

function startLine(text: string): string {
  return text.slice(0, text.indexOf("\r\n"));
}

/** Call-ID, From and To with their tags, CSeq. */
function compareIdentity(recorded: SipMessage, actual: SipMessage, translation: Translation): string[] {
  const callId = recorded.get("call-id") ?? "";
  const problems = translation.learn(callId, actual.get("call-id") ?? "") ? [] : ["another Call-ID"];
  for (const name of ["from", "to"]) {
    const [was, is] = [recorded.get(name) ?? "", actual.get(name) ?? ""];
    const [oldTag, newTag] = [tagOf(was), tagOf(is)];
    const isSame = oldTag === undefined || newTag === undefined ? oldTag === newTag : translation.learn(oldTag, newTag);
    if (!isSame) problems.push(`${name}: another tag`);
    problems.push(...differing(name, translation.text(addressOf(was)), addressOf(is)));
  }
  const [oldNumber = "", oldMethod = ""] = (recorded.get("cseq") ?? "").split(/\s+/);
  const [newNumber = "", newMethod = ""] = (actual.get("cseq") ?? "").split(/\s+/);
  const sender = `${callId} ${tagOf(recorded.get("from") ?? "") ?? ""}`;
  if (!translation.learnCSeq(sender, Number(oldNumber), Number(newNumber))) problems.push("another step of CSeq");
  return [...problems, ...differing("method in CSeq", oldMethod, newMethod)];
}

function addressOf(value: string): string {
  const address = parseNameAddr(value);
  return address.ok ? `${address.value.displayName ?? ""} <${address.value.uri}>` : value;
}

function compareVias(recorded: SipMessage, actual: SipMessage, translation: Translation): string[] {
  const [were, are] = [recorded, actual].map((message) => message.getAll("via").flatMap(splitList));
  if (were === undefined || are?.length !== were.length) return ["another number of Vias"];
  return were.flatMap((was, index) => {
    const [oldVia, newVia] = [parseVia(was), parseVia(are[index] ?? "")];
    if (!oldVia.ok || !newVia.ok) return ["Via that cannot be read"];
    const [old, fresh] = [oldVia.value, newVia.value];
    const isLearnt = translation.learn(old.branch ?? "", fresh.branch ?? "");
    return [
      ...(isLearnt ? [] : ["another branch"]),
      ...differing("Via", `${old.protocol} ${old.host}`, `${fresh.protocol} ${fresh.host}`),
    ];
  });
}

/** All other header fields: the same names, each with the same values. */
function compareFields(recorded: SipMessage, actual: SipMessage, translation: Translation): string[] {
  const problems: string[] = [];
  const names = new Set([...recorded.fields, ...actual.fields].map(({ name }) => name));
  for (const name of names) {
    if (!recorded.has(name)) problems.push(`with ${name}`);
    else if (!actual.has(name)) problems.push(`without ${name}`);
    else if (name === "rseq") problems.push(...compareRSeq(recorded, actual, translation));
    else if (!COMPARED_ELSEWHERE.has(name)) {
      const [was, is] = [recorded, actual].map((message) => message.getAll(name).join(", ").replace(/\s+/g, " "));
      problems.push(...differing(name, translation.text(was ?? ""), is ?? ""));
    }
  }
  return problems;
}

function compareRSeq(recorded: SipMessage, actual: SipMessage, translation: Translation): string[] {
  return translation.learnNumber(Number(recorded.get("rseq")), Number(actual.get("rseq"))) ? [] : ["another RSeq"];
}

/** At most one line of difference. */
export function differing(what: string, expected: string, actual: string): string[] {
  return expected === actual ? [] : [`${what} ${JSON.stringify(actual)} for ${JSON.stringify(expected)}`];
}
