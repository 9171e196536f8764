import {
  formatRequest,
  formatResponse,
  parseSipMessage,
  reasonPhrase,
  type SipMessage,
} from "../../../src/sip/message/index.ts";

type Fields = readonly (readonly [string, string])[];

/** The switch as phones know it. */
export const SWITCH_HOST = "192.0.2.1";

/** A phone as the switch is shown it. */
export interface PhonePlace {
  readonly name: string;
  readonly number: string;
  readonly address: string;
}

/** A request of a phone. @param fields From, To, Call-ID and CSeq, and what else there is */
export function phoneRequest(method: string, uri: string, { address, number }: PhonePlace, fields: Fields, sdp = "") {
  const all: Fields = [
    ["Via", `SIP/2.0/UDP ${address}:5060;branch=z9hG4bK${Math.abs(hashOf(JSON.stringify(fields)))}`],
    ["Max-Forwards", "70"],
    ...fields,
    ["Contact", `<sip:${number}@${address}:5060>`],
    ["Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, NOTIFY"],
    ...(sdp === "" ? [] : ([["Content-Type", "application/sdp"]] as const)),
  ];
  return parsed(formatRequest(method, uri, all, sdp));
}

/** A response of a phone. @param fields From, To, Call-ID and CSeq */
export function phoneResponse(status: number, { address, number }: PhonePlace, fields: Fields, sdp = ""): SipMessage {
  const all: Fields = [
    ["Via", `SIP/2.0/UDP ${SWITCH_HOST}:5060;branch=z9hG4bKswitch`],
    ...fields,
    ...(status < 300 ? ([["Contact", `<sip:${number}@${address}:5060>`]] as const) : []),
    ["Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, NOTIFY"],
    ...(sdp === "" ? [] : ([["Content-Type", "application/sdp"]] as const)),
  ];
  return parsed(formatResponse(status, reasonPhrase(status), all, sdp));
}

/** What is heard when an offer is answered. */
export function mirrored(offer: string): string[] {
  if (/^a=sendonly/m.test(offer)) return ["a=recvonly"];
  if (/^a=inactive/m.test(offer)) return ["a=inactive"];
  return /^a=recvonly/m.test(offer) ? ["a=sendonly"] : [];
}

function parsed(text: string): SipMessage {
  const message = parseSipMessage(text);
  if (!message.ok) throw new Error(`${message.reason}: ${text}`);
  return message.value;
}

function hashOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}
