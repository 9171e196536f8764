import { displayName, parseDigits, parseNameAddr, parseUri, type SipMessage } from "../message/index.ts";

/** What a proxy writes into a request that it forwards (RFC 3261 16.6). */
export interface Forwarding {
  readonly uri: string;
  /** Our Via value. */
  readonly via: string;
  /** Route values that go with it, ours taken off. */
  readonly routes: readonly string[];
  /** Our Record-Route values, topmost first. */
  readonly recordRoutes: readonly string[];
  /** Our Path value (RFC 3327). */
  readonly path: string | undefined;
  /** Header fields that the application adds, or gives instead of what the request has. */
  readonly extra: SipMessage | undefined;
}

/** Hops that a request without Max-Forwards may still make. */
const DEFAULT_HOPS = 70;
const REWRITTEN = new Set(["route", "max-forwards", "content-length"]);
/** What an application cannot set: it would break the transaction, the dialog or the search. */
const PROTECTED = new Set(
  "via from to call-id cseq max-forwards record-route path route content-length content-type rack rseq".split(" "),
);

/** Hops that are left to a request; 0: it goes no further. */
export function hopsLeft(request: SipMessage): number {
  const value = parseDigits(request.get("max-forwards") ?? "", 255);
  return value.ok ? value.value : DEFAULT_HOPS;
}

/** The request as it leaves; every header field that a proxy does not touch goes on octet by octet. */
export function forwardedRequest(request: SipMessage, forwarding: Forwarding): string {
  const { uri, via, recordRoutes, path, extra } = forwarding;
  const target = forwardingTarget(uri, forwarding.routes);
  const added = extra === undefined ? [] : extra.fields.filter(({ name }) => !PROTECTED.has(name));
  const replaced = new Set(added.map(({ name }) => name));
  let head = `${request.method} ${target.uri} SIP/2.0\r\nVia: ${via}\r\n`;
  for (const route of recordRoutes) head += `Record-Route: ${route}\r\n`;
  if (path !== undefined) head += `Path: ${path}\r\n`;
  for (const route of target.routes) head += `Route: ${route}\r\n`;
  head += `Max-Forwards: ${Math.max(0, hopsLeft(request) - 1)}\r\n`;
  for (const { name, rawName, value } of request.fields) {
    if (!REWRITTEN.has(name) && !replaced.has(name)) head += `${rawName}: ${value}\r\n`;
  }
  for (const { name, value } of added) head += `${displayName(name)}: ${value}\r\n`;
  const { body } = request;
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** RFC 3261 16.6 step 6: a next hop without `lr` routes strictly, and finds the target last among the routes. */
function forwardingTarget(uri: string, routes: readonly string[]): { uri: string; routes: readonly string[] } {
  const first = parseNameAddr(routes[0] ?? "");
  if (!first.ok) return { uri, routes };
  const route = parseUri(first.value.uri);
  if (!route.ok || route.value.params.has("lr")) return { uri, routes };
  return { uri: first.value.uri, routes: [...routes.slice(1), `<${uri}>`] };
}
