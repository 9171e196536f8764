import type { ConfigDraft } from "./draft.ts";
import { Occurrences, type Fault } from "./fault.ts";
import { isIP } from "node:net";
import { addressBlock, canonicalAddress } from "./address-block.ts";
import type { PeerConfig } from "./peer-config.ts";
import type { PhoneConfig } from "./phone-config.ts";
import type { SipProfileConfig } from "./sip-profile.ts";
import { formatPath, type ConfigPath } from "./yaml-source.ts";

/** Profiles by name; those whose file is faulty are `undefined`. */
type Profiles = ReadonlyMap<string, SipProfileConfig | undefined>;

/** Rules about phones and peers that no single entry can check. */
export function inventoryFaults(config: ConfigDraft, profiles: Profiles): Fault[] {
  return [
    ...duplicateFaults(config),
    ...config.phones.flatMap(({ whole, fields }, index) => [
      ...profileFaults(fields.profile, "phone", ["phones", index], profiles),
      ...(whole === undefined ? [] : phoneFaults(whole, ["phones", index], config, profiles)),
    ]),
    ...config.peers.flatMap(({ whole, fields }, index) => [
      ...profileFaults(fields.profile, "trunk", ["peers", index], profiles),
      ...(whole === undefined ? [] : peerFaults(whole, ["peers", index], config)),
    ]),
    ...peerAddressFaults(config.peers),
    ...emergencyFaults(config),
  ];
}

function duplicateFaults({ phones, peers, call }: ConfigDraft): Fault[] {
  const faults: Fault[] = [];
  const names = new Occurrences();
  const users = new Occurrences();
  const numbers = new Occurrences();
  const prefixes = new Occurrences();
  const certificates = new Occurrences();
  const add = (seen: Occurrences, value: string | undefined, path: ConfigPath): boolean => {
    if (value === undefined) return false;
    const first = seen.add(value, formatPath(path));
    if (first !== undefined) faults.push({ path, reason: `${JSON.stringify(value)} is also ${first}` });
    return first === undefined;
  };
  for (const number of Object.keys(call?.endpoints ?? {})) numbers.add(number, `call.endpoints.${number}`);
  call?.emergency?.numbers.forEach((number, at) => add(numbers, number, ["call", "emergency", "numbers", at]));
  phones.forEach(({ fields: { name, number, user } }, index) => {
    add(names, name, ["phones", index, "name"]);
    const isNewNumber = add(numbers, number, ["phones", index, "number"]);
    if (user !== undefined) add(users, user, ["phones", index, "user"]);
    else if (isNewNumber) add(users, number, ["phones", index, "number"]);
  });
  peers.forEach(({ fields: { name, prefixes: dialed, certificateNames: proven } }, index) => {
    proven?.forEach((each, at) => add(certificates, each, ["peers", index, "certificateNames", at]));
    add(names, name, ["peers", index, "name"]);
    dialed?.forEach((prefix, at) => add(prefixes, prefix, ["peers", index, "prefixes", at]));
  });
  return faults;
}

function phoneFaults(phone: PhoneConfig, path: ConfigPath, { sip }: ConfigDraft, profiles: Profiles): Fault[] {
  const faults: Fault[] = [];
  const fault = (key: string, reason: string): void => void faults.push({ path: [...path, key], reason });
  if (phone.password !== undefined && phone.ha1 !== undefined) fault("ha1", "and password exclude each other");
  if (phone.password === undefined && phone.ha1 === undefined) {
    fault("password", "is missing (or ha1); a phone without it cannot register");
  }
  const profile = profiles.get(phone.profile);
  for (const algorithm of phone.ha1 === undefined ? [] : (profile?.digestAlgorithms ?? [])) {
    if (phone.ha1?.[algorithm] === undefined) {
      fault("ha1", `has no ${algorithm}, which profile ${phone.profile} offers`);
    }
  }
  if (
    profile !== undefined &&
    sip !== undefined &&
    !sip.listen.some(({ transport }) => profile.transports.includes(transport))
  ) {
    fault("profile", `allows ${profile.transports.join(" and ")} only, which sip.listen does not have`);
  }
  return faults;
}

