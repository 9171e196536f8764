import type { ConfigDraft } from "./draft.ts";
import { isIP } from "node:net";
import { addressesCollide, isLoopbackAddress, isWildcardAddress } from "./address-block.ts";
import type { Fault } from "./fault.ts";
import type { SipConfig, SipListener } from "./sip-config.ts";

/** Rules about addresses and ports that no single section can check. */
export function listenerFaults(config: ConfigDraft): Fault[] {
  return [...sipListenerFaults(config), ...httpFaults(config), ...ctiFaults(config), ...mediaFaults(config)];
}

function sipListenerFaults({ sip }: ConfigDraft): Fault[] {
  const faults: Fault[] = [];
  if (sip === undefined) return faults;
  sip.listen.forEach((listener, index) => {
    const earlier = sip.listen.findIndex(
      (other) =>
        portKind(other) === portKind(listener) &&
        other.port === listener.port &&
        addressesCollide(other.address, listener.address),
    );
    if (earlier < index) {
      faults.push({ path: ["sip", "listen", index], reason: `takes the same port as sip.listen[${earlier}]` });
    }
    faults.push(...advertisedFaults(listener, index));
  });
  return [...faults, ...tlsFaults(sip.tls)];
}

function advertisedFaults({ address, advertisedAddress, advertisedPort }: SipListener, index: number): Fault[] {
  const fault = (key: string, reason: string): Fault[] => [{ path: ["sip", "listen", index, key], reason }];
  if (advertisedAddress === undefined) {
    return advertisedPort === undefined ? [] : fault("advertisedPort", "needs advertisedAddress beside it");
  }
  if (isWildcardAddress(advertisedAddress))
    return fault("advertisedAddress", "must be an address that peers can send to");
  if (isIP(advertisedAddress) === isIP(address)) return [];
  return fault("advertisedAddress", `must be of the same kind as ${address}: IPv4 or IPv6`);
}

function tlsFaults({ certificate, key }: SipConfig["tls"]): Fault[] {
  if ((certificate === undefined) === (key === undefined)) return [];
  const [present, missing] = certificate === undefined ? ["key", "certificate"] : ["certificate", "key"];
  return [{ path: ["sip", "tls", present], reason: `needs sip.tls.${missing} beside it` }];
}

/** What kind of port a listener takes. */
function portKind({ transport }: SipListener): "udp" | "tcp" {
  return transport === "udp" ? "udp" : "tcp";
}

function httpFaults({ http, sip }: ConfigDraft): Fault[] {
  const faults: Fault[] = [];
  if (http === undefined) return faults;
  const taken = (sip?.listen ?? []).findIndex(
    (listener) =>
      portKind(listener) === "tcp" && listener.port === http.port && addressesCollide(listener.address, http.address),
  );
  if (taken >= 0) faults.push({ path: ["http", "port"], reason: `is the TCP port of sip.listen[${taken}]` });
  if (http.token === undefined && !isLoopbackAddress(http.address)) {
    faults.push({ path: ["http", "address"], reason: "needs http.token, being no loopback address" });
  }
  return faults;
}

function ctiFaults({ cti, http, sip }: ConfigDraft): Fault[] {
  const taken = [
    ...(sip?.listen ?? []).map((listener, index) => ({ ...listener, name: `sip.listen[${index}]` })),
    ...(http === undefined ? [] : [{ ...http, transport: "tcp" as const, name: "http.port" }]),
  ].filter(({ transport }) => transport !== "udp");
  return (cti?.listen ?? []).flatMap((listener, index): Fault[] => {
    const own = (cti?.listen ?? []).slice(0, index).map((other, place) => ({ ...other, name: `cti.listen[${place}]` }));
    const other = [...taken, ...own].find(
      ({ address, port }) => port === listener.port && addressesCollide(address, listener.address),
    );
    const path = ["cti", "listen", index];
    return [
      ...(other === undefined ? [] : [{ path, reason: `takes the TCP port of ${other.name}` }]),
      ...(listener.transport === "wss" || isLoopbackAddress(listener.address)
        ? []
        : [{ path: [...path, "transport"], reason: "must be wss, since the address is no loopback address" }]),
    ];
  });
}

function mediaFaults({ media, sip }: ConfigDraft): Fault[] {
  if (media === undefined) return [];
  const { min, max } = media.portRange;
  const range = (key: string, reason: string): Fault => ({ path: ["media", "portRange", key], reason });
  const faults: Fault[] = [];
  if (min % 2 !== 0) faults.push(range("min", "must be even: RTP has even ports, RTCP the next odd ones"));
  if (max % 2 !== 1) faults.push(range("max", "must be odd: it is the RTCP port of the last pair"));
  if (max - min < 3) faults.push(range("max", "must leave at least four ports from min on, the ports of one call"));
  if (media.address === "0.0.0.0" && media.advertisedAddress === undefined) {
    faults.push({
      path: ["media", "address"],
      reason: "needs media.advertisedAddress, since 0.0.0.0 cannot be put into SDP",
    });
  }
  if (media.advertisedAddress === "0.0.0.0") {
    faults.push({ path: ["media", "advertisedAddress"], reason: "must be an address that phones can send to" });
  }
  sip?.listen.forEach(({ transport, address, port }, index) => {
    if (transport === "udp" && port >= min && port <= max && addressesCollide(address, media.address)) {
      faults.push({ path: ["sip", "listen", index, "port"], reason: `lies in media.portRange ${min} to ${max}` });
    }
  });
  return faults;
}
