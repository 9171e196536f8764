import { DEVICE_KINDS, type Kind } from "../../../database/index.ts";

/** A column of a list: its title, and the field that it shows, keys separated by dots. */
export type FieldColumn = readonly [title: string, path: string];

/** An option of `add` that stands for a field. */
export interface FieldOption {
  /** As commander reads it, such as `--pool <name>`. */
  readonly flags: string;
  /** The field, keys separated by dots. */
  readonly field: string;
  readonly description: string;
  /** It may be given several times; the field is a list. */
  readonly isList?: boolean;
}

/** How the command line speaks of a kind of object. */
export interface ObjectWords {
  readonly kind: Kind;
  /** The command, such as `css`. */
  readonly word: string;
  /** What people call one of them. */
  readonly noun: string;
  readonly columns: readonly FieldColumn[];
  readonly options: readonly FieldOption[];
}

const POOL: FieldOption = { flags: "--pool <name>", field: "devicePool", description: "its device pool" };
const CSS: FieldOption = { flags: "--css <name>", field: "callingSearchSpace", description: "what it may dial" };
const DESCRIPTION: FieldOption = { flags: "--description <text>", field: "description", description: "for people" };
const DISPLAY_NAME: FieldOption = {
  flags: "--display-name <text>",
  field: "displayName",
  description: "name shown to whom it calls",
};
const LINE: FieldOption = {
  flags: "--line <number>",
  field: "lines",
  description: "a directory number, NUMBER or NUMBER@PARTITION; made when it is not there; several times for several",
  isList: true,
};
const ENDPOINT_OPTIONS: readonly FieldOption[] = [
  LINE,
  {
    flags: "--sip-user <name>",
    field: "credentials.user",
    description: "what it registers as; needed where another device has its first number (default: that number)",
  },
  { flags: "--profile <name>", field: "profile", description: "its SIP profile" },
  POOL,
  { flags: "--owner <user>", field: "owner", description: "the user whose device it is" },
  CSS,
  DESCRIPTION,
];
const ENDPOINT_COLUMNS: readonly FieldColumn[] = [
  ["Name", "name"],
  ["Lines", "lines"],
  ["Pool", "devicePool"],
  ["Profile", "profile"],
  ["Owner", "owner"],
  ["Description", "description"],
];
const PATTERN_COLUMNS: readonly FieldColumn[] = [
  ["Pattern", "pattern"],
  ["Partition", "partition"],
];
const PARTITION: FieldOption = { flags: "--partition <name>", field: "partition", description: "where it stands" };

interface Particulars {
  readonly word?: string;
  readonly columns?: readonly FieldColumn[];
  readonly options?: readonly FieldOption[];
}

const list = (flags: string, field: string, description: string): FieldOption => {
  return { flags, field, description: `${description}; several times for several`, isList: true };
};

