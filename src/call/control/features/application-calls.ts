import { isNumberAllowed } from "../../../common/index.ts";
import type { CommandFailure, Limited } from "../../../signals/index.ts";
import type {
  AnyCallCommand,
  AnyCommandResult,
  CommandedCalls,
  CommandedKind,
  DialedPlace,
} from "../../cti/commands/commanded-calls.ts";
import { placeOf, type CallsNow } from "../../cti/commands/device-place.ts";
import type { CtiFeed } from "../../cti/cti-feed.ts";
import { changedUserData, isFitUserData } from "../../cti/user-data.ts";
import type { EndedCall } from "../../cti/commands/ended-calls.ts";
import type { Inventory, Peer, SipPhone } from "../../device/index.ts";
import { analyze, withoutSpeedDial, type Destination, type NoReason } from "../../digit-analysis/index.ts";
import type { ModelEffect } from "../../model/index.ts";
import type { CtiEndpoints, EndpointCommand } from "../../virtual/cti-endpoints.ts";
import type { CallTable } from "../call-table.ts";
import type { CallRecords } from "../reporting/call-records.ts";
import type { CallRouter } from "../routing/call-router.ts";
import { dialedByCommand } from "../routing/forward-target.ts";
import type { CallFeatures } from "./call-features.ts";
import { sendDigits } from "./send-digits.ts";
import { RingingPhones, type RingingPhonesOptions } from "./ringing-phones.ts";

export interface ApplicationCallsOptions extends Omit<RingingPhonesOptions, "world" | "table"> {
  readonly features: Pick<CallFeatures, "command" | "world">;
  readonly table: CallTable;
  readonly inventory: Inventory;
  readonly router: Pick<CallRouter, "analysisOf">;
  readonly records: Pick<CallRecords, "find">;
  readonly userData: Pick<CtiFeed, "userDataOf" | "setUserData">;
  /** CTI ports and route points. */
  readonly endpoints: CtiEndpoints;
}

type CommandOf<Type extends AnyCallCommand["type"]> = Extract<AnyCallCommand, { type: Type }>;

/** How long a call that has ended is told of by its record. */
const TOLD_MS = 10 * 60_000;

const FAILURE_OF_NONE: Readonly<Partial<Record<NoReason, CommandFailure>>> = {
  "no-trunk": "destination-out-of-order",
};

/** Calls as applications command them. */
export class ApplicationCalls implements CommandedCalls {
  readonly #options: ApplicationCallsOptions;

  readonly #phones: RingingPhones;

  constructor(options: ApplicationCallsOptions) {
    this.#options = options;
    this.#phones = new RingingPhones({ ...options, world: options.features.world });
  }

  /** Follows each step of the model. */
  step(effects: readonly ModelEffect[]): void {
    this.#phones.step(effects);
  }

  close(): void {
    this.#phones.close();
  }

  get now(): CallsNow {
    return this.#options.features.world;
  }

  kindOf(device: string): CommandedKind | undefined {
    const { inventory, endpoints } = this.#options;
    const known = inventory.deviceByName(device);
    if (known === undefined) return undefined;
    return endpoints.kindOf(device) ?? (known.kind === "peer" ? "trunk" : "phone");
  }

