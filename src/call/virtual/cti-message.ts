import { formatResponse, parseSipMessage, reasonPhrase } from "../../sip/message/index.ts";
import type { Body, HeaderList, IncomingResponse, OutgoingRequest } from "../signaling/signaling-port.ts";
import { SignalingError } from "../signaling/signaling-error.ts";
import { isContactWithoutMedia } from "./cti-contact.ts";

/** What a device of an application can do inside a dialog. */
const ABILITIES: HeaderList = [
  ["Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE"],
  ["Supported", "replaces"],
];
/** Nothing is ever sent there. */
const VIA = "SIP/2.0/UDP cti.invalid;branch=z9hG4bKcti";

/** Whose dialog a response is in. */
export interface ResponseIdentity {
  readonly sipCallId: string;
  /** Value of From of the request. */
  readonly from: string;
  /** Value of To of the request, without a tag. */
  readonly to: string;
  /** The device's. */
  readonly tag: string;
}

export interface LocalResponse {
  readonly status: number;
  readonly headers?: HeaderList;
  readonly body?: Body;
}

/** What a request is answered with that does not leave call control. @throws {SignalingError} `malformed`: a defect */
export function localResponse(
  method: OutgoingRequest["method"],
  { sipCallId, from, to, tag }: ResponseIdentity,
  { status, headers = [], body }: LocalResponse,
  acknowledge: (body?: Body) => void = () => undefined,
): IncomingResponse {
  const fields: HeaderList = [
    ["Via", VIA],
    ["From", from],
    ["To", `${to};tag=${tag}`],
    ["Call-ID", sipCallId],
    ["CSeq", `1 ${method}`],
    ...(status < 300 ? ABILITIES : []),
    ...headers,
    ...(body === undefined ? [] : [["Content-Type", body.contentType] as const]),
  ];
  const parsed = parseSipMessage(formatResponse(status, reasonPhrase(status), fields, body?.text ?? ""));
  if (!parsed.ok) throw new SignalingError("malformed", parsed.reason);
  return { message: parsed.value, source: { protocol: "cti", address: "", port: 0 }, acknowledge };
}

/** A field of a request that is to be sent; undefined: it has none. */
export function headerOf({ headers = [] }: OutgoingRequest, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}

export function dialogIdOfRequest(sipCallId: string, from: string): string {
  return `${sipCallId};from-tag=${/;tag=([^;]*)$/.exec(from)?.[1] ?? ""}`;
}

/** Where it goes takes no media: there is no offer of the caller in it, and none follows. */
export function asksWithoutMedia({ body, uri = "", isOfferLater = false }: OutgoingRequest): boolean {
  return body === undefined && !isOfferLater && isContactWithoutMedia(uri);
}
