import { withMore } from "../../common/index.ts";
import { isIP } from "node:net";
import { formatHost, formatUri, type SipUri } from "../../sip/message/index.ts";
import { isSameAddress } from "../device/ip-address.ts";
import type { Binding, BindingSource } from "./binding.ts";

/** Where a contact was registered from. */
export interface ContactOrigin {
  readonly source: BindingSource;
  /** Host of the top Via's sent-by as the phone wrote it. */
  readonly viaHost?: string;
  /** What the edge calls the flow of the REGISTER, so that it sends over that and no other. */
  readonly flow?: string;
}

/** What the embedded edge gives for a flow; anything else may come from the network. */
const FLOW_TOKEN = /^[A-Za-z0-9_-]+\.[0-9a-f]+$/;
const DEFAULT_PORT = 5_060;

/**
 * Request-URI and next hop for requests to a contact.
 * @param isOutbound the contact is to be reached over the flow of its REGISTER only (RFC 5626 7)
 */
export function targetOf(
  uriText: string,
  uri: SipUri,
  { source, viaHost, flow }: ContactOrigin,
  isOutbound = false,
): Pick<Binding, "targetUri" | "proxyUri" | "isDialable"> {
  const targetUri = requestUriOf(uriText, uri);
  if (!isOutbound && isDialledFirst(uri, source, viaHost)) return { targetUri };
  const token = flow !== undefined && FLOW_TOKEN.test(flow) ? `${flow}@` : "";
  const proxyUri = `sip:${token}${formatHost(source.address)}:${source.port};transport=${source.protocol}`;
  const isDialable = token !== "" && !isOutbound && listens(uri, source);
  return { targetUri, proxyUri, ...(isDialable ? { isDialable } : {}) };
}

/**
 * True when requests can go to the contact itself. Else they go back where the REGISTER came from: over a connection
 * the phone opened, through the NAT that changed its address, or because only it knows what its host name means.
 */
function isDialledFirst(uri: SipUri, source: BindingSource, viaHost: string | undefined): boolean {
  if (isIP(uri.host) === 0) return false;
  if (isSameAddress(uri.host, source.address)) return source.protocol === "udp";
  // A sender that knows its own address means what it says: it registers another place (RFC 3261 10.2.1).
  return viaHost !== undefined && isSameAddress(viaHost, source.address);
}

/** A phone on TCP whose contact is its own address and another port than the connection's: one that it listens on. */
function listens(uri: SipUri, source: BindingSource): boolean {
  const isTcp = source.protocol === "tcp" && uri.params.get("transport")?.toLowerCase() === "tcp";
  return isTcp && isSameAddress(uri.host, source.address) && (uri.port ?? DEFAULT_PORT) !== source.port;
}

/** RFC 3261 19.1.1: a Request-URI has neither headers nor a method. */
function requestUriOf(uriText: string, uri: SipUri): string {
  if (uri.headers === undefined && !uri.params.has("method")) return uriText;
  const params = new Map([...uri.params].filter(([name]) => name !== "method"));
  return formatUri(withMore(uri, { params, headers: undefined }));
}
