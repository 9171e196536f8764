import { z } from "zod";
import { collectionOf, DEVICE_KINDS, type DeviceKind, type Kind, type StoredObject } from "../../../database/index.ts";
import { RestError } from "../problem/rest-error.ts";
import { readLimit, single } from "../resource/list-query.ts";
import type { RestContext } from "../rest-context.ts";
import type { RestCall, RestRoute } from "../server/route.ts";

const MAX_ROWS = 1_000;

const state = z.record(z.string(), z.unknown());
const pageOf = (item: z.ZodType): z.ZodType =>
  z.object({ items: z.array(item), next: z.string().nullable(), total: z.int() });
const devices = pageOf(
  z.object({
    id: z.string(),
    collection: z.enum(DEVICE_KINDS.map(collectionOf)),
    description: z.string().optional(),
    lines: z.array(z.string()),
    state: state.nullable().describe("What call control says of it; null: it does not know it yet."),
  }),
);
const lines = pageOf(
  z.object({
    id: z.string(),
    displayName: z.string().optional(),
    devices: z.array(z.string()),
    state: state.nullable(),
  }),
);

const trunkStates = pageOf(
  z.object({
    name: z.string(),
    state: z.string().describe("up, down, registering, unregistered or unknown"),
    sinceMs: z.number().describe("Milliseconds since 1970"),
    reason: z.string().optional().describe("Why it is not up, or what has failed though it is"),
  }),
);
const tollAlarms = pageOf(
  z.object({
    atMs: z.number().describe("Milliseconds since 1970"),
    guard: z.string(),
    device: z.string().describe("The phone or trunk whose bound it is"),
    called: z.string(),
    refused: z.int().describe("Refusals since the alarm of the same device and guard before, this one included"),
  }),
);

/** Devices, lines and trunks as they are now, calls that guards have refused, and what digits would do. */
export function liveRoutes(context: RestContext): RestRoute[] {
  const query = { limit: "1 to 1,000; default 100", after: "Objects with later ids" };
  const shared = { method: "GET", tag: "live", access: "auditor" } as const;
  return [
    {
      ...shared,
      operationId: "list-devices",
      path: "/devices",
      summary: "Devices of all kinds with their live state",
      query,
      answers: { 200: { description: "A page", schema: devices } },
      problems: ["bad-parameter", "unavailable"],
      handle: async (call) => ({ status: 200, body: await devicePage(context, call) }),
    },
    {
      ...shared,
      operationId: "list-lines",
      path: "/lines",
      summary: "Directory numbers with the devices that they are on and their live state",
      query,
      answers: { 200: { description: "A page", schema: lines } },
      problems: ["bad-parameter", "unavailable"],
      handle: async (call) => ({ status: 200, body: await linePage(context, call) }),
    },
    {
      ...shared,
      operationId: "list-trunk-states",
      path: "/trunk-states",
      summary: "Trunks that call control has, with their states",
      query,
      answers: { 200: { description: "A page", schema: trunkStates } },
      problems: ["bad-parameter", "unavailable"],
      handle: async (call) => ({ status: 200, body: await trunkPage(context, call) }),
    },
    {
      ...shared,
      operationId: "list-toll-alarms",
      path: "/toll-alarms",
      summary: "Calls that guards against toll fraud have refused, newest first: the last 200 since call control began",
      query: { limit: query.limit },
      answers: { 200: { description: "The newest of them", schema: tollAlarms } },
      problems: ["bad-parameter", "unavailable"],
      handle: async ({ query: given }) => {
        const limit = readLimit(given["limit"], MAX_ROWS, 100);
        const rows = await rowsOf(context, "toll-alarms");
        return { status: 200, body: { items: rows.slice(0, limit), next: null, total: rows.length } };
      },
    },
    {
      ...shared,
      operationId: "explain-digits",
      path: "/dial-plan/explain",
      summary: "What call control would do with digits, and why",
      query: { from: "Name of a device, or a number", digits: "What is dialed" },
      answers: { 200: { description: "The explanation", schema: state } },
      problems: ["bad-parameter", "not-found", "unavailable"],
      handle: async ({ query: given }) => {
        const [from, digits] = [needed("from", given["from"]), needed("digits", given["digits"])];
        return { status: 200, body: await context.caller.call("callmanager", "dial-plan-explain", { from, digits }) };
      },
    },
  ];
}

