import type { Socket } from "node:net";
import { type PeerCertificate, TLSSocket } from "node:tls";

const MAX_NAMES = 32;
const SIP_URI = /^sips?:([A-Za-z0-9.-]+)$/i;
const HOST = /^[A-Za-z0-9*._-]{1,253}$/;

/**
 * The hosts and domains that a certificate is for, in lower case: of its alternative names the DNS names and SIP
 * URIs; when it has neither, its common name.
 * @see RFC 5922 7.1
 */
export function certificateNames(certificate: Pick<PeerCertificate, "subjectaltname" | "subject">): readonly string[] {
  // An entry with a comma in it is quoted by Node and falls out, being no name.
  const entries = (certificate.subjectaltname ?? "").split(", ");
  const names = entries.flatMap((entry) => {
    const colon = entry.indexOf(":");
    const value = entry.slice(colon + 1);
    const kind = entry.slice(0, colon);
    const name = kind === "DNS" ? value : kind === "URI" ? SIP_URI.exec(value)?.[1] : undefined;
    return name !== undefined && HOST.test(name) ? [name.toLowerCase()] : [];
  });
  if (names.length > 0) return [...new Set(names)].slice(0, MAX_NAMES);
  const common: unknown = (certificate.subject as { readonly CN?: unknown } | undefined)?.CN;
  return typeof common === "string" && HOST.test(common) ? [common.toLowerCase()] : [];
}

/** The names in the certificate of a peer that showed one which could be verified; `undefined` for all others. */
export function verifiedNames(socket: Socket): readonly string[] | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  return certificateNames(socket.getPeerCertificate());
}
