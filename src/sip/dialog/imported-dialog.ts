import { isIP } from "node:net";
import {
  isValidHeaderValue,
  parseNameAddr,
  parseUri,
  tagOf,
  type NameAddr,
  type ParseResult,
} from "../message/index.ts";
import { TRANSPORT_PROTOCOLS, type Target, type TransportProtocol } from "../transport/index.ts";
import { dialogIdOf, type Dialog } from "./dialog.ts";
import { newNegotiation } from "./negotiation.ts";
import { nextHopOf } from "../resolution/index.ts";
import type { SessionTimer } from "./session-timer.ts";

/** A confirmed dialog begun by INVITE, as an application describes it to an edge that does not know it. JSON. */
export interface ImportedDialog {
  readonly role: "uac" | "uas";
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Values of From and To in requests of ours, tags included. */
  readonly local: string;
  readonly remote: string;
  /** At least the highest that was ever used; the next request has the one above it. */
  readonly localCseq: number;
  /** Highest seen from the other end; absent: none. */
  readonly remoteCseq?: number;
  /** CSeq of our last INVITE; absent: none. */
  readonly inviteCseq?: number;
  readonly remoteTarget: string;
  readonly routeSet?: readonly string[];
  /** Absent: the edge's own address. */
  readonly localContact?: string;
  readonly protocol: TransportProtocol;
  /** URI with a literal address: where to send instead of to the remote target. */
  readonly nextHop?: string;
  readonly session?: {
    readonly intervalSeconds: number;
    readonly refresher: "local" | "remote";
    /** Since the last refresh. Absent: not known; it is refreshed before long when that is ours to do, else counts from now. */
    readonly ageSeconds?: number;
  };
  /** Methods that the other end allows. */
  readonly allow?: readonly string[];
  /** The session description that was sent last: what a refresh by re-INVITE repeats. */
  readonly body?: string;
}

type Check = (value: unknown) => boolean;

const MAX_CSEQ = 2 ** 31 - 1;
const MAX_LENGTH = 1_024;
const MAX_BODY_LENGTH = 16_384;
const MAX_ROUTES = 64;
const MAX_METHODS = 32;
const INTERVAL_SECONDS = { least: 90, most: 86_400 };
const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]{1,256}$/;
const VISIBLE = /^[\x21-\x7e]+$/;

const REQUIRED: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["role", (value) => value === "uac" || value === "uas"],
  ["callId", (value) => isText(value) && VISIBLE.test(value)],
  ["localTag", (value) => isText(value) && TOKEN.test(value)],
  ["remoteTag", (value) => isText(value) && TOKEN.test(value)],
  ["local", isNameAddr],
  ["remote", isNameAddr],
  ["localCseq", (value) => isWithin(value, 0, MAX_CSEQ - 1)],
  ["remoteTarget", isSipUri],
  ["protocol", (value) => TRANSPORT_PROTOCOLS.some((protocol) => protocol === value)],
]);

const OPTIONAL: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["remoteCseq", (value) => isWithin(value, 0, MAX_CSEQ)],
  ["inviteCseq", (value) => isWithin(value, 0, MAX_CSEQ)],
  ["routeSet", (value) => isListOf(value, MAX_ROUTES, isRoute)],
  ["localContact", isNameAddr],
  ["nextHop", (value) => isText(value) && literalTarget(value) !== undefined],
  ["session", isSession],
  ["allow", (value) => isListOf(value, MAX_METHODS, (each) => isText(each) && TOKEN.test(each))],
  ["body", (value) => typeof value === "string" && value.length <= MAX_BODY_LENGTH && isLatin1(value)],
]);

/** Reads an `ImportedDialog`; the reason of a refusal names the field. */
export function parseImportedDialog(value: unknown): ParseResult<ImportedDialog> {
  if (typeof value !== "object" || value === null) return refused("not an object");
  const fields = value as Readonly<Record<string, unknown>>;
  if (Object.keys(fields).some((name) => !REQUIRED.has(name) && !OPTIONAL.has(name))) return refused("unknown field");
  for (const [name, check] of REQUIRED) if (!check(fields[name])) return refused(name);
  for (const [name, check] of OPTIONAL) if (fields[name] !== undefined && !check(fields[name])) return refused(name);
  const dialog = value as ImportedDialog;
  if (tagOf(dialog.local) !== dialog.localTag) return refused("local");
  if (tagOf(dialog.remote) !== dialog.remoteTag) return refused("remote");
  return { ok: true, value: dialog };
}

