import { FULL_DOCUMENT } from "./full-document.ts";
import type { Path } from "./schema-rules.ts";

/** A document that breaks a rule between objects or fields. */
export interface RuleCase {
  /** Values to be set, by place; undefined takes one out, a place one behind the end of a list adds. */
  readonly set: readonly (readonly [path: Path, value: unknown])[];
  /** Where the problem is. */
  readonly path: Path;
  readonly reason: RegExp;
  readonly mode?: "replace";
}

/** Each rule of `rules.ts` and `dial-plan-rules.ts`, and those that planning has of its own. */
export const RULE_CASES: readonly RuleCase[] = [
  ...["phones", "ctiPorts", "routePoints"].map((key) =>
    repeated([key, 0, "lines"], { directoryNumber: "1001" }, { directoryNumber: "1001" }),
  ),
  repeated(["callingSearchSpaces", 0, "partitions"], "internal", "internal"),
  repeated(["callManagerGroups", 0, "nodes"], "node-1", "node-1"),
  repeated(["routeGroups", 0, "trunks"], "carrier", "carrier"),
  repeated(["lineGroups", 0, "members"], "1001", "1001@internal"),
  repeated(["lineGroups", 0, "loggedOut"], "1001", "1001@internal"),
  one(["parkRanges", 0, "giveUpSeconds"], 60, /^must be more than reminderSeconds, 60$/),
  one(["serviceParameters", 1], { name: "FeatureCodePark", value: "*40" }, /^FeatureCodeTransfer is \*40, too$/, [
    "value",
  ]),
  repeated(["routeLists", 0, "groups"], { routeGroup: "carriers" }, { routeGroup: "carriers" }),
  repeated(["regions", 0, "codecs"], "PCMA", "PCMA"),
  repeated(["regions", 0, "to"], { region: "far", codecs: ["PCMA"] }, { region: "far", codecs: ["PCMU"] }),
  repeated(["regions", 0, "to", 0, "codecs"], "PCMA", "PCMA"),
  one(["regions", 0, "to", 0, "region"], "default", /^is the region itself: see codecs$/),
  one(
    ["trunks", 0, "addresses", 0],
    "::ffff:192.0.2.0/120",
    /^expected the block as one of IPv4, such as 192\.0\.2\.0\/24$/,
  ),
  one(["users", 0, "name"], "cli", /^cli is what changes of the node itself are signed with$/),
  repeated(["users", 0, "devices"], "desk", "desk"),
  repeated(["users", 0, "permissions"], "srtp-keys", "srtp-keys"),
  repeated(["huntPilots", 0, "lineGroups"], "sales", "sales"),
  one(["directoryNumbers", 0, "busyTrigger"], 5, /^must be at most maxCalls, 4$/),
  ...["all", "busy", "noAnswer", "unregistered", "onFailure"].flatMap((kind) =>
    ["internal", "external"].map((origin) =>
      one(["directoryNumbers", 1, "forwarding"], { [kind]: { [origin]: "voice-mail" } }, /^voice-mail leads nowhere/, [
        kind,
        origin,
      ]),
    ),
  ),
  one(["users", 0, "devices", 0], "carrier", /^carrier is a trunk, which applications do not control$/),
  {
    set: [
      [["ctiPorts", 0, "lines", 1], { directoryNumber: "1003" }],
      [["users", 0, "devices", 0], "port"],
    ],
    path: ["users", 0, "devices", 0],
    reason: /^port has 2 lines; oneLinePerPort allows one$/,
  },
  {
    set: [
      [["ctiPorts", 0, "lines", 1], { directoryNumber: "1003" }],
      [["users", 0, "devices", 0], "port"],
    ],
    path: ["ctiPorts", 0, "lines"],
    reason: /^user ann takes ports with one line only$/,
  },
  ...["routePatterns", "translationPatterns", "huntPilots"].map((key) =>
    one([key, 0, "pattern"], "9XX", /^pre-dot needs a dot in the pattern$/, [], [key, 0, "discard"]),
  ),
  one(["routePatterns", 0, "routeList"], "out", /^trunk and routeList exclude each other$/),
  one(["routePatterns", 0, "trunk"], undefined, /^expected a trunk or a routeList, or blocked: true$/),
  {
    set: [
      [["huntPilots", 0, "lineGroups"], []],
      [["huntPilots", 0, "noCoverage"], undefined],
    ],
    path: ["huntPilots", 0, "lineGroups"],
    reason: /^expected a line group, or noCoverage, or blocked: true$/,
  },
  one(["parkRanges", 0, "pattern"], "7.0X", /^a park range has no dot$/),
  one(["parkRanges", 0, "pattern"], "7!", /^a park range has an end: no !, \+ or \?$/),
  one(["parkRanges", 0, "pattern"], "7XXXX", /^has 10000 numbers; at most 1000 are possible$/),
  one(["timeSchedules", 0, "periods", 0, "lastDate"], "2025-12-31", /^is before firstDate, 2026-01-01$/),
  one(["timeSchedules", 0, "periods", 0, "to"], "08:00", /^is the same as from$/),
  one(["timeSchedules", 0, "periods", 0, "from"], "24:00", /^expected 00:00 to 23:59$/),
  one(
    ["timeSchedules", 0, "periods", 0, "days", 1],
    "monday",
    /^has a day twice$/,
    [],
    ["timeSchedules", 0, "periods", 0, "days"],
  ),
];

/** Rules that are about what was before: the full document is on file. */
export const LATER_RULE_CASES: readonly RuleCase[] = [
  {
    set: [
      [["users", 0, "role"], "administrator"],
      [["phones", 0, "credentials"], { user: "other" }],
    ],
    path: ["phones", 0, "credentials"],
    reason: /^expected a password, or ha1, as there was one$/,
  },
  {
    set: [
      [["users", 0, "role"], "administrator"],
      [["phones", 0, "credentials", "user"], "other"],
    ],
    path: ["phones", 0, "credentials", "user"],
    reason: /^expected a password with it: ha1 is of the user before$/,
  },
  { ...one(["users", 0, "role"], "operator", /^is the last administrator$/), mode: "replace" },
];

function one(path: Path, value: unknown, reason: RegExp, below: Path = [], at?: Path): RuleCase {
  return { set: [[path, value]], path: at ?? [...path, ...below], reason };
}

function repeated(path: Path, first: unknown, second: unknown): RuleCase {
  return { set: [[path, [first, second]]], path: [...path, 1], reason: / is there twice$/ };
}

/** The full document with values set. */
export function documentWith(set: RuleCase["set"], base: unknown = FULL_DOCUMENT): Record<string, unknown> {
  const document = JSON.parse(JSON.stringify(base)) as Record<string, unknown>;
  for (const [path, value] of set) {
    let parent = document;
    for (const part of path.slice(0, -1)) parent = parent[part] as Record<string, unknown>;
    const key = String(path.at(-1));
    if (value === undefined) Reflect.deleteProperty(parent, key);
    else parent[key] = value;
  }
  return document;
}
