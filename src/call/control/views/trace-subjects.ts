import type { Inventory } from "../../device/index.ts";
import type { CallRecord, RecordParty } from "../../record/call-record.ts";
import type { RegistrationSummary } from "../../registrar/index.ts";
import type { CallView } from "./call-view.ts";

/** A call and the SIP dialogs that belong to it. */
export interface CallSubject {
  readonly callId: string;
  readonly state: CallView["state"];
  readonly calledNumber: string;
  /** Wall-clock milliseconds. */
  readonly startedAtMs: number;
  readonly caller: RecordParty;
  readonly callee: RecordParty;
}

/** What of the SIP that passes belongs to a device. */
export interface DeviceSubject {
  readonly device: string;
  /** Call-IDs of its dialogs. */
  readonly sipCallIds: readonly string[];
  /** Where it is: of a phone what it has registered, of a peer its single addresses. */
  readonly remotes: readonly { readonly address: string; readonly port?: number }[];
  /** User parts by which it may register. */
  readonly registering: readonly string[];
}

export function subjectOfView(view: CallView): CallSubject {
  const { callId, state, calledNumber, startedAtMs, caller, callee } = view;
  return { callId, state, calledNumber, startedAtMs, caller: partyOf(caller), callee: partyOf(callee) };
}

export function subjectOfRecord(record: CallRecord): CallSubject {
  const { callId, calledNumber, startedAt, caller, callee } = record;
  return {
    callId,
    state: "disconnected",
    calledNumber,
    startedAtMs: Date.parse(startedAt),
    caller,
    callee: callee ?? { device: "", number: calledNumber, sipCallIds: [] },
  };
}

/** Undefined when there is no such device. */
export function subjectOfDevice(
  name: string,
  inventory: Inventory,
  calls: readonly CallView[],
  registrations: readonly RegistrationSummary[],
): DeviceSubject | undefined {
  const device = inventory.deviceByName(name);
  if (device === undefined) return undefined;
  const lines = inventory.linesOf(name);
  const parties = calls.flatMap(({ caller, callee }) => [caller, callee]).filter(({ device }) => device === name);
  return {
    device: name,
    sipCallIds: parties.flatMap(({ sipCallIds }) => sipCallIds),
    remotes: [
      ...registrations.filter((one) => one.phone === name).flatMap(({ source }) => remoteOf(source) ?? []),
      ...(device.kind === "peer" ? device.addresses : [])
        .filter((address) => !address.includes("/"))
        .map((address) => ({ address })),
    ],
    registering: [...new Set(lines.flatMap(({ user, directoryNumber }) => [user, directoryNumber]))],
  };
}

/** From `udp/192.0.2.7:5060`. */
function remoteOf(source: string): { readonly address: string; readonly port: number } | undefined {
  const [, address, port] = /^[a-z]+\/(.+):(\d+)$/.exec(source) ?? [];
  return address === undefined ? undefined : { address, port: Number(port) };
}

function partyOf({ device, number, sipCallIds }: RecordParty): RecordParty {
  return { device, number: Buffer.from(number, "latin1").toString("utf8"), sipCallIds };
}