function peerFaults(peer: PeerConfig, path: ConfigPath, { sip }: ConfigDraft): Fault[] {
  const faults = peerProofFaults(peer, path, sip);
  const fault = (reason: string): void => void faults.push({ path: [...path, "uri"], reason });
  const [, host = "", portText, given] =
    /^sip:(\[[^\]]+\]|[^:;]+)(?::(\d+))?(?:;transport=(\w+))?$/.exec(peer.uri) ?? [];
  const address = canonicalAddress(host.replace(/^\[|\]$/g, ""));
  const transport = given ?? "udp";
  const port = Number(portText ?? (transport === "tls" ? 5061 : 5060));
  if (port < 1 || port > 65_535) fault("has a port outside 1 to 65535");
  if (sip === undefined) return faults;
  const family = isIP(address);
  // What the URI of a name leaves open, DNS decides (RFC 3263 4.1).
  const isOpen = family === 0 && portText === undefined && given === undefined;
  const speaking = sip.listen.filter((listener) => {
    return isOpen ? /^(udp|tcp|tls)$/.test(listener.transport) : listener.transport === transport;
  });
  if (speaking.length === 0) fault(`needs ${transport}, which sip.listen does not have`);
  else if (family !== 0 && !speaking.some((listener) => isIP(listener.address) === family)) {
    fault(`needs ${transport} over IPv${family}, which sip.listen does not have`);
  }
  const isOwn = sip.listen.some(
    (listener) => listener.transport === transport && listener.port === port && listener.address === address,
  );
  if (isOwn) fault("is an address of this node: calls to it would come back");
  return faults;
}

/** What a peer is known by. */
function peerProofFaults(
  { name, addresses, certificateNames }: PeerConfig,
  path: ConfigPath,
  sip: ConfigDraft["sip"],
): Fault[] {
  if (certificateNames.length === 0) {
    if (addresses.length > 0) return [];
    return [{ path, reason: `${name} needs addresses or certificateNames, which it is known by` }];
  }
  const fault = (reason: string): Fault => ({ path: [...path, "certificateNames"], reason });
  return [
    ...(sip?.tls.requestClientCertificate === false ? [fault("needs sip.tls.requestClientCertificate: true")] : []),
    ...(sip?.tls.ca === undefined && sip !== undefined
      ? [fault("needs sip.tls.ca, which its certificate is checked by")]
      : []),
  ];
}

/** Emergency calls lead to a peer or phone that is there. */
function emergencyFaults({ call, peers, phones }: ConfigDraft): Fault[] {
  const route = call?.emergency?.route;
  if (route === undefined) return [];
  const isThere =
    peers.some(({ fields }) => fields.name === route) || phones.some(({ fields }) => fields.number === route);
  if (isThere) return [];
  const reason = `${JSON.stringify(route)} is neither the name of a peer nor the number of a phone`;
  return [{ path: ["call", "emergency", "route"], reason }];
}

function profileFaults(
  name: string | undefined,
  kind: SipProfileConfig["kind"],
  path: ConfigPath,
  profiles: Profiles,
): Fault[] {
  if (name === undefined) return [];
  const profile = profiles.get(name);
  if (profile?.kind === kind || (profile === undefined && profiles.has(name))) return [];
  const usable = [...profiles.values()].filter((candidate) => candidate?.kind === kind).map((each) => each?.name);
  const known = `known ${kind} profiles: ${usable.join(", ")}`;
  const quoted = JSON.stringify(name);
  const reason =
    profile === undefined
      ? `unknown profile ${quoted}; ${known}`
      : `profile ${quoted} is of kind ${profile.kind}; ${known}`;
  return [{ path: [...path, "profile"], reason }];
}

/** Blocks may lie in each other, the narrower wins; the same block twice is a fault. */
function peerAddressFaults(peers: ConfigDraft["peers"]): Fault[] {
  const faults: Fault[] = [];
  const seen = new Occurrences();
  peers.forEach(({ fields }, peer) =>
    fields.addresses?.forEach((text, index) => {
      const { family, first, last } = addressBlock(text);
      const path = ["peers", peer, "addresses", index];
      const earlier = seen.add(`${family}:${first}-${last}`, formatPath(path));
      if (earlier !== undefined) faults.push({ path, reason: `${text} is also ${earlier}` });
    }),
  );
  return faults;
}
