import { parseNameAddrList, parseUri, type SipMessage } from "../message/index.ts";

/** SIP URIs of a redirection, best first (RFC 3261 20.10: q from 0 to 1, 1 when absent). */
export function contactsOf(response: SipMessage): string[] {
  if (response.status < 300) return [];
  const list = parseNameAddrList(response.getAll("contact"));
  if (!list.ok) return [];
  const weighed = list.value.map(({ uri, params }) => ({ uri, q: Number(params.get("q") ?? "1") }));
  const usable = weighed.filter(({ uri }) => {
    const parsed = parseUri(uri);
    return parsed.ok && parsed.value.scheme === "sip" && parsed.value.headers === undefined;
  });
  return usable.sort((one, other) => other.q - one.q).map(({ uri }) => uri);
}

/** RFC 3261 16.7 step 7: a 401 or 407 carries the challenges of all. */
export function withChallenges(
  text: string | undefined,
  best: SipMessage,
  others: readonly SipMessage[],
): string | undefined {
  if (text === undefined || (best.status !== 401 && best.status !== 407)) return text;
  let lines = "";
  for (const other of others) {
    if (other.status !== 401 && other.status !== 407) continue;
    for (const value of other.getAll("www-authenticate")) lines += `WWW-Authenticate: ${value}\r\n`;
    for (const value of other.getAll("proxy-authenticate")) lines += `Proxy-Authenticate: ${value}\r\n`;
  }
  const end = text.indexOf("\r\n\r\n") + 2;
  return text.slice(0, end) + lines + text.slice(end);
}
