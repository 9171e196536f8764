import { formatNameAddr, parseNameAddr } from "../message/index.ts";

/** `address:port` as it stands in a URI; IPv6 addresses are bracketed (RFC 3261 25.1, hostport). */
export function hostPort(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Puts our own address where an application wrote the host `localhost`, and brackets a bare URI.
 * Values that name another host stay as they are.
 */
export function withLocalHost(value: string, local: string): string {
  if (!value.includes("localhost")) return value;
  const replaced = value.replace(/(sips?:(?:[^@<>\s]*@)?)localhost(?::\d+)?(?=[;>?,\s]|$)/g, `$1${local}`);
  if (replaced.includes("<")) return replaced;
  const parsed = parseNameAddr(replaced);
  return parsed.ok ? formatNameAddr(parsed.value) : replaced;
}

/**
 * The Contact we give when the application gives none.
 * @param uri Request-URI of the request that makes the dialog: a SIPS one wants a SIPS Contact (RFC 3261 12.1.1)
 */
export function defaultContact(local: string, protocol: string, uri: string): string {
  if (/^sips:/i.test(uri)) return protocol === "wss" ? `<sips:${local};transport=ws>` : `<sips:${local}>`;
  return protocol === "udp" ? `<sip:${local}>` : `<sip:${local};transport=${protocol}>`;
}