  async command(command: AnyCallCommand): Promise<AnyCommandResult> {
    const { features, endpoints } = this.#options;
    const isVirtual = endpoints.kindOf(command.device) !== undefined;
    if (isOfEndpoints(command)) return isVirtual ? endpoints.command(command) : this.#ofPhone(command);
    if ("to" in command && "numbers" in command && this.#isBarred(command)) return BARRED;
    const callId = "callId" in command ? command.callId : undefined;
    // Who is only rung has no part in the call that could end.
    if (command.type === "drop" && this.#isRinging(command.device, callId)) {
      return this.command({ ...command, type: "reject" });
    }
    if (isVirtual && command.type !== "drop" && endpoints.isMediaMissing(command.device, callId)) return NO_MEDIA;
    if (command.type === "set-user-data") return this.#setUserData(command);
    if (command.type === "send-digits") {
      return sendDigits({ ...this.#options, world: features.world }, command.device, callId, command.digits);
    }
    return features.command(command);
  }

  /** It is a speed dial for what who asks may not dial. */
  #isBarred({ device, to, numbers }: Limited & { readonly device: string; readonly to: string }): boolean {
    const { inventory, router } = this.#options;
    const by = inventory.deviceByName(device);
    if (by === undefined || numbers === undefined) return false;
    const dialed = dialedByCommand(to);
    const context = router.analysisOf({ dialed, by, mayUseFeatures: true }, numberOf(by), "");
    const meant = withoutSpeedDial(dialed, context);
    return meant !== dialed && !isNumberAllowed(numbers, meant.user);
  }

  #isRinging(device: string, callId: string | undefined): boolean {
    const place = placeOf(this.now, device, callId);
    return place?.isCalled === true && (place.terminal === undefined || place.terminal === "ringing");
  }

  /** Names and values stay with the call, whatever becomes of it. */
  #setUserData({ device, callId: named, data }: CommandOf<"set-user-data">): AnyCommandResult {
    const { userData } = this.#options;
    const callId = placeOf(this.now, device, named)?.callId;
    if (callId === undefined) {
      return { ok: false, failure: "device-not-in-call", detail: `${device} has no such call` };
    }
    const next = changedUserData(userData.userDataOf(callId) ?? {}, data);
    if (next === undefined) return { ok: true, isUnchanged: true, callId };
    if (!isFitUserData(next)) {
      return {
        ok: false,
        failure: "data-too-long",
        detail: "a call has at most 64 names, and 4 KiB with their values",
      };
    }
    userData.setUserData(callId, next);
    return { ok: true, callId };
  }

  #ofPhone(command: EndpointCommand): AnyCommandResult | Promise<AnyCommandResult> {
    const { type, device, callId } = command;
    if (this.kindOf(device) === "phone") {
      if (type === "answer") return this.#phones.answer(device, callId);
      if (type === "reject") return this.#phones.reject(device, callId, command.reason ?? "rejected");
      if (type === "accept") return this.#phones.accept(device, callId);
    }
    if (type === "set-media")
      return { ok: false, failure: "media-on-phone", detail: `${device} ends its media itself` };
    return { ok: false, failure: "device-type", detail: `${type} is nothing that is asked of ${device}` };
  }

  dialed(device: string, to: string): DialedPlace {
    const by = this.#options.inventory.deviceByName(device);
    if (by === undefined)
      return { ok: false, failure: "destination-unknown", detail: `no phone has the name ${device}` };
    return this.leads(by, to);
  }

  /** @param callingSearchSpace absent: the device's own */
  leads(by: SipPhone | Peer, to: string, callingSearchSpace?: string): DialedPlace {
    const dialed = dialedByCommand(to);
    const space = callingSearchSpace === undefined ? {} : { callingSearchSpace };
    return placeAt(analyze(dialed, this.#options.router.analysisOf({ dialed, by, ...space }, numberOf(by), "")), to);
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

const OF_ENDPOINTS: ReadonlySet<AnyCallCommand["type"]> = new Set(["accept", "answer", "reject", "set-media"]);
const NO_MEDIA: AnyCommandResult = {
  ok: false,
  failure: "media-address-missing",
  detail: "it is to be said first where the call's RTP is wanted",
};

function isOfEndpoints(command: AnyCallCommand): command is EndpointCommand {
  return OF_ENDPOINTS.has(command.type);
}

const BARRED: AnyCommandResult = {
  ok: false,
  failure: "number-barred",
  detail: "the speed dial stands for a number that is not allowed",
};

function numberOf(device: SipPhone | Peer): string {
  return device.kind === "sip-phone" ? device.directoryNumber : "";
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
