import { z } from "zod";
import {
  collectionOf,
  DatabaseError,
  FORWARDING_KINDS,
  SCHEMAS,
  type BodyOf,
  type DeviceKind,
  type ForwardingKind,
  type StoredObject,
} from "../../../database/index.ts";
import type { Principal } from "../access/principal.ts";
import { RestError } from "../problem/rest-error.ts";
import { tagOf } from "../resource/entity-tag.ts";
import type { RestContext } from "../rest-context.ts";
import { parseBody } from "../server/parse-body.ts";
import type { RestAnswer, RestCall, RestRoute } from "../server/route.ts";
import { allowedObject } from "./collection-routes.ts";
import { afterChange, makeChange } from "./make-change.ts";

type OwnDevice = StoredObject<DeviceKind>;

const { shape: userShape } = SCHEMAS.user;
const me = z.object({
  name: z.string(),
  displayName: z.string().optional(),
  role: userShape.role.unwrap(),
  hasPin: z.boolean(),
  devices: z.array(z.object({ id: z.string(), collection: z.string(), lines: z.array(z.string()) })),
});
const ownChange = z.strictObject({ pin: userShape.pin.unwrap().nullable().describe("null: it has none any more.") });
const passwords = z.strictObject({
  oldPassword: z.string().max(128).meta({ writeOnly: true }),
  newPassword: userShape.password.unwrap().meta({ writeOnly: true }),
});
const speedDials = z.strictObject({ speedDials: SCHEMAS.phone.shape.speedDials.unwrap() });
const forwardShape = SCHEMAS["directory-number"].shape.forwarding.unwrap().shape.all.unwrap().shape;
const target = z.strictObject({ internal: forwardShape.internal, external: forwardShape.external });
const forwarding = z.strictObject(
  Object.fromEntries(FORWARDING_KINDS.map((kind) => [kind, target.optional()])) as Record<
    ForwardingKind,
    z.ZodOptional<typeof target>
  >,
);

const OWN_BYTES = 64 * 1024;
const writeProblems = [
  "bad-body",
  "bad-object",
  "rule-violated",
  "not-found",
  "precondition-needed",
  "changed-meanwhile",
] as const;

/** What a user sees and changes of its own: password, PIN, speed dials and forwarding; nothing else. */
export function ownRoutes(context: RestContext): RestRoute[] {
  return [...userRoutes(context), ...deviceRoutes(context), ...lineRoutes(context)];
}

function userRoutes(context: RestContext): RestRoute[] {
  const shared = { tag: "me", access: "user", path: "/me" } as const;
  return [
    {
      ...shared,
      operationId: "read-me",
      method: "GET",
      summary: "Who is signed in, with the devices that are its own",
      answers: { 200: { description: "The user", schema: me } },
      problems: [],
      handle: ({ principal }) => ({ status: 200, body: shownUser(context, principal) }),
    },
    {
      ...shared,
      operationId: "change-me",
      method: "PUT",
      summary: "Sets the own PIN",
      body: { schema: ownChange, limitBytes: OWN_BYTES },
      answers: { 200: { description: "The user", schema: me } },
      problems: ["bad-body", "forbidden"],
      handle: async (call) => {
        const { pin } = parseBody(ownChange, call.body);
        const body = pin === null ? { pinHash: null } : { pin };
        const { name } = ownUser(context, call.principal);
        const operation = { type: "merge", kind: "user", name, body } as const;
        const { headers } = await makeChange(context, call, "own PIN", [operation]);
        return { status: 200, headers, body: shownUser(context, call.principal) };
      },
    },
    {
      ...shared,
      operationId: "change-own-password",
      method: "POST",
      path: "/me/password",
      summary: "Changes the own password; the user's other sessions end",
      isOpenBeforePasswordChange: true,
      body: { schema: passwords, limitBytes: OWN_BYTES },
      answers: { 204: { description: "It is changed" } },
      problems: ["bad-body", "forbidden", "sign-in-refused", "too-many-attempts", "too-busy", "changed-meanwhile"],
      handle: (call) => changePassword(context, call),
    },
  ];
}

