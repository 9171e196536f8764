import {
  huntPilotFaults,
  parkRangeFaults,
  patternFaults,
  routePatternFaults,
  timeScheduleFaults,
} from "./dial-plan-rules.ts";
import { isMapped } from "./address-block.ts";
import type { Fault } from "./fault.ts";
import type { BodyOf, Kind } from "./kinds.ts";
import { FORWARDING_KINDS } from "./line.ts";
import { NODE_AUTHORS } from "./users.ts";

/** Finds other objects as they are after a change. */
export interface ModelView {
  body<K extends Kind>(kind: K, name: string): BodyOf<K> | undefined;
  /** Users that have a device in `devices`. */
  usersOf(device: string): readonly BodyOf<"user">[];
}

interface RuleContext<K extends Kind> {
  readonly kind: K;
  readonly view: ModelView;
  /** As it was before the change; absent: it is new. */
  readonly before: BodyOf<K> | undefined;
}

/** What is wrong with an object beside its schema and its references. */
export function ruleFaults<K extends Kind>(
  kind: K,
  body: BodyOf<K>,
  view: ModelView,
  before: BodyOf<K> | undefined,
): Fault[] {
  return RULES[kind]?.(body, { kind, view, before }) ?? [];
}

const RULES: { readonly [K in Kind]?: (body: BodyOf<K>, context: RuleContext<K>) => Fault[] } = {
  phone: endpointFaults,
  "cti-port": (body, context) => [...endpointFaults(body, context), ...oneLineFaults(body, context)],
  "route-point": endpointFaults,
  "route-pattern": routePatternFaults,
  "translation-pattern": patternFaults,
  "hunt-pilot": huntPilotFaults,
  "park-range": parkRangeFaults,
  "time-schedule": timeScheduleFaults,
  "directory-number": lineFaults,
  user: userFaults,
  trunk: trunkFaults,
  "calling-search-space": ({ partitions }) => repeats(partitions, ["partitions"]),
  "call-manager-group": ({ nodes }) => repeats(nodes, ["nodes"]),
  "route-group": ({ trunks }) => repeats(trunks, ["trunks"]),
  "line-group": ({ members, loggedOut }) => [...repeats(members, ["members"]), ...repeats(loggedOut, ["loggedOut"])],
  "route-list": ({ groups }) =>
    repeats(
      groups.map(({ routeGroup }) => routeGroup),
      ["groups"],
    ),
  region: ({ name, codecs, to }) => [
    ...repeats(codecs, ["codecs"]),
    ...repeats(
      to.map(({ region }) => region),
      ["to"],
    ),
    ...to.flatMap((other, index) => repeats(other.codecs, ["to", index, "codecs"])),
    ...to.flatMap((other, index) =>
      other.region === name ? [{ path: ["to", index, "region"], message: "is the region itself: see codecs" }] : [],
    ),
  ],
};

type Endpoint = Pick<BodyOf<"phone">, "lines" | "credentials">;

function endpointFaults(
  { lines, credentials }: Endpoint,
  { before }: { readonly before: Endpoint | undefined },
): Fault[] {
  const faults = repeats(
    lines.map(({ directoryNumber }) => directoryNumber),
    ["lines"],
  );
  const had = before?.credentials;
  if (credentials === undefined || had?.ha1 === undefined) return faults;
  if (credentials.ha1 === undefined) {
    faults.push({ path: ["credentials"], message: "expected a password, or ha1, as there was one" });
  } else if (credentials.user !== had.user && haveSameHash(credentials.ha1, had.ha1)) {
    faults.push({ path: ["credentials", "user"], message: "expected a password with it: ha1 is of the user before" });
  }
  return faults;
}

type Hashes = NonNullable<NonNullable<Endpoint["credentials"]>["ha1"]>;

function haveSameHash(one: Hashes, other: Hashes): boolean {
  return (["MD5", "SHA-256"] as const).some((algorithm) => {
    return one[algorithm] !== undefined && one[algorithm] === other[algorithm];
  });
}

function oneLineFaults({ name, lines }: BodyOf<"cti-port">, { view }: RuleContext<"cti-port">): Fault[] {
  if (lines.length < 2) return [];
  const user = view.usersOf(name).find(({ oneLinePerPort }) => oneLinePerPort);
  return user === undefined ? [] : [{ path: ["lines"], message: `user ${user.name} takes ports with one line only` }];
}

function lineFaults({ maxCalls, busyTrigger, voiceMail, forwarding }: BodyOf<"directory-number">): Fault[] {
  const faults: Fault[] = [];
  if (busyTrigger !== undefined && busyTrigger > maxCalls) {
    faults.push({ path: ["busyTrigger"], message: `must be at most maxCalls, ${maxCalls}` });
  }
  if (voiceMail !== undefined) return faults;
  for (const kind of FORWARDING_KINDS) {
    for (const origin of ["internal", "external"] as const) {
      if (forwarding[kind]?.[origin] !== "voice-mail") continue;
      faults.push({ path: ["forwarding", kind, origin], message: "voice-mail leads nowhere without voiceMail" });
    }
  }
  return faults;
}

function trunkFaults({ addresses }: BodyOf<"trunk">): Fault[] {
  return addresses.flatMap((text, index) => {
    const [address = "", bits] = text.split("/");
    if (bits === undefined || !isMapped(address)) return [];
    return [{ path: ["addresses", index], message: "expected the block as one of IPv4, such as 192.0.2.0/24" }];
  });
}

function userFaults(
  { name, devices, permissions, oneLinePerPort }: BodyOf<"user">,
  { view, before }: RuleContext<"user">,
): Fault[] {
  const faults = [...repeats(devices, ["devices"]), ...repeats(permissions, ["permissions"])];
  if (before === undefined && NODE_AUTHORS.includes(name.toLowerCase())) {
    faults.push({ path: ["name"], message: `${name} is what changes of the node itself are signed with` });
  }
  devices.forEach((device, index) => {
    if (view.body("trunk", device) !== undefined) {
      faults.push({ path: ["devices", index], message: `${device} is a trunk, which applications do not control` });
    }
    const lines = oneLinePerPort ? (view.body("cti-port", device)?.lines.length ?? 0) : 0;
    if (lines > 1) {
      faults.push({ path: ["devices", index], message: `${device} has ${lines} lines; oneLinePerPort allows one` });
    }
  });
  return faults;
}

function repeats(list: readonly string[], path: readonly (string | number)[]): Fault[] {
  const seen = new Set<string>();
  return list.flatMap((text, index) => {
    if (seen.has(text)) return [{ path: [...path, index], message: `${text} is there twice` }];
    seen.add(text);
    return [];
  });
}
