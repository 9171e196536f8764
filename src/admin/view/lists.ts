import type { Row } from "../control/node-view.ts";
import { fieldText, formatSeconds, type Column } from "./columns.ts";

/** Columns of the services of a node. */
export function serviceColumns(nowMs: number): readonly Column[] {
  return [
    { title: "Service", cell: (row) => fieldText(row, "name") },
    { title: "State", cell: (row) => fieldText(row, "state") },
    { title: "Process", cell: (row) => fieldText(row, "pid") },
    {
      title: "Up for",
      cell: ({ startedAtMs }) => (typeof startedAtMs === "number" ? formatSeconds((nowMs - startedAtMs) / 1_000) : ""),
    },
    { title: "Restarts", cell: (row) => fieldText(row, "restarts") },
  ];
}

/** Columns of `registrations`. */
export const registrationColumns: readonly Column[] = [
  { title: "Phone", cell: (row) => fieldText(row, "phone") },
  { title: "Address", cell: (row) => fieldText(row, "aor") },
  { title: "Contact", cell: (row) => fieldText(row, "contactUri") },
  { title: "Source", cell: (row) => fieldText(row, "source") },
  {
    title: "Expires in",
    cell: ({ remainingSeconds }) => (typeof remainingSeconds === "number" ? formatSeconds(remainingSeconds) : ""),
  },
  { title: "Client", cell: (row) => fieldText(row, "userAgent") },
];

/** Columns of `trunk states`. */
export const trunkColumns: readonly Column[] = [
  { title: "Trunk", cell: (row) => fieldText(row, "name") },
  { title: "State", cell: (row) => fieldText(row, "state") },
  { title: "Since", cell: ({ sinceMs }) => momentText(sinceMs) },
  { title: "Why", cell: (row) => fieldText(row, "reason") },
];

/** Columns of `toll-alarms`. */
export const tollAlarmColumns: readonly Column[] = [
  { title: "At", cell: ({ atMs }) => momentText(atMs) },
  { title: "Guard", cell: (row) => fieldText(row, "guard") },
  { title: "Device", cell: (row) => fieldText(row, "device") },
  { title: "Called", cell: (row) => fieldText(row, "called") },
  { title: "Refused", cell: (row) => fieldText(row, "refused") },
];

/** Columns of `calls`. */
export function callColumns(nowMs: number): readonly Column[] {
  return [
    { title: "From", cell: (row) => party(row, "caller") },
    { title: "To", cell: (row) => party(row, "callee") },
    { title: "State", cell: (row) => fieldText(row, "state") },
    {
      title: "For",
      cell: ({ startedAtMs }) => (typeof startedAtMs === "number" ? formatSeconds((nowMs - startedAtMs) / 1_000) : ""),
    },
    { title: "Call", cell: (row) => fieldText(row, "callId") },
  ];
}

/** Columns of `ended-calls`. */
export const endedCallColumns: readonly Column[] = [
  { title: "From", cell: (row) => party(row, "caller") },
  { title: "To", cell: (row) => party(row, "callee") || fieldText(row, "calledNumber") },
  {
    title: "Ended",
    cell: (row) =>
      fieldText(row, "endedAt")
        .replace("T", " ")
        .replace(/\.\d+Z$/, ""),
  },
  {
    title: "Lasted",
    cell: ({ durationMs }) => (typeof durationMs === "number" ? formatSeconds(durationMs / 1_000) : ""),
  },
  { title: "Why", cell: (row) => fieldText(row, "reason") },
  { title: "Call", cell: (row) => fieldText(row, "callId") },
];

/** Milliseconds since 1970 as UTC. */
function momentText(ms: unknown): string {
  return typeof ms === "number" ? new Date(ms).toISOString().slice(0, 19).replace("T", " ") : "";
}

function party(row: Row, side: "caller" | "callee"): string {
  const [number, device] = [fieldText(row, side, "number"), fieldText(row, side, "device")];
  return device === "" || device === number ? number : `${number} (${device})`;
}
