import { SwitchError } from "../../common/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import {
  DatabaseError,
  defaultObjects,
  type ConfigurationStore,
  type Kind,
  type Operation,
  type Violation,
} from "../../database/index.ts";
import { keyOf, readDeclared, writeDeclared, type Declared } from "./declared-file.ts";
import type { NodeSettings, PeerRecord, PhoneRecord } from "../node/node-file.ts";

const AUTHOR = "tandem.yaml";
/** Attempts at a change while others write, too: services of the last start go on. */
const MAX_ATTEMPTS = 5;
const OPEN = { international: true, premium: true, callsPerHour: 1_000_000, concurrentCalls: 100_000 };
/** As many as a group takes. */
const MAX_GROUP_NODES = 16;

/**
 * Makes the configuration hold what the node's file declares in `phones` and `peers`: what the file says counts, whatever
 * else the objects have been given stays, and what it declared before and does no more is deleted.
 * @param report told what cannot be deleted, since others refer to it
 * @throws {SwitchError} `configuration-conflict`
 */
export async function applyDeclared(
  store: ConfigurationStore,
  settings: Settings,
  paths: NodePaths,
  report: (line: string) => void,
): Promise<void> {
  const former = readDeclared(paths.declaredFile);
  for (let attempt = 1; ; attempt += 1) {
    const { declared, makes, gone } = store.snapshot((state) => planOf(state, settings, former));
    try {
      const kept = await applyBoth(store, makes, gone);
      for (const { one, reason } of kept) report(`kept, though no longer declared: ${keyOf(one)}: ${reason}`);
      return writeDeclared(paths.declaredFile, [...declared, ...kept.map(({ one }) => one)]);
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isOvertaken(error)) throw conflict(error);
    }
  }
}

type Settings = Pick<NodeSettings, "name" | "phones" | "peers">;

interface Plan {
  readonly declared: readonly Declared[];
  readonly makes: readonly Operation[];
  readonly gone: readonly Declared[];
}

function planOf(store: ConfigurationStore, { name, phones, peers }: Settings, former: readonly Declared[]): Plan {
  const declared = [...phones.flatMap(declaredByPhone), ...peers.map((peer) => declare("trunk", peer.name))];
  const isDeclared = new Set(declared.map(keyOf));
  const formerLines = new Map(former.flatMap(({ name: own, line }) => (line === undefined ? [] : [[own, line]])));
  return {
    declared,
    makes: [
      ...(store.sequence() === 0 ? defaultObjects(name) : operationsOfNode(store, name)),
      ...phones.flatMap((phone) => operationsOfPhone(store, phone, formerLines.get(phone.name))),
      ...peers.map((peer) => operationOfPeer(store, peer)),
    ],
    gone: former.filter((one) => !isDeclared.has(keyOf(one)) && store.get(one.kind, one.name) !== undefined),
  };
}

/** True when something was made, changed or deleted between reading and writing. */
function isOvertaken(error: unknown): boolean {
  const codes: readonly string[] = ["changed-meanwhile", "already-exists", "not-found"];
  if (!(error instanceof DatabaseError) || error.violations.length === 0) return false;
  return error.violations.every(({ code }) => codes.includes(code));
}

interface Kept {
  readonly one: Declared;
  /** Who refers to it. */
  readonly reason: string;
}

/** A node that is new to the configuration joins the default group: else no device would be at home on it. */
function operationsOfNode(store: ConfigurationStore, name: string): Operation[] {
  if (store.get("node", name) !== undefined) return [];
  const create: Operation = { type: "create", kind: "node", body: { name } };
  const group = store.get("call-manager-group", "default");
  if (group === undefined) return [create];
  const { nodes } = group.body;
  if (nodes.includes(name) || nodes.length >= MAX_GROUP_NODES) return [create];
  const joined = { kind: "call-manager-group", name: "default", ifRevision: group.revision } as const;
  return [create, { type: "merge", ...joined, body: { nodes: [...nodes, name] } }];
}

/** @returns what could not be deleted, since others refer to it */
async function applyBoth(
  store: ConfigurationStore,
  makes: readonly Operation[],
  gone: readonly Declared[],
): Promise<Kept[]> {
  const kept: Kept[] = [];
  let deletable = gone;
  for (;;) {
    const deletes = deletable.map(({ kind, name }): Operation => ({ type: "delete", kind, name }));
    try {
      await store.apply({ author: AUTHOR, summary: "start of the node", operations: [...makes, ...deletes] });
      return kept;
    } catch (error) {
      const inUse = new Map(inUseIn(error).map((violation) => [keyOf(violation), violation.message]));
      const held = deletable.filter((one) => inUse.has(keyOf(one)));
      if (held.length === 0) throw error;
      kept.push(...held.map((one) => ({ one, reason: inUse.get(keyOf(one)) ?? "" })));
      deletable = deletable.filter((one) => !inUse.has(keyOf(one)));
    }
  }
}

function inUseIn(error: unknown): Violation[] {
  return error instanceof DatabaseError ? error.violations.filter(({ code }) => code === "in-use") : [];
}

function conflict(error: unknown): unknown {
  if (!(error instanceof DatabaseError) || error.violations.length === 0) return error;
  const lines = error.violations.slice(0, 20).map(({ kind, name, message }) => `${kind} ${name}: ${message}`);
  const text = `what the file declares does not fit what has been configured since:\n${lines.join("\n")}`;
  return new SwitchError("configuration-conflict", text, {}, { cause: error });
}

function declare(kind: Kind, name: string): Declared {
  return { kind, name };
}

function lineOf({ directoryNumber }: PhoneRecord): string {
  return `${directoryNumber}@internal`;
}

function declaredByPhone(phone: PhoneRecord): Declared[] {
  const line = lineOf(phone);
  return [declare("directory-number", line), { ...declare("phone", phone.name), line }];
}

/** @param formerLine the number that the file gave it before */
function operationsOfPhone(store: ConfigurationStore, phone: PhoneRecord, formerLine: string | undefined): Operation[] {
  const { name, directoryNumber: number, displayName, user, ha1, profile, maxCalls } = phone;
  const line = lineOf(phone);
  const ofLine = { number, ...(displayName === undefined ? {} : { displayName }) };
  const known = store.get("phone", name);
  const lines = known?.body.lines ?? [];
  const others = lines.filter(({ directoryNumber }) => directoryNumber !== line && directoryNumber !== formerLine);
  const own = lines.find(({ directoryNumber }) => directoryNumber === line) ?? { directoryNumber: line };
  const ofPhone = { name, profile, maxCalls, credentials: { user, ha1 }, lines: [own, ...others] };
  return [
    store.get("directory-number", line) === undefined
      ? // What the file says of the phone's calls is meant for its line, until that is given other limits.
        { type: "create", kind: "directory-number", body: { ...ofLine, maxCalls, busyTrigger: maxCalls } }
      : { type: "merge", kind: "directory-number", name: line, body: ofLine },
    known === undefined
      ? { type: "create", kind: "phone", body: ofPhone }
      : { type: "merge", kind: "phone", name, body: ofPhone, ifRevision: known.revision },
  ];
}

function operationOfPeer(store: ConfigurationStore, peer: PeerRecord): Operation {
  const { name } = peer;
  // A neighbor that was only ever declared is not asked whether it is there, and has its `maxCalls` for a bound.
  if (store.get("trunk", name) === undefined)
    return { type: "create", kind: "trunk", body: { ...peer, pingSeconds: 0, tollGuard: OPEN } };
  return { type: "merge", kind: "trunk", name, body: peer };
}
