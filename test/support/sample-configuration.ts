import { defaultObjects, type Kind, type Operation } from "../../src/database/index.ts";
import { create } from "./configuration-store.ts";

/** Objects of all kinds, in which every reference that an object may have is there. */
export function sampleObjects(): Operation[] {
  return [...defaultObjects("n1"), ...SAMPLES.map(([kind, body]) => create(kind, body))];
}

const forward = { internal: "1001", external: "voice-mail", callingSearchSpace: "forwards" };
const SAMPLES: readonly (readonly [Kind, unknown])[] = [
  ["node", { name: "n2" }],
  ["call-manager-group", { name: "both", nodes: ["n2", "n1"] }],
  ["region", { name: "near" }],
  ["region", { name: "far", codecs: ["PCMA"], to: [{ region: "near", codecs: ["PCMU"] }] }],
  ["date-time-group", { name: "europe", timeZone: "Europe/Berlin" }],
  [
    "time-schedule",
    { name: "office", dateTimeGroup: "europe", periods: [{ days: ["monday"], from: "08:00", to: "17:00" }] },
  ],
  ["music-source", { name: "quiet" }],
  ["partition", { name: "outside", timeSchedule: "office" }],
  ["calling-search-space", { name: "all", partitions: ["internal", "outside"] }],
  ["calling-search-space", { name: "forwards", partitions: ["internal"] }],
  [
    "device-pool",
    {
      name: "berlin",
      callManagerGroup: "both",
      region: "far",
      dateTimeGroup: "europe",
      callingSearchSpace: "all",
      musicSource: "quiet",
    },
  ],
  ["service-parameter", { name: "ForwardMaximumHopCount", value: 5 }],
  ["pickup-group", { name: "team", number: "*8" }],
  ["directory-number", { number: "*8" }],
  [
    "directory-number",
    {
      number: "1001",
      displayName: "Alice",
      callingSearchSpace: "all",
      pickupGroup: "team",
      voiceMail: "7000",
      forwarding: { all: forward, busy: forward, noAnswer: forward, unregistered: forward, onFailure: forward },
    },
  ],
  ["directory-number", { number: "2001", partition: "outside", description: "In the other partition." }],
  ["user", { name: "alice", password: "correct horse", pin: "1234", role: "operator" }],
  [
    "cti-token",
    { name: "wallboard", user: "app", tokenHash: "ab".repeat(32), methods: ["events.*"], monitorOnly: true },
  ],
  ["user", { name: "app", ctiEnabled: true, devices: ["phone1", "port1", "point1"], permissions: ["srtp-keys"] }],
  [
    "phone",
    endpoint("phone1", { credentials: { password: "secret1" }, speedDials: [{ label: "Bob", destination: "9" }] }),
  ],
  ["cti-port", endpoint("port1", { onOwnerLost: "hold" })],
  ["route-point", endpoint("point1", { tollGuard: { international: true } })],
  [
    "trunk",
    {
      name: "carrier",
      uri: "sip:192.0.2.1",
      devicePool: "berlin",
      callingSearchSpace: "all",
      addresses: ["192.0.2.1"],
      password: "secret2",
      registration: { registrar: "sip:192.0.2.1", user: "me" },
      tollGuard: { international: true, callsPerHour: 10 },
      callerId: { number: { prefix: "+49" }, withhold: true },
    },
  ],
  ["route-group", { name: "carriers", trunks: ["carrier"] }],
  ["route-list", { name: "out", groups: [{ routeGroup: "carriers", called: { stripDigits: 1 } }] }],
  ["route-pattern", { pattern: "9.!", partition: "outside", discard: "pre-dot", routeList: "out" }],
  ["route-pattern", { pattern: "8XXX", trunk: "carrier" }],
  ["translation-pattern", { pattern: "00X", partition: "outside", callingSearchSpace: "all" }],
  ["line-group", { name: "sales", members: ["1001", "2001@outside"], loggedOut: ["2001@outside"] }],
  ["hunt-pilot", { pattern: "5000", partition: "outside", lineGroups: ["sales"], queue: { announcement: "quiet" } }],
  ["park-range", { pattern: "70X", partition: "outside" }],
];

function endpoint(name: string, more: object): object {
  return {
    name,
    devicePool: "berlin",
    callingSearchSpace: "all",
    musicSource: "quiet",
    owner: "alice",
    lines: [{ directoryNumber: "1001", label: "Me" }],
    ...more,
  };
}
