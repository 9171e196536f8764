import { parseUri } from "../message/index.ts";
import { protocolOf } from "../resolution/index.ts";
import { defaultPort, type Target } from "../transport/index.ts";

/**
 * True when a contact is where its owner is heard from, and can be sent to without the flow: a port that it listens on.
 * False for what only a flow leads to: an address behind a NAT, a host name that means nothing here, the port that a
 * connection happens to come from, a browser, and whoever says so (`ob`, RFC 5626 4.3).
 * @param peer where the owner of the contact is heard from
 */
export function canBeDialled(contactUri: string, peer: Pick<Target, "protocol" | "address" | "port">): boolean {
  const uri = parseUri(contactUri);
  if (!uri.ok || uri.value.host !== peer.address || uri.value.params.has("ob")) return false;
  const protocol = protocolOf(uri.value);
  if (protocol !== peer.protocol) return false;
  const isSamePort = (uri.value.port ?? defaultPort(protocol)) === peer.port;
  if (protocol === "udp") return isSamePort;
  return protocol === "tcp" && !isSamePort;
}
