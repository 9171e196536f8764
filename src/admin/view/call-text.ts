import type { CallReportRow } from "../control/call-record-reader.ts";
import type { Row } from "../control/node-view.ts";
import { fieldText, formatSeconds } from "./columns.ts";

/** Everything of a call in lines for people. */
export function callText({ state, call }: CallReportRow): string {
  const legs = Array.isArray(call["legs"]) ? (call["legs"] as Row[]) : [];
  const lines = [
    `call ${fieldText(call, "callId")} of node ${fieldText(call, "globalCallId", "node")}: ${state}`,
    `  from         ${withPartition(call, "numbers", "calling")}, shown as ${fieldText(call, "numbers", "presented", "number")}`,
    `  dialed       ${fieldText(call, "numbers", "dialed")}`,
    `  called       ${withPartition(call, "numbers", "originalCalled")}, in the end ${withPartition(call, "numbers", "finalCalled")}`,
    ...optional("  redirected   ", redirection(call)),
    ...optional("  service      ", fieldText(call, "service")),
    ...timeLines(call, "  "),
    ...ending(call),
    ...optional("  incomplete   ", partialText(call)),
  ];
  return [...lines, ...legs.flatMap(legLines)].join("\n");
}

function legLines(leg: Row): string[] {
  const number = fieldText(leg, "leg");
  const isCaller = fieldText(leg, "party") === "caller";
  const route = ["trunk", "routeList", "routeGroup", "pattern"].map((key) => {
    const text = fieldText(leg, "route", key);
    return text === "" ? "" : `${key} ${text}`;
  });
  return [
    "",
    `leg ${number}, ${isCaller ? "from" : "to"} ${fieldText(leg, "device")} (${fieldText(leg, "number")}): ${
      fieldText(leg, "outcome") || "goes on"
    }`,
    ...optional(
      "  SIP          ",
      [fieldText(leg, "signaling"), fieldText(leg, "sipCallId")].filter(Boolean).join(", "),
    ),
    ...optional("  by           ", route.filter(Boolean).join(", ")),
    ...optional("  device pool  ", fieldText(leg, "devicePool")),
    ...optional("  owner        ", fieldText(leg, "owner")),
    ...timeLines(leg, "  "),
    ...optional("  cause        ", causeText(leg)),
    ...optional("  holds        ", holdText(leg)),
    ...optional("  media        ", mediaText(leg)),
    ...qualityLines(leg),
  ];
}

function timeLines(row: Row, indent: string): string[] {
  const times: readonly (readonly [string, string])[] = [
    ["began", "startedAtMs"],
    ["rang", "ringingAtMs"],
    ["answered", "answeredAtMs"],
    ["connected", "connectedAtMs"],
    ["ended", "endedAtMs"],
    ["disconnected", "disconnectedAtMs"],
  ];
  return times.flatMap(([word, key]) => {
    const ms = row[key];
    return typeof ms === "number" ? [`${indent}${word.padEnd(13)}${new Date(ms).toISOString()}`] : [];
  });
}

function ending(call: Row): string[] {
  const { durationMs } = call;
  if (typeof durationMs !== "number") return [];
  return [
    `  lasted       ${formatSeconds(durationMs / 1_000)}`,
    `  cause        ${causeText(call)}; ${fieldText(call, "reason")}, ended by the ${fieldText(call, "endedBy")}`,
  ];
}

function causeText(row: Row): string {
  const q850 = fieldText(row, "cause", "q850");
  if (q850 === "") return "";
  return `${q850} ${fieldText(row, "cause", "name")}, SIP ${fieldText(row, "cause", "sipStatus")}`;
}

function holdText(leg: Row): string {
  const count = fieldText(leg, "holds", "count");
  return count === "" ? "" : `${count}, ${formatSeconds(Number(fieldText(leg, "holds", "totalMs")) / 1_000)} in all`;
}

function mediaText(leg: Row): string {
  const codec = fieldText(leg, "media", "codec");
  if (codec === "") return "";
  const packetMs = fieldText(leg, "media", "packetMs");
  const [remote, local] = [fieldText(leg, "media", "remote"), fieldText(leg, "media", "local")];
  return `${codec}${packetMs === "" ? "" : `, ${packetMs} ms a packet`}, ${remote || "held"} by ${local || "nothing"}`;
}

function qualityLines(leg: Row): string[] {
  const of = (key: string): string => fieldText(leg, "quality", key);
  if (of("packetsReceived") === "") return [];
  const mos = of("mos");
  const latency = of("latencyMs");
  const reported = of("reportedLost");
  return [
    `  received     ${of("packetsReceived")} packets, ${of("octetsReceived")} octets, ${of("packetsLost")} lost, jitter ${of("jitterMs")} ms`,
    `  sent         ${of("packetsSent")} packets, ${of("octetsSent")} octets${
      reported === "" ? "" : `; it says ${reported} lost, jitter ${of("reportedJitterMs")} ms`
    }`,
    `  quality      ${mos === "" ? "nothing was heard" : `MOS ${mos}`}${latency === "" ? "" : `, latency ${latency} ms`}${
      of("isPartial") === "" ? "" : ", of a part of the call"
    }`,
  ];
}

function redirection(call: Row): string {
  const last = withPartition(call, "numbers", "lastRedirecting");
  const reason = fieldText(call, "redirect", "lastReason");
  return [last, reason, fieldText(call, "redirect", "onBehalfOf")].filter(Boolean).join(", ");
}

function partialText({ partial }: Row): string {
  return Array.isArray(partial) ? partial.join(", ") : "";
}

function withPartition(row: Row, ...path: readonly string[]): string {
  const [number, partition] = [fieldText(row, ...path, "number"), fieldText(row, ...path, "partition")];
  return partition === "" ? number : `${number}@${partition}`;
}

function optional(title: string, text: string): string[] {
  return text === "" ? [] : [title + text];
}
