import {
  parseNameAddr,
  parseNameAddrList,
  parseTokenList,
  parseUri,
  splitList,
  type ParseResult,
} from "../../sip/message/index.ts";
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
  /** Vias of the request: with more than one a proxy has passed it on. Absent: one. */
  readonly viaCount?: number;
  /** What the edge calls the flow that the request came over; absent with an edge that does not say. */
  readonly flow?: string;
}

/** The header values of a REGISTER, read. */
export interface RegisterHeaderValues {
  readonly request: Exclude<RequestedContacts, { kind: "malformed" }>;
  readonly expiresSeconds: number | undefined;
  readonly path: readonly string[];
  readonly supports: { readonly path: boolean; readonly outbound: boolean };
  /** Flows of instances count (RFC 5626 6); else no contact has a `regId`. */
  readonly isOutbound: boolean;
}

/** What a REGISTER is refused with; `reason` is a reason phrase. */
export interface RegisterFault {
  readonly ok: false;
  readonly status: 400 | 439;
  readonly reason: string;
}

const MAX_CALL_ID_LENGTH = 1_024;
const MAX_PATH_LENGTH = 4_096;

/** Reads the headers of a REGISTER. */
export function readRegister(
  facts: RegisterFacts,
): { readonly ok: true; readonly value: RegisterHeaderValues } | RegisterFault {
  // What is kept for an hour is bounded tighter than a message.
  if (facts.callId.length > MAX_CALL_ID_LENGTH) return fault("Call-ID Too Long");
  const expiresSeconds = readExpires(facts.expires);
  const request = readContacts(facts.contacts, expiresSeconds);
  if (request.kind === "malformed") return fault(request.reason);
  const path = readPath(facts);
  if (!path.ok) return fault(path.reason);
  const tokens = parseTokenList(facts.supported ?? []);
  if (!tokens.ok) return fault("Malformed Supported");
  const known = new Set(tokens.value.map((token) => token.toLowerCase()));
  const supports = { path: known.has("path"), outbound: known.has("outbound") };
  const values = { request, expiresSeconds, path: path.value, supports, isOutbound: false };
  return isAboutFlows(values) ? withFlows(values, facts) : { ok: true, value: values };
}

/** RFC 5626 6: a flow can be kept only when who talks to the phone itself, we or a proxy, knows of flows. */
function withFlows(values: FlowRegister, { viaCount = 1 }: RegisterFacts): ReturnType<typeof readRegister> {
  const { request, path, supports, expiresSeconds } = values;
  if (viaCount > 1 && !knowsFlows(path.at(-1))) {
    if (supports.outbound) return { ok: false, status: 439, reason: "First Hop Lacks Outbound Support" };
    const contacts = request.contacts.map(({ regId: _regId, ...contact }) => contact);
    return { ok: true, value: { ...values, request: { kind: "contacts", contacts } } };
  }
  const bound = request.contacts.filter((contact) => (contact.expiresSeconds ?? expiresSeconds ?? 1) > 0);
  const hasFlow = bound.some(({ regId }) => regId !== undefined);
  if (hasFlow && bound.length > 1) return fault("More Than One Contact With reg-id");
  return { ok: true, value: { ...values, isOutbound: true } };
}

type FlowRegister = RegisterHeaderValues & { readonly request: Extract<RequestedContacts, { kind: "contacts" }> };

function isAboutFlows(values: RegisterHeaderValues): values is FlowRegister {
  const { request } = values;
  return request.kind === "contacts" && request.contacts.some(({ regId }) => regId !== undefined);
}

/** The proxy next to the phone wrote the last value (RFC 3327 5.2), with `ob` when it keeps flows. */
function knowsFlows(pathValue: string | undefined): boolean {
  const hop = parseNameAddr(pathValue ?? "");
  const uri = hop.ok ? parseUri(hop.value.uri) : undefined;
  return uri?.ok === true && uri.value.params.has("ob");
}

/**
 * Used also for a phone that does not say that it knows Path, which is not told of it then (RFC 3327 5.3 leaves it to
 * policy): where a proxy asks to be on the way, there is no other way to the phone.
 */
function readPath({ path = [] }: RegisterFacts): ParseResult<readonly string[]> {
  if (path.length === 0) return { ok: true, value: [] };
  if (!parseNameAddrList(path).ok) return { ok: false, reason: "Malformed Path" };
  const items = path.flatMap((value) => splitList(value));
  const length = items.reduce((sum, item) => sum + item.length, 0);
  return length > MAX_PATH_LENGTH ? { ok: false, reason: "Path Too Long" } : { ok: true, value: items };
}

function fault(reason: string): RegisterFault {
  return { ok: false, status: 400, reason };
}
