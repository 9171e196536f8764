import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { errorCodeOf, SwitchError } from "../../common/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import {
  DatabaseError,
  defaultObjects,
  isKind,
  type ConfigurationStore,
  type Kind,
  type Operation,
  type Violation,
} from "../../database/index.ts";
import type { NodeSettings, PeerRecord, PhoneRecord } from "../node/node-file.ts";

/** An object that the node's file declares. */
interface Declared {
  readonly kind: Kind;
  readonly name: string;
  /** Of a phone: its number, such as `1001@internal`. */
  readonly line?: string;
}

const AUTHOR = "tandem.yaml";
/** As many as a group takes. */
const MAX_GROUP_NODES = 16;
const OPEN = { international: true, premium: true, callsPerHour: 1_000_000, concurrentCalls: 100_000 };

/**
 * Makes the configuration hold what the node's file declares in `phones` and `peers`: what the file says counts, whatever
 * else the objects have been given stays, and what it declared before and does no more is deleted.
 * @param report told what cannot be deleted, since others refer to it
 * @throws {SwitchError} `configuration-conflict`
 */
export async function applyDeclared(
  store: ConfigurationStore,
  { name, phones, peers }: Pick<NodeSettings, "name" | "phones" | "peers">,
  paths: NodePaths,
  report: (line: string) => void,
): Promise<void> {
  const declared = [...phones.flatMap(declaredByPhone), ...peers.map((peer) => declare("trunk", peer.name))];
  const isDeclared = new Set(declared.map(keyOf));
  const former = readDeclared(paths.declaredFile);
  const formerLines = new Map(former.flatMap(({ name: own, line }) => (line === undefined ? [] : [[own, line]])));
  const gone = former.filter((one) => !isDeclared.has(keyOf(one)) && store.get(one.kind, one.name) !== undefined);
  const makes: Operation[] = [
    ...(store.sequence() === 0 ? defaultObjects(name) : operationsOfNode(store, name)),
    ...phones.flatMap((phone) => operationsOfPhone(store, phone, formerLines.get(phone.name))),
    ...peers.map((peer) => operationOfPeer(store, peer)),
  ];
  const kept = await applyBoth(store, makes, gone, report);
  writeDeclared(paths.declaredFile, [...declared, ...kept]);
}

/** A node that is new to the configuration joins the default group: else no device would be at home on it. */
function operationsOfNode(store: ConfigurationStore, name: string): Operation[] {
  if (store.get("node", name) !== undefined) return [];
  const group = store.get("call-manager-group", "default")?.body;
  const joins = group !== undefined && !group.nodes.includes(name) && group.nodes.length < MAX_GROUP_NODES;
  return [
    { type: "create", kind: "node", body: { name } },
    ...(joins
      ? [
          {
            type: "merge",
            kind: "call-manager-group",
            name: "default",
            body: { nodes: [...group.nodes, name] },
          } as const,
        ]
      : []),
  ];
}

/** @returns what could not be deleted, since others refer to it */
async function applyBoth(
  store: ConfigurationStore,
  makes: readonly Operation[],
  gone: readonly Declared[],
  report: (line: string) => void,
): Promise<Declared[]> {
  const kept: Declared[] = [];
  let deletable = gone;
  for (;;) {
    const deletes = deletable.map(({ kind, name }): Operation => ({ type: "delete", kind, name }));
    try {
      await store.apply({ author: AUTHOR, summary: "start of the node", operations: [...makes, ...deletes] });
      return kept;
    } catch (error) {
      const inUse = new Map(inUseIn(error).map((violation) => [keyOf(violation), violation.message]));
      const held = deletable.filter((one) => inUse.has(keyOf(one)));
      if (held.length === 0) throw conflict(error);
      for (const one of held) report(`kept, though no longer declared: ${keyOf(one)}: ${inUse.get(keyOf(one)) ?? ""}`);
      kept.push(...held);
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

function keyOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind} ${name}`;
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
  const known = store.get("phone", name)?.body;
  const others = (known?.lines ?? []).filter(
    ({ directoryNumber }) => directoryNumber !== line && directoryNumber !== formerLine,
  );
  const own = known?.lines.find(({ directoryNumber }) => directoryNumber === line) ?? { directoryNumber: line };
  const ofPhone = { name, profile, maxCalls, credentials: { user, ha1 }, lines: [own, ...others] };
  return [
    store.get("directory-number", line) === undefined
      ? // What the file says of the phone's calls is meant for its line, until that is given other limits.
        { type: "create", kind: "directory-number", body: { ...ofLine, maxCalls, busyTrigger: maxCalls } }
      : { type: "merge", kind: "directory-number", name: line, body: ofLine },
    known === undefined
      ? { type: "create", kind: "phone", body: ofPhone }
      : { type: "merge", kind: "phone", name, body: ofPhone },
  ];
}

function operationOfPeer(store: ConfigurationStore, peer: PeerRecord): Operation {
  const { name } = peer;
  // A neighbor that was only ever declared is not asked whether it is there, and has its `maxCalls` for a bound.
  if (store.get("trunk", name) === undefined)
    return { type: "create", kind: "trunk", body: { ...peer, pingSeconds: 0, tollGuard: OPEN } };
  return { type: "merge", kind: "trunk", name, body: peer };
}

function readDeclared(file: string): Declared[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT" || error instanceof SyntaxError) return [];
    throw error;
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    const { kind, name, line } = (entry ?? {}) as { kind?: unknown; name?: unknown; line?: unknown };
    if (typeof kind !== "string" || !isKind(kind) || typeof name !== "string") return [];
    return [{ kind, name, ...(typeof line === "string" ? { line } : {}) }];
  });
}

function writeDeclared(file: string, declared: readonly Declared[]): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, JSON.stringify(declared), { mode: 0o600 });
  renameSync(temporary, file);
}
