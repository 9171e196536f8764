import type { ContactState, DeviceState, LineState } from "../../../signals/index.ts";
import type { Inventory, ProfileHints, SipPhone } from "../../device/index.ts";
import type { Binding, Registrar } from "../../registrar/index.ts";
import type { TrunkKeeper } from "../../trunk/trunk-keeper.ts";
import { isUsableState } from "../../trunk/trunk-state.ts";
import type { CallSession } from "../session/call-session.ts";
import type { CallTable } from "../call-table.ts";

export interface LiveParts {
  readonly inventory: Inventory;
  readonly registrar: Registrar;
  readonly hints: ProfileHints;
  readonly table: CallTable;
  readonly trunks: TrunkKeeper;
}

/** What call control knows of a device, beside its configuration. */
export type DeviceNow = Pick<DeviceState, "state" | "contacts" | "calls" | "hint" | "reason">;
/** What call control knows of a line, beside its configuration. */
export type LineNow = Pick<LineState, "state" | "devices" | "calls">;

/** Undefined when there is no such device. */
export function deviceNow(name: string, parts: LiveParts): DeviceNow | undefined {
  const device = parts.inventory.deviceByName(name);
  if (device === undefined) return undefined;
  const calls = parts.table.callsOf(name);
  if (device.kind === "peer") return { ...trunkNow(name, parts), contacts: [], calls };
  const lines = parts.inventory.linesOf(name);
  const registered = lines.map((line) => parts.registrar.lookup(line.aor));
  const missing = registered.filter((bindings) => bindings.length === 0).length;
  const hint = parts.hints.of(name);
  return {
    state: stateOf(device, lines.length, missing),
    contacts: contactsOf(lines, parts.registrar),
    calls,
    ...(hint === undefined ? {} : { hint }),
  };
}

export function lineNow(line: string, { inventory, registrar, table }: LiveParts): LineNow {
  const phones = inventory.phonesByLine(line);
  const sessions = table.sessionsOnLine(line);
  const isThere = phones.some(({ aor }) => registrar.lookup(aor).length > 0);
  return {
    state: sessions.length > 0 ? activityOf(line, sessions) : isThere ? "idle" : "unregistered",
    devices: phones.map(({ name }) => name),
    calls: sessions.length,
  };
}

function stateOf({ user }: SipPhone, lines: number, missing: number): DeviceNow["state"] {
  if (user === "") return "no-credentials";
  if (missing === lines) return "unregistered";
  return missing === 0 ? "registered" : "partly";
}

function trunkNow(name: string, { trunks }: LiveParts): Pick<DeviceNow, "state" | "reason"> {
  const trunk = trunks.trunkStates().find((one) => one.name === name);
  return {
    state: trunk === undefined || isUsableState(trunk.state) ? "in-service" : "out-of-service",
    ...(trunk?.reason === undefined ? {} : { reason: trunk.reason }),
  };
}

/** Lines that differ in their partition alone have the same contacts, which are told of the first of them. */
function contactsOf(lines: readonly SipPhone[], registrar: Registrar): ContactState[] {
  const told = new Set<string>();
  return lines.flatMap(({ aor, line }) => {
    if (told.has(aor)) return [];
    told.add(aor);
    return registrar.lookup(aor).map((binding) => contactOf(line, binding));
  });
}

function contactOf(line: string, binding: Binding): ContactState {
  const { contactUri, source, userAgent, sinceMs, refreshedAtMs, expiresAtMs } = binding;
  return {
    line,
    uri: contactUri,
    transport: source.protocol,
    source: `${source.address}:${source.port}`,
    ...(userAgent === undefined ? {} : { userAgent }),
    sinceMs: sinceMs ?? refreshedAtMs,
    expiresAtMs,
  };
}

/** A call that is used counts before one that rings, and that before one that the line has put on hold. */
function activityOf(line: string, sessions: readonly CallSession[]): LineState["state"] {
  const activities = new Set(sessions.map((session) => activityIn(line, session)));
  return (["in-use", "ringing", "held"] as const).find((activity) => activities.has(activity)) ?? "in-use";
}

function activityIn(line: string, { call, progress }: CallSession): "in-use" | "ringing" | "held" {
  const isCaller = progress.caller.line === line;
  const party = isCaller ? call.caller : call.callee;
  if (party.connection === "established") return party.isHolding ? "held" : "in-use";
  return isCaller ? "in-use" : "ringing";
}
