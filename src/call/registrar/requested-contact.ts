import { type NameAddr, parseNameAddrList, parseUri, splitList, type SipUri } from "../../sip/message/index.ts";

/** One item of a REGISTER's Contact. */
export interface RequestedContact {
  /** As the phone wrote it. */
  readonly uriText: string;
  readonly uri: SipUri;
  /** The expires parameter; absent when there is none. */
  readonly expiresSeconds?: number;
  /** 0 to 1. */
  readonly q: number;
  readonly instance?: string;
  readonly regId?: number;
}

/** What a REGISTER asks for. */
export type RequestedContacts =
  | { readonly kind: "query" }
  | { readonly kind: "remove-all" }
  | { readonly kind: "contacts"; readonly contacts: readonly RequestedContact[] }
  | { readonly kind: "malformed"; readonly reason: string };

/** RFC 3261 20.10: what a malformed value stands for. */
const MALFORMED_EXPIRES_SECONDS = 3_600;
const MAX_EXPIRES_SECONDS = 2 ** 32 - 1;
const MAX_URI_LENGTH = 1_024;
const MAX_INSTANCE_LENGTH = 256;

/** Reads the Contact values of a REGISTER. @param expiresSeconds of the Expires header */
export function readContacts(values: readonly string[], expiresSeconds: number | undefined): RequestedContacts {
  const items = values.flatMap((value) => splitList(value));
  if (items.length === 0) return { kind: "query" };
  if (items.includes("*")) {
    // RFC 3261 10.3 step 6
    if (items.length > 1) return { kind: "malformed", reason: "Contact * With Others" };
    return expiresSeconds === 0 ? { kind: "remove-all" } : { kind: "malformed", reason: "Contact * Without Expires 0" };
  }
  const parsed = parseNameAddrList(values);
  if (!parsed.ok) return { kind: "malformed", reason: "Malformed Contact" };
  const contacts: RequestedContact[] = [];
  for (const item of parsed.value) {
    const contact = readContact(item);
    if (typeof contact === "string") return { kind: "malformed", reason: contact };
    contacts.push(contact);
  }
  return { kind: "contacts", contacts };
}

/** An expiry in seconds, from a parameter or an Expires header; `undefined` when there is none. */
export function readExpires(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text.trim())) return MALFORMED_EXPIRES_SECONDS;
  return Math.min(Number(text), MAX_EXPIRES_SECONDS);
}

function readContact({ uri: uriText, params }: NameAddr): RequestedContact | string {
  if (uriText.length > MAX_URI_LENGTH) return "Contact Too Long";
  const uri = parseUri(uriText);
  if (!uri.ok || uri.value.host === "") return "Contact Is Not a SIP URI";
  const q = readQuality(params.get("q"));
  if (q === undefined) return "Malformed q of Contact";
  const expiresSeconds = params.has("expires") ? readExpires(params.get("expires") ?? "") : undefined;
  const instance = params.get("+sip.instance");
  if (instance !== undefined && instance.length > MAX_INSTANCE_LENGTH) return "Instance Too Long";
  const regId = instance === undefined ? undefined : readRegId(params.get("reg-id"));
  return {
    uriText,
    uri: uri.value,
    q,
    ...(expiresSeconds === undefined ? {} : { expiresSeconds }),
    ...(instance === undefined ? {} : { instance }),
    ...(regId === undefined ? {} : { regId }),
  };
}

/** RFC 3261 25.1 qvalue, with as many decimals as the phone likes. */
function readQuality(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  return /^(0(\.\d{0,9})?|1(\.0{0,9})?)$/.test(text) ? Number(text) : undefined;
}

/** RFC 5626 4.2: 1 to 2^31 - 1; anything else is none. */
function readRegId(text: string | undefined): number | undefined {
  const regId = /^\d{1,10}$/.test(text ?? "") ? Number(text) : 0;
  return regId >= 1 && regId < 2 ** 31 ? regId : undefined;
}
