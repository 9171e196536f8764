import { escapeUriParam } from "./escape.ts";
import { formatHost } from "./host-port.ts";
import type { SipUri } from "./uri.ts";

/**
 * Writes a URI. `user`, `password`, `headers` and `opaque` go out as they are (see `escapeUser`); parameters are
 * escaped, IPv6 hosts get their brackets.
 */
export function formatUri(uri: SipUri): string {
  if (uri.opaque !== undefined) return `${uri.scheme}:${uri.opaque}`;
  const password = uri.password === undefined ? "" : `:${uri.password}`;
  const separator = uri.scheme === "tel" ? "" : "@";
  const userInfo = uri.user === undefined ? "" : `${uri.user}${password}${separator}`;
  const port = uri.port === undefined ? "" : `:${uri.port}`;
  const headers = uri.headers === undefined ? "" : `?${uri.headers}`;
  return `${uri.scheme}:${userInfo}${formatHost(uri.host)}${port}${formatUriParams(uri)}${headers}`;
}

function formatUriParams({ params }: SipUri): string {
  let text = "";
  for (const [name, value] of params) {
    text += `;${escapeUriParam(name)}`;
    if (value !== undefined) text += `=${escapeUriParam(value)}`;
  }
  return text;
}