async function changePassword(context: RestContext, call: RestCall): Promise<RestAnswer> {
  const { oldPassword, newPassword } = parseBody(passwords, call.body);
  const { name } = ownUser(context, call.principal);
  const ifRevision = await context.authenticator.confirm(name, oldPassword, call.source);
  if (oldPassword === newPassword) {
    const message = "is the old one";
    throw new RestError("bad-body", `newPassword: ${message}`, { violations: [{ path: "newPassword", message }] });
  }
  const body = { password: newPassword, mustChangePassword: false };
  // Not over a password that an administrator has set since the old one was checked.
  const operation = { type: "merge", kind: "user", name, body, ifRevision } as const;
  const change = { author: call.principal.name, summary: "own password", operations: [operation] };
  const record = await context.store.apply(change);
  const { passwordHash } = (record?.entries[0]?.after ?? {}) as Partial<BodyOf<"user">>;
  // Before call control is waited for: the session goes on at once, and by this password, not by one that comes later.
  if (passwordHash !== undefined) context.authenticator.passwordChanged(call.principal, passwordHash);
  const { headers } = await afterChange(context, call, record, "changed");
  return { status: 204, headers };
}

function deviceRoutes(context: RestContext): RestRoute[] {
  const shared = { tag: "me", access: "user", path: "/me/devices/{name}/speed-dials" } as const;
  const answers = { 200: { description: "Speed dials", schema: speedDials } };
  return [
    {
      ...shared,
      operationId: "read-own-speed-dials",
      method: "GET",
      summary: "Speed dials of an own phone",
      answers,
      problems: ["not-found"],
      handle: ({ principal, params }) => speedDialAnswer(ownPhone(context, principal, params["name"] ?? "")),
    },
    {
      ...shared,
      operationId: "replace-own-speed-dials",
      method: "PUT",
      summary: "Replaces the speed dials of an own phone",
      conditions: ["if-match"],
      body: { schema: speedDials, limitBytes: OWN_BYTES },
      answers,
      problems: writeProblems,
      handle: async (call) => {
        const { name } = ownPhone(context, call.principal, call.params["name"] ?? "");
        const { object } = allowedObject(context, "phone", call, name);
        const body = { ...object.body, ...parseBody(speedDials, call.body) };
        const operation = { type: "replace", kind: "phone", name, body, ifRevision: object.revision } as const;
        const { headers } = await makeChange(context, call, `own speed dials of ${name}`, [operation]);
        return speedDialAnswer(ownPhone(context, call.principal, name), headers);
      },
    },
  ];
}

function speedDialAnswer({ revision, body }: StoredObject<"phone">, headers = {}): RestAnswer {
  return { status: 200, headers: { ...headers, etag: tagOf(revision) }, body: { speedDials: body.speedDials } };
}

function lineRoutes(context: RestContext): RestRoute[] {
  const shared = { tag: "me", access: "user", path: "/me/lines/{id}/forwarding" } as const;
  const answers = { 200: { description: "Forwarding", schema: forwarding } };
  return [
    {
      ...shared,
      operationId: "read-own-forwarding",
      method: "GET",
      summary: "Forwarding of a line on an own device",
      answers,
      problems: ["not-found"],
      handle: ({ principal, params }) => forwardingAnswer(ownLine(context, principal, params["id"] ?? "")),
    },
    {
      ...shared,
      operationId: "replace-own-forwarding",
      method: "PUT",
      summary: "Replaces the forwarding of a line on an own device; search spaces stay what administrators made them",
      conditions: ["if-match"],
      body: { schema: forwarding, limitBytes: OWN_BYTES },
      answers,
      problems: writeProblems,
      handle: async (call) => {
        const line = ownLine(context, call.principal, call.params["id"] ?? "");
        const { object } = allowedObject(context, "directory-number", call, line.name);
        const given = parseBody(forwarding, call.body);
        const body = { ...object.body, forwarding: withSearchSpaces(given, object.body.forwarding) };
        const { name } = line;
        const operation = {
          type: "replace",
          kind: "directory-number",
          name,
          body,
          ifRevision: object.revision,
        } as const;
        const { headers } = await makeChange(context, call, `own forwarding of ${name}`, [operation]);
        return forwardingAnswer(ownLine(context, call.principal, name), headers);
      },
    },
  ];
}

