import type { ConfigDraft } from "./draft.ts";
import { addressesCollide, isLoopbackAddress } from "./ipv4-block.ts";
import type { Fault } from "./fault.ts";

/** Rules about addresses and ports that no single section can check. */
export function listenerFaults(config: ConfigDraft): Fault[] {
  return [...sipListenerFaults(config), ...httpFaults(config), ...mediaFaults(config)];
}

function sipListenerFaults({ sip }: ConfigDraft): Fault[] {
  const faults: Fault[] = [];
  if (sip === undefined) return faults;
  sip.listen.forEach((listener, index) => {
    const earlier = sip.listen.findIndex(
      (other) =>
        other.transport === listener.transport &&
        other.port === listener.port &&
        addressesCollide(other.address, listener.address),
    );
    if (earlier < index) {
      faults.push({ path: ["sip", "listen", index], reason: `takes the same port as sip.listen[${earlier}]` });
    }
  });
  return faults;
}

function httpFaults({ http, sip }: ConfigDraft): Fault[] {
  const faults: Fault[] = [];
  if (http === undefined) return faults;
  const taken = (sip?.listen ?? []).findIndex(
    ({ transport, address, port }) =>
      transport === "tcp" && port === http.port && addressesCollide(address, http.address),
  );
  if (taken >= 0) faults.push({ path: ["http", "port"], reason: `is the TCP port of sip.listen[${taken}]` });
  if (http.token === undefined && !isLoopbackAddress(http.address)) {
    faults.push({ path: ["http", "address"], reason: "needs http.token, being no loopback address" });
  }
  return faults;
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
