import { parseNameAddrList, parseTokenList, splitList, type ParseResult } from "../../sip/message/index.ts";
import type { SipPhone } from "../device/sip-phone.ts";
import type { BindingSource } from "./binding.ts";
import { readContacts, readExpires, type RequestedContacts } from "./requested-contact.ts";

/** What has to be known of an authenticated REGISTER. Header values as received, unfolded. */
export interface RegisterFacts {
  /** Who was authenticated; its address of record is what is changed. */
  readonly phone: SipPhone;
  /** Each Contact field's value; none: a query. */
  readonly contacts: readonly string[];
  /** Expires field's value. */
  readonly expires?: string;
  readonly callId: string;
  readonly cseq: number;
  /** Each Path field's value. */
  readonly path?: readonly string[];
  /** Each Supported field's value. */
  readonly supported?: readonly string[];
  readonly userAgent?: string;
  readonly source: BindingSource;
  /** Host of the top Via's sent-by as the phone wrote it; tells a phone behind NAT from one that registers another place. */
  readonly viaHost?: string;
}

/** The header values of a REGISTER, read. */
export interface RegisterHeaderValues {
  readonly request: Exclude<RequestedContacts, { kind: "malformed" }>;
  readonly expiresSeconds: number | undefined;
  /** Empty unless the phone supports Path. */
  readonly path: readonly string[];
}

const MAX_CALL_ID_LENGTH = 1_024;
const MAX_PATH_LENGTH = 4_096;

/** Reads the headers of a REGISTER; `reason` is a reason phrase for 400. */
export function readRegister(facts: RegisterFacts): ParseResult<RegisterHeaderValues> {
  // What is kept for an hour is bounded tighter than a message.
  if (facts.callId.length > MAX_CALL_ID_LENGTH) return { ok: false, reason: "Call-ID Too Long" };
  const expiresSeconds = readExpires(facts.expires);
  const request = readContacts(facts.contacts, expiresSeconds);
  if (request.kind === "malformed") return { ok: false, reason: request.reason };
  const path = readPath(facts);
  return path.ok ? { ok: true, value: { request, expiresSeconds, path: path.value } } : path;
}

/** RFC 3327 5.3: without the phone's consent the path is not used; the requests then go to who sent the REGISTER. */
function readPath({ path = [], supported = [] }: RegisterFacts): ParseResult<readonly string[]> {
  if (path.length === 0) return { ok: true, value: [] };
  const tokens = parseTokenList(supported);
  if (!tokens.ok) return { ok: false, reason: "Malformed Supported" };
  if (!tokens.value.some((token) => token.toLowerCase() === "path")) return { ok: true, value: [] };
  if (!parseNameAddrList(path).ok) return { ok: false, reason: "Malformed Path" };
  const items = path.flatMap((value) => splitList(value));
  const length = items.reduce((sum, item) => sum + item.length, 0);
  return length > MAX_PATH_LENGTH ? { ok: false, reason: "Path Too Long" } : { ok: true, value: items };
}