function needed(key: string, value: RestCall["query"][string] | undefined): string {
  const text = single(key, value);
  if (text === undefined || text === "" || text.length > 256) {
    throw new RestError("bad-parameter", `${key}: expected 1 to 256 characters`);
  }
  return text;
}

type State = Readonly<Record<string, unknown>>;

/** States by name; call control answers a list of objects with a `name` each. */
async function statesOf(
  { caller }: RestContext,
  method: string,
  names: readonly string[],
): Promise<Map<string, State>> {
  const answer = await caller.call("callmanager", method, { names });
  const rows = Array.isArray(answer) ? (answer as State[]) : [];
  return new Map(rows.map((row) => [String(row["name"]), row]));
}

async function rowsOf({ caller }: RestContext, method: string): Promise<State[]> {
  const answer = await caller.call("callmanager", method);
  return Array.isArray(answer) ? (answer as State[]) : [];
}

interface Wanted {
  readonly limit: number;
  readonly after: string;
}

function wantedOf({ query }: RestCall): Wanted {
  return { limit: readLimit(query["limit"], MAX_ROWS, 100), after: single("after", query["after"]) ?? "" };
}

/** The objects of several kinds in the order of names, and one more when there are more. */
function merged<K extends Kind>({ store }: RestContext, kinds: readonly K[], { limit, after }: Wanted) {
  const found = kinds.flatMap((kind): StoredObject<K>[] => store.list(kind, { limit: limit + 1, after }));
  found.sort((one, other) => (one.name < other.name ? -1 : 1));
  const total = kinds.reduce((sum, kind) => sum + store.count(kind), 0);
  const objects = found.slice(0, limit);
  return { objects, next: found.length > limit ? (objects.at(-1)?.name ?? null) : null, total };
}

async function devicePage(context: RestContext, call: RestCall): Promise<unknown> {
  const { objects, next, total } = merged<DeviceKind>(context, DEVICE_KINDS, wantedOf(call));
  const states = await statesOf(
    context,
    "device-states",
    objects.map(({ name }) => name),
  );
  const items = objects.map(({ kind, name, body }) => ({
    id: name,
    collection: collectionOf(kind),
    ...(body.description === undefined ? {} : { description: body.description }),
    lines: "lines" in body ? body.lines.map(({ directoryNumber }) => directoryNumber) : [],
    state: states.get(name) ?? null,
  }));
  return { items, next, total };
}

async function trunkPage(context: RestContext, call: RestCall): Promise<unknown> {
  const { limit, after } = wantedOf(call);
  const rows = await rowsOf(context, "trunks");
  const later = rows.filter(({ name }) => String(name) > after);
  const items = later.slice(0, limit);
  return { items, next: later.length > limit ? (items.at(-1)?.["name"] ?? null) : null, total: rows.length };
}

async function linePage(context: RestContext, call: RestCall): Promise<unknown> {
  const { objects, next, total } = merged(context, ["directory-number"], wantedOf(call));
  const states = await statesOf(
    context,
    "line-states",
    objects.map(({ name }) => name),
  );
  const items = objects.map(({ name, body }) => ({
    id: name,
    ...(body.displayName === undefined ? {} : { displayName: body.displayName }),
    devices: devicesOfLine(context, name),
    state: states.get(name) ?? null,
  }));
  return { items, next, total };
}

function devicesOfLine({ store }: RestContext, line: string): string[] {
  const kinds: readonly Kind[] = DEVICE_KINDS;
  const names = store.referrers("directory-number", line).filter(({ kind }) => kinds.includes(kind));
  return [...new Set(names.map(({ name }) => name))].sort();
}