/** The id by which applications know it. */
export function importedDialogId({ role, callId, localTag, remoteTag }: ImportedDialog): string {
  return dialogIdOf(callId, role === "uas" ? remoteTag : localTag);
}

/** Where a dialog's peer is, as far as it can be told without looking names up; for the choice of an address of ours. */
export function likelyTarget({ nextHop, remoteTarget, protocol }: ImportedDialog): Target {
  const given = literalTarget(nextHop ?? remoteTarget);
  return given === undefined ? { protocol, address: "", port: 0 } : { ...given, protocol };
}

/**
 * The dialog of a description.
 * @param contact what the other end is told when the application gave no contact
 */
export function dialogOfImport(imported: ImportedDialog, contact: string, wallMs: number): Dialog {
  const { nextHop, session, remoteCseq = -1, inviteCseq = 0, routeSet = [], allow = [], body = "" } = imported;
  const { role, callId, localTag, remoteTag, local, remote, localCseq, remoteTarget, protocol } = imported;
  const target = nextHop === undefined ? undefined : literalTarget(nextHop);
  return {
    id: importedDialogId(imported),
    role,
    method: "INVITE",
    callId,
    localTag,
    remoteTag,
    local,
    remote,
    localCseq,
    remoteCseq,
    inviteCseq,
    remoteTarget,
    routeSet,
    localContact: imported.localContact ?? contact,
    protocol,
    ...(target === undefined ? {} : { nextHop: target }),
    ...(session === undefined ? {} : { session: sessionTimer(session, wallMs) }),
    remoteAllow: allow,
    createdAtMs: wallMs,
    state: "confirmed",
    flowId: undefined,
    owner: undefined,
    localBody: body,
    negotiation: newNegotiation(),
    openInvites: 0,
  };
}

function sessionTimer(session: NonNullable<ImportedDialog["session"]>, wallMs: number): SessionTimer {
  const { intervalSeconds, refresher, ageSeconds } = session;
  // Half the interval is when the refresher refreshes.
  const unknownAgeSeconds = refresher === "local" ? intervalSeconds / 2 : 0;
  return { intervalSeconds, refresher, refreshedAtMs: wallMs - (ageSeconds ?? unknownAgeSeconds) * 1_000 };
}

function refused(field: string): ParseResult<ImportedDialog> {
  return { ok: false, reason: `invalid dialog: ${field}` };
}

function isText(value: unknown): value is string {
  const isString = typeof value === "string" && value !== "" && value.length <= MAX_LENGTH;
  return isString && isValidHeaderValue(value) && isLatin1(value);
}

function isLatin1(text: string): boolean {
  return !/[^\0-\xff]/.test(text);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

function isListOf(value: unknown, maxLength: number, check: Check): boolean {
  return Array.isArray(value) && value.length <= maxLength && value.every(check);
}

function nameAddrOf(value: unknown): NameAddr | undefined {
  const parsed = isText(value) ? parseNameAddr(value) : undefined;
  return parsed?.ok === true ? parsed.value : undefined;
}

function isNameAddr(value: unknown): boolean {
  return nameAddrOf(value) !== undefined;
}

/** A value that begins with the URI's scheme has no brackets, and `;lr` would be no parameter of the URI. */
function isRoute(value: unknown): boolean {
  const route = nameAddrOf(value);
  return route !== undefined && isText(value) && value.includes("<") && isSipUri(route.uri);
}

function isSipUri(value: unknown): boolean {
  const parsed = isText(value) ? parseUri(value) : undefined;
  return parsed?.ok === true && (parsed.value.scheme === "sip" || parsed.value.scheme === "sips");
}

function literalTarget(uri: string): Target | undefined {
  const nextHop = nextHopOf(uri);
  if (!nextHop.ok || isIP(nextHop.value.host) === 0) return undefined;
  const { protocol, host, port } = nextHop.value;
  return { protocol, address: host, port };
}

function isSession(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { intervalSeconds, refresher, ageSeconds, ...others } = value as Readonly<Record<string, unknown>>;
  const isAge = ageSeconds === undefined || isWithin(ageSeconds, 0, INTERVAL_SECONDS.most);
  const isInterval = isWithin(intervalSeconds, INTERVAL_SECONDS.least, INTERVAL_SECONDS.most);
  return isAge && isInterval && (refresher === "local" || refresher === "remote") && Object.keys(others).length === 0;
}
