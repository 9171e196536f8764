import type { z } from "zod";
import { ctiToken } from "./cti-tokens.ts";
import { ctiPort, phone, routePoint, trunk } from "./devices.ts";
import {
  callingSearchSpace,
  huntPilot,
  lineGroup,
  parkRange,
  partition,
  pickupGroup,
  routeGroup,
  routeList,
  routePattern,
  timeSchedule,
  translationPattern,
} from "./dial-plan.ts";
import { directoryNumber } from "./line.ts";
import { DEFAULT_PARTITION } from "./scalars.ts";
import { serviceParameterValue } from "./service-parameters.ts";
import { callManagerGroup, dateTimeGroup, devicePool, musicSource, node, region } from "./system.ts";
import { user } from "./users.ts";

/** Schemas of all kinds of objects, in an order in which none refers to a later one but users and devices to each other. */
export const SCHEMAS = {
  node,
  "call-manager-group": callManagerGroup,
  region,
  "date-time-group": dateTimeGroup,
  "time-schedule": timeSchedule,
  "music-source": musicSource,
  partition,
  "calling-search-space": callingSearchSpace,
  "device-pool": devicePool,
  "service-parameter": serviceParameterValue,
  "pickup-group": pickupGroup,
  "directory-number": directoryNumber,
  phone,
  "cti-port": ctiPort,
  "route-point": routePoint,
  trunk,
  "route-group": routeGroup,
  "route-list": routeList,
  "route-pattern": routePattern,
  "translation-pattern": translationPattern,
  "line-group": lineGroup,
  "hunt-pilot": huntPilot,
  "park-range": parkRange,
  user,
  "cti-token": ctiToken,
} as const;

/** A kind of object; in REST its plural is the collection, in YAML the same in camel case. */
export type Kind = keyof typeof SCHEMAS;
/** The contents of an object of a kind, defaults filled in. */
export type BodyOf<K extends Kind> = z.output<(typeof SCHEMAS)[K]>;
/** The same before it is checked. */
export type InputOf<K extends Kind> = z.input<(typeof SCHEMAS)[K]>;

export const KINDS = Object.keys(SCHEMAS) as readonly Kind[];

/** Kinds whose objects share one set of names. */
export const DEVICE_KINDS = ["phone", "cti-port", "route-point", "trunk"] as const satisfies readonly Kind[];
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** What happens to who refers to an object that is deleted: the delete is refused, or the reference is taken out. */
export type OnDelete = "refuse" | "detach";

/** A reference by name. `path`: keys, with `*` for each entry of a list. */
export interface ReferenceRule {
  readonly path: readonly string[];
  readonly target: Kind | "device";
  readonly onDelete: OnDelete;
}

const refer = (path: string, target: Kind | "device", onDelete: OnDelete = "refuse"): ReferenceRule => {
  return { path: path.split("."), target, onDelete };
};

const device = [refer("devicePool", "device-pool"), refer("callingSearchSpace", "calling-search-space")];
const endpoint = [
  ...device,
  refer("owner", "user", "detach"),
  refer("lines.*.directoryNumber", "directory-number"),
  refer("musicSource", "music-source", "detach"),
];
const inPartition = refer("partition", "partition");

/** The references of each kind. */
export const REFERENCES: Readonly<Record<Kind, readonly ReferenceRule[]>> = {
  node: [],
  "call-manager-group": [refer("nodes.*", "node")],
  region: [refer("to.*.region", "region", "detach")],
  "date-time-group": [],
  "time-schedule": [refer("dateTimeGroup", "date-time-group")],
  "music-source": [],
  partition: [refer("timeSchedule", "time-schedule")],
  "calling-search-space": [refer("partitions.*", "partition")],
  "device-pool": [
    refer("callManagerGroup", "call-manager-group"),
    refer("region", "region"),
    refer("dateTimeGroup", "date-time-group"),
    refer("callingSearchSpace", "calling-search-space"),
    refer("musicSource", "music-source", "detach"),
  ],
  "service-parameter": [],
  "pickup-group": [refer("number", "directory-number", "detach")],
  "directory-number": [
    inPartition,
    refer("callingSearchSpace", "calling-search-space"),
    refer("pickupGroup", "pickup-group", "detach"),
    ...["all", "busy", "noAnswer", "unregistered", "onFailure"].map((kind) =>
      refer(`forwarding.${kind}.callingSearchSpace`, "calling-search-space"),
    ),
  ],
  phone: endpoint,
  "cti-port": endpoint,
  "route-point": endpoint,
  trunk: device,
  "route-group": [refer("trunks.*", "trunk")],
  "route-list": [refer("groups.*.routeGroup", "route-group")],
  "route-pattern": [inPartition, refer("trunk", "trunk"), refer("routeList", "route-list")],
  "translation-pattern": [inPartition, refer("callingSearchSpace", "calling-search-space")],
  "line-group": [refer("members.*", "directory-number", "detach"), refer("loggedOut.*", "directory-number", "detach")],
  "hunt-pilot": [
    inPartition,
    refer("lineGroups.*", "line-group"),
    refer("queue.announcement", "music-source", "detach"),
  ],
  "park-range": [inPartition],
  user: [refer("devices.*", "device", "detach")],
  "cti-token": [refer("user", "user")],
};

/** True for the name of a kind. */
export function isKind(text: string): text is Kind {
  return Object.hasOwn(SCHEMAS, text);
}

/** The collection of a kind in REST: its plural. */
export function collectionOf(kind: Kind): string {
  return `${kind}s`;
}

/** The key of a kind in YAML: its plural in camel case. */
export function yamlKeyOf(kind: Kind): string {
  return collectionOf(kind).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Where the name of an object stands; numbers and patterns have that of their partition behind an `@`. */
const NAME_KEYS: Readonly<Partial<Record<Kind, string>>> = {
  "directory-number": "number",
  "route-pattern": "pattern",
  "translation-pattern": "pattern",
  "hunt-pilot": "pattern",
  "park-range": "pattern",
};

/** The name of an object, whether or not its body is good; empty when it has none. */
export function nameOf(kind: Kind, body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  const fields = body as Readonly<Record<string, unknown>>;
  const key = NAME_KEYS[kind];
  const own = fields[key ?? "name"];
  if (typeof own !== "string") return "";
  const { partition: place = DEFAULT_PARTITION } = fields;
  return key === undefined || typeof place !== "string" ? own : `${own}@${place}`;
}

/** Kinds by which devices are found, or the kind alone. */
export function kindsOfTarget(target: ReferenceRule["target"]): readonly Kind[] {
  return target === "device" ? DEVICE_KINDS : [target];
}
