import { isIP } from "node:net";
import { formatHost, formatUri, type SipUri } from "../../sip/message/index.ts";
import { isSameAddress } from "../device/ip-address.ts";
import type { Binding, BindingSource } from "./binding.ts";

/** Where a contact was registered from. */
export interface ContactOrigin {
  readonly source: BindingSource;
  /** Host of the top Via's sent-by as the phone wrote it. */
  readonly viaHost?: string;
}

/** Request-URI and next hop for requests to a contact. */
export function targetOf(
  uriText: string,
  uri: SipUri,
  { source, viaHost }: ContactOrigin,
): Pick<Binding, "targetUri" | "proxyUri"> {
  const targetUri = requestUriOf(uriText, uri);
  if (isDialable(uri, source, viaHost)) return { targetUri };
  return { targetUri, proxyUri: `sip:${formatHost(source.address)}:${source.port};transport=${source.protocol}` };
}

/**
 * True when requests can go to the contact itself. Else they go back where the REGISTER came from: over a connection
 * the phone opened, through the NAT that changed its address, or because only it knows what its host name means.
 */
function isDialable(uri: SipUri, source: BindingSource, viaHost: string | undefined): boolean {
  if (isIP(uri.host) === 0) return false;
  if (isSameAddress(uri.host, source.address)) return source.protocol === "udp";
  // A sender that knows its own address means what it says: it registers another place (RFC 3261 10.2.1).
  return viaHost !== undefined && isSameAddress(viaHost, source.address);
}

/** RFC 3261 19.1.1: a Request-URI has neither headers nor a method. */
function requestUriOf(uriText: string, uri: SipUri): string {
  if (uri.headers === undefined && !uri.params.has("method")) return uriText;
  const params = new Map([...uri.params].filter(([name]) => name !== "method"));
  return formatUri({ ...uri, params, headers: undefined });
}
