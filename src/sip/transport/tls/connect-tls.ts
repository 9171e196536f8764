import { isIP, type TcpNetConnectOpts } from "node:net";
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { certificateNames } from "./certificate-names.ts";
import type { TlsIdentity } from "./tls-identity.ts";

/**
 * Connects to a TLS server, which has to prove the name it is looked for by, or its address.
 * @param serverName host name; absent: it is known by its address only
 * @see RFC 5922 7.2
 */
export function connectTls(to: TcpNetConnectOpts, serverName: string | undefined, identity: TlsIdentity): TLSSocket {
  const expected = serverName ?? to.host ?? "";
  const socket = connect({
    ...to,
    secureContext: identity.context,
    servername: serverName ?? "",
    rejectUnauthorized: identity.verifiesServers,
    checkServerIdentity: (_host: string, certificate: PeerCertificate) => identityError(expected, certificate),
  });
  socket.setNoDelay(true);
  if (to.keepAlive === true) socket.setKeepAlive(true, to.keepAliveInitialDelay);
  return socket;
}

/** A certificate may name the domain by a SIP URI only. */
function identityError(expected: string, certificate: PeerCertificate): Error | undefined {
  const isNamed = isIP(expected) === 0 && certificateNames(certificate).includes(expected.toLowerCase());
  return isNamed ? undefined : checkServerIdentity(expected, certificate);
}
