import type { Row } from "../../control/node-view.ts";
import { fieldText, formatSeconds, type Column } from "../../view/columns.ts";
import { EXIT } from "../exit-codes.ts";
import { openNode, type CliContext, type NodeOptions } from "../node-options.ts";
import { formatTable } from "../table.ts";
import { openCti, type CtiWords } from "./open-cti.ts";

/** `tandem cti devices`: what the user may see, with lines and state. */
export async function listDevices(words: CtiWords, context: CliContext): Promise<number> {
  const provider = await openCti(words, context);
  try {
    const views = provider.terminals.flatMap(({ view }) => view ?? []);
    if (words.json === true) context.output.out(JSON.stringify(views, null, 2));
    else showRows(views as unknown as Row[], DEVICE_COLUMNS, "there are no devices that may be seen", context);
    return EXIT.ok;
  } finally {
    await provider.close();
  }
}

/** `tandem cti sessions`: applications that are connected, or may come back. */
export async function listSessions(options: NodeOptions, context: CliContext): Promise<number> {
  const { caller } = await openNode(options, context);
  const rows = (await caller.call("ctimanager", "cti-sessions")) as readonly Row[];
  if (options.json === true) context.output.out(JSON.stringify(rows, null, 2));
  else showRows(rows, sessionColumns(context.clock.wallMs()), "no application is connected", context);
  return EXIT.ok;
}

/** `tandem cti close-session ID` */
export async function closeSession(id: string, options: NodeOptions, context: CliContext): Promise<number> {
  const { caller } = await openNode(options, context);
  const row = (await caller.call("ctimanager", "cti-close-session", { id })) as Row;
  if (options.json === true) context.output.out(JSON.stringify(row, null, 2));
  else context.output.out(`closed session ${id} of ${fieldText(row, "client")} (${fieldText(row, "user")})`);
  return EXIT.ok;
}

/** What is looked for in the audit. */
export interface AuditWords extends NodeOptions {
  readonly user?: string;
  readonly session?: string;
  readonly method?: string;
  readonly call?: string;
  readonly device?: string;
  readonly from?: string;
  readonly to?: string;
  readonly failed?: boolean;
  readonly limit: number;
}

/** `tandem cti audit`: who has commanded what, and what came of it; the oldest first. */
export async function showAudit(words: AuditWords, context: CliContext): Promise<number> {
  const { caller } = await openNode(words, context);
  const { user, session, method, call, device, from, to, failed, limit } = words;
  const query = {
    user,
    session,
    method,
    callId: call,
    device,
    from,
    to,
    isFailed: failed === true ? true : undefined,
    limit,
  };
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  const rows = (await caller.call("ctimanager", "cti-audit", given)) as readonly Row[];
  if (words.json === true) context.output.out(JSON.stringify(rows, null, 2));
  else showRows(rows, AUDIT_COLUMNS, "nothing of that kind is on record", context);
  return EXIT.ok;
}

function showRows(rows: readonly Row[], columns: readonly Column[], nothing: string, { output }: CliContext): void {
  if (rows.length === 0) output.err(nothing);
  else output.out(formatTable(rows, columns));
}

const DEVICE_COLUMNS: readonly Column[] = [
  { title: "Device", cell: (row) => fieldText(row, "name") },
  { title: "Kind", cell: (row) => fieldText(row, "kind") },
  { title: "Lines", cell: (row) => (Array.isArray(row["lines"]) ? row["lines"].join(", ") : "") },
  { title: "State", cell: (row) => (row["isInService"] === true ? "in service" : fieldText(row, "cause") || "out") },
  { title: "Closed", cell: (row) => (row["isRestricted"] === true ? "yes" : "") },
  { title: "Answers", cell: (row) => fieldText(row, "capabilities", "answer") },
];

function sessionColumns(nowMs: number): readonly Column[] {
  return [
    { title: "Session", cell: (row) => fieldText(row, "id") },
    { title: "User", cell: (row) => fieldText(row, "user") },
    { title: "Application", cell: (row) => [fieldText(row, "client"), fieldText(row, "version")].join(" ").trim() },
    { title: "Group", cell: (row) => fieldText(row, "group") },
    { title: "State", cell: (row) => fieldText(row, "state") },
    { title: "From", cell: (row) => fieldText(row, "source") },
    { title: "Since", cell: (row) => formatSeconds((nowMs - Number(row["openedMs"])) / 1_000) },
    { title: "Events", cell: (row) => `${fieldText(row, "acked")} of ${fieldText(row, "seq")}` },
    { title: "Waiting", cell: (row) => fieldText(row, "queuedEvents") },
    // That of who keeps up goes without saying.
    { title: "Behind", cell: (row) => (row["flow"] === "flowing" ? "" : fieldText(row, "flow")) },
  ];
}

const AUDIT_COLUMNS: readonly Column[] = [
  { title: "At", cell: (row) => fieldText(row, "at") },
  { title: "User", cell: (row) => fieldText(row, "user") },
  { title: "Application", cell: (row) => fieldText(row, "client") },
  { title: "What", cell: (row) => fieldText(row, "method") || fieldText(row, "event") },
  { title: "Of", cell: (row) => targetText(row["target"]) },
  { title: "Result", cell: (row) => fieldText(row, "result") },
  { title: "Took", cell: (row) => (row["tookMs"] === undefined ? "" : `${fieldText(row, "tookMs")} ms`) },
  { title: "From", cell: (row) => fieldText(row, "source") },
];

function targetText(target: unknown): string {
  if (typeof target !== "object" || target === null) return "";
  return Object.entries(target)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
}
