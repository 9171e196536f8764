import type { Row } from "../control/node-view.ts";
import { fieldText } from "./columns.ts";

/** Where a column comes from: the call or the leg, and a path in it. */
type Source = readonly ["call" | "leg", ...string[]];

const TIMES = ["startedAtMs", "ringingAtMs", "connectedAtMs", "disconnectedAtMs"] as const;
const COLUMNS: readonly (readonly [string, Source])[] = [
  ["globalCallId.node", ["call", "globalCallId", "node"]],
  ["globalCallId.call", ["call", "globalCallId", "call"]],
  ["leg", ["leg", "leg"]],
  ["party", ["leg", "party"]],
  ["outcome", ["leg", "outcome"]],
  ["device", ["leg", "device"]],
  ["deviceKind", ["leg", "deviceKind"]],
  ["devicePool", ["leg", "devicePool"]],
  ["owner", ["leg", "owner"]],
  ["signaling", ["leg", "signaling"]],
  ["number", ["leg", "number"]],
  ["partition", ["leg", "partition"]],
  ["name", ["leg", "name"]],
  ["callingNumber", ["call", "numbers", "calling", "number"]],
  ["presentedNumber", ["call", "numbers", "presented", "number"]],
  ["presentedName", ["call", "numbers", "presented", "name"]],
  ["dialedNumber", ["call", "numbers", "dialed"]],
  ["originalCalledNumber", ["call", "numbers", "originalCalled", "number"]],
  ["originalCalledPartition", ["call", "numbers", "originalCalled", "partition"]],
  ["finalCalledNumber", ["call", "numbers", "finalCalled", "number"]],
  ["finalCalledPartition", ["call", "numbers", "finalCalled", "partition"]],
  ["lastRedirectingNumber", ["call", "numbers", "lastRedirecting", "number"]],
  ["lastRedirectingPartition", ["call", "numbers", "lastRedirecting", "partition"]],
  ["originalRedirectReason", ["call", "redirect", "originalReason"]],
  ["lastRedirectReason", ["call", "redirect", "lastReason"]],
  ["onBehalfOf", ["call", "redirect", "onBehalfOf"]],
  ["trunk", ["leg", "route", "trunk"]],
  ["routeList", ["leg", "route", "routeList"]],
  ["routeGroup", ["leg", "route", "routeGroup"]],
  ["routePattern", ["leg", "route", "pattern"]],
  ["sipCallId", ["leg", "sipCallId"]],
  ...TIMES.map((key): readonly [string, Source] => [key, ["leg", key]]),
  ["durationMs", ["leg", "durationMs"]],
  ["cause", ["leg", "cause", "q850"]],
  ["causeName", ["leg", "cause", "name"]],
  ["sipStatus", ["leg", "cause", "sipStatus"]],
  ["callReason", ["call", "reason"]],
  ["callEndedBy", ["call", "endedBy"]],
  ["holds", ["leg", "holds", "count"]],
  ["holdMs", ["leg", "holds", "totalMs"]],
  ["codec", ["leg", "media", "codec"]],
  ["packetMs", ["leg", "media", "packetMs"]],
  ["mediaRemote", ["leg", "media", "remote"]],
  ["mediaLocal", ["leg", "media", "local"]],
  ...[
    "packetsReceived",
    "octetsReceived",
    "packetsSent",
    "octetsSent",
    "packetsLost",
    "jitterMs",
    "reportedLost",
    "reportedJitterMs",
    "roundTripMs",
    "latencyMs",
    "mos",
    "receivedSsrc",
    "sentSsrc",
    "isPartial",
  ].map((key): readonly [string, Source] => [key, ["leg", "quality", key]]),
];

/** First line of the CSV of call records (RFC 4180): a leg a line, each time in milliseconds and as ISO 8601. */
export function csvHeader(): string {
  const isoOfTimes = TIMES.map((key) => key.replace(/Ms$/, ""));
  return [...COLUMNS.map(([title]) => title), ...isoOfTimes].map(csvField).join(",");
}

/** Lines of one call. */
export function csvLines(call: Row): string[] {
  const legs = Array.isArray(call["legs"]) ? (call["legs"] as Row[]) : [];
  return legs.map((leg) => {
    const values = COLUMNS.map(([, [from, ...path]]) => fieldText(from === "call" ? call : leg, ...path));
    const times = TIMES.map((key) => (typeof leg[key] === "number" ? new Date(leg[key]).toISOString() : ""));
    return [...values, ...times].map(csvField).join(",");
  });
}

/** Spreadsheets take what begins like a formula for one; numbers such as `+49301` stay what they are. */
function csvField(text: string): string {
  const harmless = /^[=@\t\r]|^[+-](?![\d*#]*$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
