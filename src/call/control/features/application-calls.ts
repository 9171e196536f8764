import type { Clock } from "../../../common/index.ts";
import type { CommandActor, CommandFailure } from "../../../signals/index.ts";
import type {
  AnyCallCommand,
  AnyCommandResult,
  CommandedCalls,
  CommandedKind,
  DialedPlace,
} from "../../cti/commands/commanded-calls.ts";
import type { CallsNow } from "../../cti/commands/device-place.ts";
import type { EndedCall } from "../../cti/commands/ended-calls.ts";
import type { Inventory, Peer, SipPhone } from "../../device/index.ts";
import { analyze, type Destination, type Dialed, type NoReason } from "../../digit-analysis/index.ts";
import type { EndpointCommand, OfferedEndpoints } from "../../virtual/offered-endpoints.ts";
import type { CallRecords } from "../call-records.ts";
import type { CallRouter } from "../call-router.ts";
import type { CallTable } from "../call-table.ts";
import type { CallFeatures } from "./call-features.ts";

export interface ApplicationCallsOptions {
  readonly features: Pick<CallFeatures, "command" | "world">;
  readonly inventory: Inventory;
  readonly router: Pick<CallRouter, "analysisOf">;
  readonly table: Pick<CallTable, "get">;
  readonly records: Pick<CallRecords, "find">;
  readonly clock: Clock;
  /** Absent: there are no CTI ports and route points. */
  readonly endpoints?: OfferedEndpoints | undefined;
}

/** How long a call that has ended is told of by its record. */
const TOLD_MS = 10 * 60_000;

const FAILURE_OF_NONE: Readonly<Partial<Record<NoReason, CommandFailure>>> = {
  "no-trunk": "destination-out-of-order",
};

/** Calls as applications command them. */
export class ApplicationCalls implements CommandedCalls {
  readonly #options: ApplicationCallsOptions;

  constructor(options: ApplicationCallsOptions) {
    this.#options = options;
  }

  get now(): CallsNow {
    return this.#options.features.world;
  }

  kindOf(device: string): CommandedKind | undefined {
    const { inventory, endpoints } = this.#options;
    const known = inventory.deviceByName(device);
    if (known !== undefined) return known.kind === "peer" ? "trunk" : "phone";
    return endpoints?.kindOf(device);
  }

  command(command: AnyCallCommand, actor: CommandActor): Promise<AnyCommandResult> {
    const { features, endpoints } = this.#options;
    if (isOfEndpoints(command)) {
      if (endpoints?.kindOf(command.device) !== undefined) return endpoints.command(command, actor);
      return Promise.resolve(ofNoPhone(command.type));
    }
    if (command.type === "consult" || command.type === "send-digits" || command.type === "set-user-data") {
      return Promise.resolve(ofNoPhone(command.type));
    }
    return features.command(command);
  }

  dialed(device: string, to: string): DialedPlace {
    const by = this.#options.inventory.deviceByName(device);
    if (by === undefined)
      return { ok: false, failure: "destination-unknown", detail: `no phone has the name ${device}` };
    return this.leads(by, to);
  }

  /** @param callingSearchSpace absent: the device's own */
  leads(by: SipPhone | Peer, to: string, callingSearchSpace?: string): DialedPlace {
    const number = by.kind === "sip-phone" ? by.directoryNumber : "";
    const dialed: Dialed = { user: to };
    const space = callingSearchSpace === undefined ? {} : { callingSearchSpace };
    return placeAt(analyze(dialed, this.#options.router.analysisOf({ dialed, by, ...space }, number, "")), to);
  }

  async recorded(callId: string): Promise<EndedCall | undefined> {
    const { records, clock } = this.#options;
    const record = (await records.find(callId)) ?? (await records.find(`${callId}.1`));
    if (record === undefined || clock.wallMs() - record.endedAtMs > TOLD_MS) return undefined;
    const { q850: cause, sipStatus: status } = record.cause;
    const mergedInto = record.part?.mergedInto;
    return {
      why: { cause, ...(status >= 300 ? { sip: { status } } : {}) },
      ...(mergedInto === undefined ? {} : { mergedInto }),
    };
  }

  async isUsed(callId: string): Promise<boolean> {
    const { records, table } = this.#options;
    if (this.now.calls.has(callId) || table.get(callId) !== undefined) return true;
    return ((await records.find(callId)) ?? (await records.find(`${callId}.1`))) !== undefined;
  }
}

const OF_ENDPOINTS: ReadonlySet<AnyCallCommand["type"]> = new Set([
  "accept",
  "answer",
  "reject",
  "set-media",
  "route-select",
  "route-end",
]);

function isOfEndpoints(command: AnyCallCommand): command is EndpointCommand {
  return OF_ENDPOINTS.has(command.type);
}

function ofNoPhone(type: AnyCallCommand["type"]): AnyCommandResult {
  if (type === "set-media") {
    return { ok: false, failure: "media-on-phone", detail: "a phone ends its media itself" };
  }
  return { ok: false, failure: "device-type", detail: `${type} is nothing that is asked of a phone` };
}

function placeAt(destination: Destination, to: string): DialedPlace {
  switch (destination.kind) {
    case "phone":
      return { ok: true, destination: destination.phone.line };
    case "line":
      return { ok: true, destination: destination.line };
    case "endpoint":
      return { ok: true, destination: `service ${destination.endpoint}` };
    case "peer":
      return { ok: true, destination: `trunk ${destination.peer.name}` };
    case "route":
      return { ok: true, destination: destination.attempts.map(({ peer }) => `trunk ${peer.name}`)[0] ?? "" };
    case "hunt-pilot":
      return { ok: true, destination: `hunt-pilot ${destination.pattern}` };
    case "park-range":
      return { ok: true, destination: `park ${destination.number}` };
    case "pickup-group":
      return { ok: true, destination: `pickup-group ${destination.group}` };
    case "feature":
      return { ok: true, destination: `feature ${destination.feature}` };
    case "none": {
      const failure = FAILURE_OF_NONE[destination.reason] ?? "destination-unknown";
      return { ok: false, failure, detail: `${to} leads nowhere: ${destination.reason}` };
    }
  }
}