/** What is particular to a kind; the rest follows from its name. Service parameters have commands of their own. */
const PARTICULARS: Readonly<Record<Exclude<Kind, "service-parameter">, Particulars>> = {
  phone: { columns: ENDPOINT_COLUMNS, options: ENDPOINT_OPTIONS },
  "cti-port": { columns: ENDPOINT_COLUMNS, options: ENDPOINT_OPTIONS },
  "route-point": { columns: ENDPOINT_COLUMNS, options: ENDPOINT_OPTIONS },
  trunk: {
    columns: [
      ["Name", "name"],
      ["Leads to", "uri"],
      ["Addresses", "addresses"],
      ["Prefixes", "prefixes"],
      ["Calls", "maxCalls"],
      ["Description", "description"],
    ],
    options: [
      { flags: "--uri <uri>", field: "uri", description: "where calls to it go, such as sip:192.0.2.1:5060" },
      list("--address <address>", "addresses", "an address or block that its requests come from"),
      list("--prefix <digits>", "prefixes", "dialed digits that lead to it"),
      { flags: "--registrar <uri>", field: "registration.registrar", description: "registers there" },
      { flags: "--register-user <name>", field: "registration.user", description: "the user that it registers" },
      POOL,
      CSS,
      DESCRIPTION,
    ],
  },
  "directory-number": {
    word: "line",
    columns: [
      ["Number", "number"],
      ["Partition", "partition"],
      ["Name", "displayName"],
      ["Calls", "maxCalls"],
      ["Forwarded", "forwarding"],
      ["Description", "description"],
    ],
    options: [PARTITION, DISPLAY_NAME, CSS, DESCRIPTION],
  },
  user: {
    columns: [
      ["Name", "name"],
      ["Display name", "displayName"],
      ["Role", "role"],
      ["CTI", "ctiEnabled"],
      ["Devices", "devices"],
    ],
    options: [
      { flags: "--display-name <text>", field: "displayName", description: "the user's name" },
      { flags: "--role <role>", field: "role", description: "user, auditor, operator or administrator" },
      list("--device <name>", "devices", "a device that its applications control"),
    ],
  },
  "cti-token": {
    columns: [
      ["Name", "name"],
      ["User", "user"],
      ["Devices", "devices"],
      ["Methods", "methods"],
      ["Expires", "expiresAt"],
      ["Description", "description"],
    ],
    options: [DESCRIPTION],
  },
  "device-pool": {
    word: "pool",
    columns: [
      ["Name", "name"],
      ["Group", "callManagerGroup"],
      ["Region", "region"],
      ["Date and time", "dateTimeGroup"],
      ["Search space", "callingSearchSpace"],
    ],
    options: [
      { flags: "--group <name>", field: "callManagerGroup", description: "its CallManager group" },
      { flags: "--region <name>", field: "region", description: "its region" },
      CSS,
      DESCRIPTION,
    ],
  },
  "call-manager-group": {
    word: "group",
    columns: [
      ["Name", "name"],
      ["Nodes", "nodes"],
      ["Description", "description"],
    ],
    options: [list("--node <name>", "nodes", "a node, the first one is home"), DESCRIPTION],
  },
  partition: { options: [DESCRIPTION] },
  "calling-search-space": {
    word: "css",
    columns: [
      ["Name", "name"],
      ["Partitions", "partitions"],
      ["Description", "description"],
    ],
    options: [list("--partition <name>", "partitions", "a partition that can be dialed"), DESCRIPTION],
  },
  "route-pattern": {
    word: "pattern",
    columns: [...PATTERN_COLUMNS, ["Trunk", "trunk"], ["Route list", "routeList"], ["Class", "class"]],
    options: [
      PARTITION,
      { flags: "--trunk <name>", field: "trunk", description: "where it leads" },
      { flags: "--route-list <name>", field: "routeList", description: "where it leads" },
      DESCRIPTION,
    ],
  },
  "translation-pattern": {
    word: "translation",
    columns: [...PATTERN_COLUMNS, ["Mask", "calledMask"], ["Prefix", "prefix"], ["Search space", "callingSearchSpace"]],
    options: [
      PARTITION,
      { flags: "--mask <mask>", field: "calledMask", description: "what the number becomes" },
      { flags: "--prefix <digits>", field: "prefix", description: "put before it" },
      CSS,
      DESCRIPTION,
    ],
  },
  "route-list": {
    columns: [
      ["Name", "name"],
      ["Groups", "groups"],
      ["Description", "description"],
    ],
    options: [list("--group <name>", "groups", "a route group, in the order of trying"), DESCRIPTION],
  },
  "route-group": {
    columns: [
      ["Name", "name"],
      ["Trunks", "trunks"],
      ["Distribution", "distribution"],
    ],
    options: [list("--trunk <name>", "trunks", "a trunk, in the order of trying"), DESCRIPTION],
  },
  region: {
    columns: [
      ["Name", "name"],
      ["Codecs", "codecs"],
      ["To", "to"],
    ],
    options: [list("--codec <name>", "codecs", "a codec, the preferred one first"), DESCRIPTION],
  },
  node: {},
  "date-time-group": {
    word: "date-time-group",
    columns: [
      ["Name", "name"],
      ["Time zone", "timeZone"],
    ],
  },
  "time-schedule": { word: "schedule" },
  "music-source": {
    word: "music",
    columns: [
      ["Name", "name"],
      ["File", "file"],
    ],
  },
  "pickup-group": {
    columns: [
      ["Name", "name"],
      ["Number", "number"],
    ],
  },
  "line-group": {
    columns: [
      ["Name", "name"],
      ["Members", "members"],
      ["Distribution", "distribution"],
    ],
    options: [list("--member <number>", "members", "a directory number"), DESCRIPTION],
  },
  "hunt-pilot": {
    columns: [...PATTERN_COLUMNS, ["Line groups", "lineGroups"]],
    options: [PARTITION, list("--line-group <name>", "lineGroups", "a line group"), DESCRIPTION],
  },
  "park-range": { columns: [...PATTERN_COLUMNS, ["Reminder after", "reminderSeconds"]], options: [PARTITION] },
};

const PLAIN_COLUMNS: readonly FieldColumn[] = [
  ["Name", "name"],
  ["Description", "description"],
];

/** All kinds that have the usual commands. */
export const OBJECT_WORDS: readonly ObjectWords[] = Object.entries(PARTICULARS).map(([kind, particulars]) => {
  return {
    kind: kind as Kind,
    word: particulars.word ?? kind,
    noun: kind.replaceAll("-", " ").replace("cti", "CTI").replace("call manager", "CallManager"),
    columns: particulars.columns ?? PLAIN_COLUMNS,
    options: particulars.options ?? [],
  };
});

/** What the command line says of a kind. */
export function wordsOf(kind: Kind): ObjectWords {
  const found = OBJECT_WORDS.find((words) => words.kind === kind);
  if (found === undefined) throw new RangeError(`${kind} has no commands`);
  return found;
}

/** True for devices with lines. */
export function isEndpoint(kind: Kind): boolean {
  return kind !== "trunk" && DEVICE_KINDS.some((device) => device === kind);
}
