import type { Violation } from "../database-error.ts";
import type { BodyOf, Kind } from "./kinds.ts";
import { parsePattern } from "./pattern.ts";

/** Finds other objects as they are after a change. */
export interface ModelView {
  body<K extends Kind>(kind: K, name: string): BodyOf<K> | undefined;
  /** Users that have a device in `devices`. */
  usersOf(device: string): readonly BodyOf<"user">[];
}

type Fault = Pick<Violation, "path" | "message">;

/** What is wrong with an object beside its schema and its references. */
export function ruleFaults<K extends Kind>(kind: K, body: BodyOf<K>, view: ModelView): Fault[] {
  return RULES[kind]?.(body, view, kind) ?? [];
}

const MAX_PARK_NUMBERS = 1_000;

type Rules = { readonly [K in Kind]?: (body: BodyOf<K>, view: ModelView, kind: K) => Fault[] };

const RULES: Rules = {
  phone: endpointFaults,
  "cti-port": endpointFaults,
  "route-point": endpointFaults,
  "route-pattern": routePatternFaults,
  "translation-pattern": dotFaults,
  "hunt-pilot": dotFaults,
  "park-range": parkRangeFaults,
  "directory-number": lineFaults,
  user: userFaults,
  "calling-search-space": ({ partitions }) => repeats(partitions, "partitions"),
  "call-manager-group": ({ nodes }) => repeats(nodes, "nodes"),
  "route-group": ({ trunks }) => repeats(trunks, "trunks"),
};

function endpointFaults(
  { name, lines, credentials }: Pick<BodyOf<"phone">, "name" | "lines" | "credentials">,
  view: ModelView,
  kind: Kind,
): Fault[] {
  const faults = repeats(
    lines.map(({ directoryNumber }) => directoryNumber),
    "lines",
  );
  if (kind === "cti-port" && lines.length > 1) {
    const user = view.usersOf(name).find(({ oneLinePerPort }) => oneLinePerPort);
    if (user !== undefined)
      faults.push({ path: ["lines"], message: `user ${user.name} takes ports with one line only` });
  }
  if (credentials?.password === undefined && credentials?.ha1 === undefined && credentials !== undefined) {
    faults.push({ path: ["credentials"], message: "expected a password, or ha1" });
  }
  return faults;
}

function routePatternFaults(body: BodyOf<"route-pattern">): Fault[] {
  return [...dotFaults(body), ...routeTargetFaults(body)];
}

function dotFaults({ pattern, discard }: Pick<BodyOf<"route-pattern">, "pattern" | "discard">): Fault[] {
  const isIdle = discard.startsWith("pre-dot") && !pattern.includes(".");
  return isIdle ? [{ path: ["discard"], message: "there is no dot in the pattern" }] : [];
}

/** Parked calls need numbers that can be counted. */
function parkRangeFaults({ pattern }: BodyOf<"park-range">): Fault[] {
  const parsed = parsePattern(pattern);
  if (!parsed.ok) return [];
  const { positions, maxLength } = parsed.value;
  if (maxLength === undefined) return [{ path: ["pattern"], message: "has !, + or ?: it would have no end" }];
  const count = positions.reduce((product, { size }) => product * size, 1);
  return count <= MAX_PARK_NUMBERS ? [] : [{ path: ["pattern"], message: `has ${count} numbers, at most 1,000` }];
}

function routeTargetFaults({ trunk, routeList, blocked }: BodyOf<"route-pattern">): Fault[] {
  if (trunk !== undefined && routeList !== undefined) {
    return [{ path: ["routeList"], message: "trunk and routeList exclude each other" }];
  }
  if (trunk === undefined && routeList === undefined && !blocked) {
    return [{ path: ["trunk"], message: "expected a trunk or a routeList, or blocked: true" }];
  }
  return [];
}

function lineFaults({ maxCalls, busyTrigger }: BodyOf<"directory-number">): Fault[] {
  if (busyTrigger === undefined || busyTrigger <= maxCalls) return [];
  return [{ path: ["busyTrigger"], message: `must be at most maxCalls, ${maxCalls}` }];
}

function userFaults({ devices, oneLinePerPort }: BodyOf<"user">, view: ModelView): Fault[] {
  const faults = repeats(devices, "devices");
  if (!oneLinePerPort) return faults;
  devices.forEach((device, index) => {
    const lines = view.body("cti-port", device)?.lines.length ?? 0;
    if (lines > 1)
      faults.push({ path: ["devices", index], message: `${device} has ${lines} lines; oneLinePerPort allows one` });
  });
  return faults;
}

function repeats(list: readonly string[], key: string): Fault[] {
  const seen = new Set<string>();
  return list.flatMap((text, index) => {
    if (seen.has(text)) return [{ path: [key, index], message: `${text} is there twice` }];
    seen.add(text);
    return [];
  });
}
