import fc from "fast-check";
import { defaultObjects, type Kind, type Operation } from "../../src/database/index.ts";
import { create } from "./configuration-store.ts";

/** Configurations that are valid: every reference leads somewhere, every rule is kept. */
export function randomConfiguration(): fc.Arbitrary<Operation[]> {
  return fc
    .record({
      lines: many(
        fc.record({
          fields: fc.record(lineFields(), { requiredKeys: [] }),
          voiceMail: fc.boolean(),
          outside: fc.boolean(),
          refer: fc.nat(),
        }),
      ),
      devices: many(
        fc.record({
          kind: fc.constantFrom<Kind[]>("phone", "cti-port", "route-point"),
          fields: fc.record(deviceFields(), { requiredKeys: [] }),
          lines: fc.nat(4),
          refer: fc.nat(),
        }),
      ),
      trunks: many(fc.record({ fields: fc.record(trunkFields(), { requiredKeys: [] }) })),
      users: many(fc.record({ fields: fc.record(userFields(), { requiredKeys: [] }), devices: fc.nat(4) })),
      patterns: many(
        fc.record({ fields: fc.record(patternFields(), { requiredKeys: [] }), kind: fc.nat(3), refer: fc.nat() }),
      ),
      periods: fc.array(
        fc.record(
          {
            from: fc.constantFrom("00:00", "08:30"),
            to: fc.constantFrom("12:00", "24:00"),
            days: fc.subarray(["monday", "sunday"]),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
      codecs: fc.subarray(["PCMA", "PCMU", "opus"]),
    })
    .map(operationsOf);
}

interface Chosen {
  readonly lines: readonly { fields: object; voiceMail: boolean; outside: boolean; refer: number }[];
  readonly devices: readonly { kind: Kind; fields: object; lines: number; refer: number }[];
  readonly trunks: readonly { fields: object }[];
  readonly users: readonly { fields: object; devices: number }[];
  readonly patterns: readonly { fields: object; kind: number; refer: number }[];
  readonly periods: readonly object[];
  readonly codecs: readonly string[];
}

function operationsOf({ lines, devices, trunks, users, patterns, periods, codecs }: Chosen): Operation[] {
  const numberOf = (index: number): string => `${1000 + index}${lines[index]?.outside === true ? "@outside" : ""}`;
  const someLines = (count: number, from: number): string[] =>
    lines
      .slice(from % (lines.length + 1), (from % (lines.length + 1)) + count)
      .map((_, index) => numberOf((from % (lines.length + 1)) + index));
  return [
    ...defaultObjects("n1"),
    create("time-schedule", { name: "times", periods }),
    create("region", { name: "far", codecs, to: [{ region: "default", codecs: ["PCMA"] }] }),
    create("partition", { name: "outside", timeSchedule: "times" }),
    create("calling-search-space", { name: "all", partitions: ["outside", "internal"] }),
    create("pickup-group", { name: "team", ...(lines.length > 0 ? { number: numberOf(0) } : {}) }),
    ...lines.map(({ fields, voiceMail, outside, refer }, index) =>
      create("directory-number", {
        ...fields,
        number: String(1000 + index),
        ...(outside ? { partition: "outside" } : {}),
        ...(refer % 2 === 0 ? { pickupGroup: "team" } : { callingSearchSpace: "all" }),
        ...(voiceMail
          ? { voiceMail: "7000", forwarding: { busy: { internal: "voice-mail", callingSearchSpace: "all" } } }
          : {}),
      }),
    ),
    ...devices.map(({ kind, fields, lines: count, refer }, index) =>
      create(kind, {
        ...fields,
        name: `d${index}`,
        lines: someLines(count, refer).map((directoryNumber) => ({
          directoryNumber,
          ...(refer % 3 === 0 ? { label: "Ünï" } : {}),
        })),
        ...(refer % 4 === 0 ? { callingSearchSpace: "all" } : {}),
        ...(users.length > 0 && refer % 5 === 0 ? { owner: `u${refer % users.length}` } : {}),
        ...(refer % 3 === 1
          ? { credentials: { user: `login${index}`, ...(refer % 2 === 0 ? { password: "secret" } : {}) } }
          : {}),
      }),
    ),
    ...trunks.map(({ fields }, index) =>
      create("trunk", { uri: `sip:192.0.2.${index}`, ...fields, name: `t${index}` }),
    ),
    create("route-group", { name: "group", trunks: trunks.map((_, index) => `t${index}`) }),
    create("route-list", { name: "list", groups: [{ routeGroup: "group", called: { stripDigits: 2 } }] }),
    create("line-group", { name: "sales", members: someLines(3, 1), loggedOut: someLines(1, 2) }),
    ...users.map(({ fields, devices: count }, index) =>
      create("user", { ...fields, name: `u${index}`, devices: devices.slice(0, count).map((_, at) => `d${at}`) }),
    ),
    ...patterns.map(({ fields, kind, refer }, index) => patternOf(fields, kind, `9${index}X`, refer)),
    create("service-parameter", { name: "CDREnabled", value: codecs.length > 1 }),
  ];
}

function patternOf(fields: object, kind: number, pattern: string, refer: number): Operation {
  const partition = refer % 2 === 0 ? {} : { partition: "outside" };
  if (kind === 0) return create("route-pattern", { ...fields, ...partition, pattern, routeList: "list" });
  if (kind === 1) return create("translation-pattern", { ...fields, ...partition, pattern, callingSearchSpace: "all" });
  if (kind === 2)
    return create("hunt-pilot", { ...fields, ...partition, pattern, lineGroups: ["sales"], queue: { maxCallers: 9 } });
  return create("park-range", { ...partition, pattern });
}

function many<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> {
  return fc.array(value, { maxLength: 4 });
}

function text(): fc.Arbitrary<string> {
  return fc.constantFrom("A", "Ünïcode ☎", "with: colon, and # hash", "'quoted'", "yes", "0123");
}

function lineFields(): Record<string, fc.Arbitrary<unknown>> {
  return {
    description: text(),
    displayName: text(),
    maxCalls: fc.constantFrom(4, 10),
    busyTrigger: fc.constantFrom(1, 4),
    allowControl: fc.boolean(),
    doNotDisturb: fc.constantFrom("off", "silent"),
    privacy: fc.boolean(),
    noAnswerSeconds: fc.constantFrom(12, 30),
  };
}

function tollGuard(): fc.Arbitrary<object> {
  return fc.record(
    {
      international: fc.boolean(),
      premium: fc.boolean(),
      callsPerHour: fc.constantFrom(600, 100_000, 5),
      concurrentCalls: fc.constantFrom(50, 1_000),
    },
    { requiredKeys: [] },
  );
}

function deviceFields(): Record<string, fc.Arbitrary<unknown>> {
  return {
    description: text(),
    allowControl: fc.boolean(),
    tollGuard: tollGuard(),
    maxCalls: fc.constantFrom(4, 7),
    devicePool: fc.constant("default"),
  };
}

function trunkFields(): Record<string, fc.Arbitrary<unknown>> {
  return {
    description: text(),
    tollGuard: tollGuard(),
    password: fc.constant("secret"),
    transit: fc.boolean(),
    authUser: fc.constant("digest-user"),
    fromDomain: fc.constantFrom("tel.example.org", "[2001:db8::1]"),
    pingSeconds: fc.constantFrom(0, 30),
    callerId: fc.record(
      { withhold: fc.boolean(), number: fc.constantFrom({}, { prefix: "+49" }, { stripDigits: 1 }) },
      { requiredKeys: [] },
    ),
    inbound: fc.constantFrom({}, { mask: "+49XXX" }),
    registration: fc.constant({ registrar: "sip:example.org", user: "me" }),
  };
}

function userFields(): Record<string, fc.Arbitrary<unknown>> {
  return {
    displayName: text(),
    role: fc.constantFrom("user", "operator", "administrator"),
    password: fc.constant("long enough"),
    pin: fc.constant("1234"),
    ctiEnabled: fc.boolean(),
    permissions: fc.subarray(["srtp-keys", "call-recording"]),
    maxConnections: fc.constantFrom(10, 1),
  };
}

function patternFields(): Record<string, fc.Arbitrary<unknown>> {
  return {
    description: text(),
    urgent: fc.boolean(),
    blocked: fc.boolean(),
    prefix: fc.constantFrom("", "+49", "0"),
    calling: fc.constantFrom({}, { mask: "XXX" }),
  };
}
