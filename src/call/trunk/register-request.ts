import { detached } from "../../common/index.ts";
import type { TrunkRegistration } from "../../database/index.ts";
import {
  escapeUser,
  formatHost,
  parseDigits,
  parseNameAddr,
  parseNameAddrList,
  parseUri,
  splitList,
  unescapeUser,
  type SipMessage,
} from "../../sip/message/index.ts";
import type { OutgoingRequest } from "../signaling/signaling-port.ts";

/** What REGISTERs of a trunk have in common, so that the registrar knows them for one user agent's. */
export interface RegisterIdentity {
  readonly callId: string;
  /** User part of our Contact: whoever calls it has it from the registrar. */
  readonly contactUser: string;
}

/** What is registered, and where. */
export interface RegistrationSettings extends TrunkRegistration {
  /** Host of the address of record; absent: the registrar's. */
  readonly domain?: string;
}

/** What a registrar has granted. */
export interface RegisterGrant {
  readonly grantedSeconds: number;
  /** Route values for what is sent to it (RFC 3608); empty: none. */
  readonly serviceRoute: readonly string[];
}

const MAX_ROUTES = 8;
const MAX_ROUTE_LENGTH = 512;
const MAX_SECONDS = 86_400 * 7;

/** A REGISTER (RFC 3261 10.2.1); the edge puts its own address in the place of `localhost`. */
export function registerRequest(
  trunk: string,
  { registrar, user, domain }: Pick<RegistrationSettings, "registrar" | "user" | "domain">,
  { callId, contactUser }: RegisterIdentity,
  {
    cseq,
    fromTag,
    expiresSeconds,
  }: { readonly cseq: number; readonly fromTag: string; readonly expiresSeconds: number },
): OutgoingRequest {
  const { scheme, host, transport } = placeOf(registrar);
  const aor = `<${scheme}:${escapeUser(user)}@${domain ?? formatHost(host)}>`;
  const contact = `<${scheme}:${contactUser}@localhost${transport === undefined ? "" : `;transport=${transport}`}>`;
  return {
    method: "REGISTER",
    uri: registrar,
    trunk,
    headers: [
      ["From", `${aor};tag=${fromTag}`],
      ["To", aor],
      ["Call-ID", callId],
      ["CSeq", `${cseq} REGISTER`],
      ["Contact", contact],
      ["Expires", String(expiresSeconds)],
      ["Supported", "path"],
    ],
  };
}

/**
 * What a 200 grants: `expires` of our Contact, else Expires, else what was asked for (RFC 3261 10.2.4). A registrar that
 * rewrites contacts is believed when it lists one only.
 */
export function readGrant(response: SipMessage, contactUser: string, askedSeconds: number): RegisterGrant {
  const list = parseNameAddrList(response.getAll("contact"));
  const contacts = list.ok ? list.value : [];
  const own =
    contacts.find(({ uri }) => userOf(uri) === contactUser) ?? (contacts.length === 1 ? contacts[0] : undefined);
  const byContact = parseDigits(own?.params.get("expires") ?? "", MAX_SECONDS);
  const byHeader = parseDigits(response.get("expires") ?? "", MAX_SECONDS);
  const grantedSeconds = byContact.ok ? byContact.value : byHeader.ok ? byHeader.value : askedSeconds;
  const serviceRoute = response
    .getAll("service-route")
    .flatMap(splitList)
    .filter((route) => route.length <= MAX_ROUTE_LENGTH && isRoute(route))
    .slice(0, MAX_ROUTES)
    .map(detached);
  return { grantedSeconds, serviceRoute };
}

/** The number of seconds in a header field; undefined when it has none. Retry-After may have a comment behind it. */
export function secondsIn(response: SipMessage, header: "min-expires" | "retry-after"): number | undefined {
  const seconds = /^\d+/.exec(response.get(header)?.trim() ?? "")?.[0];
  const parsed = parseDigits(seconds ?? "", 2 ** 32 - 1);
  return parsed.ok ? parsed.value : undefined;
}

function placeOf(registrar: string): {
  readonly scheme: string;
  readonly host: string;
  readonly transport: string | undefined;
} {
  const uri = parseUri(registrar);
  if (!uri.ok) return { scheme: "sip", host: "invalid.invalid", transport: undefined };
  const { scheme, host, params } = uri.value;
  const transport = params.get("transport")?.toLowerCase();
  return { scheme, host, transport: transport === "udp" ? undefined : transport };
}

function userOf(uri: string): string | undefined {
  const parsed = parseUri(uri);
  return parsed.ok && parsed.value.user !== undefined ? unescapeUser(parsed.value.user) : undefined;
}

function isRoute(route: string): boolean {
  const parsed = parseNameAddr(route);
  return parsed.ok && parseUri(parsed.value.uri).ok;
}