type Forwarding = BodyOf<"directory-number">["forwarding"];

/** What a target is looked up in decides what may be dialed: that is not the user's to choose. */
function withSearchSpaces(given: z.infer<typeof forwarding>, before: Forwarding): Forwarding {
  const kinds = FORWARDING_KINDS.flatMap((kind) => {
    const { callingSearchSpace } = before[kind] ?? {};
    const targets = given[kind] ?? {};
    if (given[kind] === undefined && callingSearchSpace === undefined) return [];
    return [[kind, { ...targets, ...(callingSearchSpace === undefined ? {} : { callingSearchSpace }) }] as const];
  });
  return Object.fromEntries(kinds);
}

function forwardingAnswer({ revision, body }: StoredObject<"directory-number">, headers = {}): RestAnswer {
  const shown = FORWARDING_KINDS.flatMap((kind) => {
    const { internal, external } = body.forwarding[kind] ?? {};
    if (internal === undefined && external === undefined) return [];
    const targets = {
      ...(internal === undefined ? {} : { internal }),
      ...(external === undefined ? {} : { external }),
    };
    return [[kind, targets] as const];
  });
  return { status: 200, headers: { ...headers, etag: tagOf(revision) }, body: Object.fromEntries(shown) };
}

/** @throws {RestError} `forbidden` for the tokens of the node */
function ownUser({ store }: RestContext, { name, isUser }: Principal): BodyOf<"user"> {
  const user = isUser ? store.get("user", name)?.body : undefined;
  if (user === undefined) throw new RestError("forbidden", `${name} is no user of the configuration`);
  return user;
}

function shownUser(context: RestContext, principal: Principal): z.infer<typeof me> {
  const { name, role, isUser } = principal;
  if (!isUser) return { name, role, hasPin: false, devices: [] };
  const { displayName, pinHash } = ownUser(context, principal);
  const devices = ownDevices(context, principal).map((device) => ({
    id: device.name,
    collection: collectionOf(device.kind),
    lines: linesOf(device),
  }));
  return { name, ...(displayName === undefined ? {} : { displayName }), role, hasPin: pinHash !== undefined, devices };
}

/** Those it is the owner of, and those that are in its list. */
function ownDeviceNames({ store }: RestContext, { name, isUser }: Principal): Set<string> {
  if (!isUser) return new Set();
  const owned = store.referrers("user", name).filter(({ path }) => path === "owner");
  return new Set([...owned.map((referrer) => referrer.name), ...(store.get("user", name)?.body.devices ?? [])]);
}

function ownDevices(context: RestContext, principal: Principal): OwnDevice[] {
  return [...ownDeviceNames(context, principal)].sort().flatMap((device) => context.store.getDevice(device) ?? []);
}

function linesOf({ body }: OwnDevice): string[] {
  return "lines" in body ? body.lines.map(({ directoryNumber }) => directoryNumber) : [];
}

/** @throws {DatabaseError} `not-found`, the same for a phone of somebody else */
function ownPhone(context: RestContext, principal: Principal, name: string): StoredObject<"phone"> {
  const isOwn = ownDeviceNames(context, principal).has(name);
  const phone = isOwn ? context.store.get("phone", name) : undefined;
  if (phone !== undefined) return phone;
  throw notOwn("phone", name);
}

/** @throws {DatabaseError} `not-found`, the same for a line of somebody else */
function ownLine(context: RestContext, principal: Principal, id: string): StoredObject<"directory-number"> {
  const own = ownDeviceNames(context, principal);
  const holders = context.store.referrers("directory-number", id).filter(({ path }) => path.startsWith("lines."));
  const isOwn = holders.some((holder) => own.has(holder.name));
  const line = isOwn ? context.store.get("directory-number", id) : undefined;
  if (line !== undefined) return line;
  throw notOwn("directory-number", id);
}

function notOwn(kind: "phone" | "directory-number", name: string): DatabaseError {
  const violation = { code: "not-found", kind, name, path: [], message: "is none of your own" } as const;
  return new DatabaseError("not-found", `${kind} ${name} is none of your own`, [violation]);
}
