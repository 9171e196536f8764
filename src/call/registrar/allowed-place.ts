import { parseNameAddr, parseUri, type SipUri } from "../../sip/message/index.ts";
import type { Inventory } from "../device/inventory.ts";
import { isSameAddress } from "../device/ip-address.ts";
import type { BindingSource } from "./binding.ts";

/**
 * Whether a phone may have its calls sent to a contact. Not to a peer: whoever calls the phone would call out there,
 * whatever the peer's prefixes are. Not to a third place that `maddr` or the path names. Who sends from a peer's address
 * is the peer as far as anybody can tell, and may have its calls sent back.
 * @param path Route values towards the phone; the first one is where requests go
 */
export function isAllowedPlace(
  uri: SipUri,
  path: readonly string[],
  source: BindingSource,
  inventory: Pick<Inventory, "peerByHost">,
): boolean {
  const isPeers = (host: string): boolean =>
    !isSameAddress(host, source.address) && inventory.peerByHost(host) !== undefined;
  const maddr = uri.params.get("maddr");
  if (maddr !== undefined && !isSameAddress(maddr, uri.host) && !isSameAddress(maddr, source.address)) return false;
  if (isPeers(uri.host)) return false;
  const [firstHop] = path;
  if (firstHop === undefined) return true;
  const route = parseNameAddr(firstHop);
  const hop = route.ok ? parseUri(route.value.uri) : undefined;
  if (hop?.ok !== true || hop.value.host === "") return false;
  return !hop.value.params.has("maddr") && !isPeers(hop.value.host);
}
