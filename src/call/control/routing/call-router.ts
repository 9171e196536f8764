import type { RelayEndpoint } from "../../../media/index.ts";
import type { FeatureSettings, Inventory, Peer, SipPhone } from "../../device/index.ts";
import {
  analyze,
  isEmergency,
  type AnalysisContext,
  type Destination,
  type Dialed,
  type EmergencyPlan,
  type NumberingSource,
} from "../../digit-analysis/index.ts";
import type { RedirectionHistory } from "../../identity/redirection-history.ts";
import type { Ids } from "../../../common/index.ts";
import type { Binding } from "../../registrar/index.ts";
import type { TollGuards } from "../../toll/index.ts";
import type { CallLimits } from "../call-limits.ts";
import type { CallRoutingOptions, Dialing } from "./call-routing-options.ts";
import { CallRouting } from "./call-routing.ts";
import type { CallTable } from "../call-table.ts";
import { doNotDisturbOf } from "./do-not-disturb.ts";
import type { Redirected } from "./redirected-call.ts";
import type { Hunting } from "../hunting/hunting.ts";

export interface CallRouterOptions extends CallLimits {
  readonly table: CallTable;
  readonly inventory: Inventory;
  readonly ids: Ids;
  readonly lookup: (phone: SipPhone) => readonly Binding[];
  readonly onFlowFailed: (binding: Binding) => void;
  readonly endpoints: ReadonlyMap<string, RelayEndpoint & ("echo" | "demo")>;
  /** False: a trunk is known to be down. */
  readonly isUsable: (trunk: Peer) => boolean;
  readonly toll: TollGuards;
  /** Where emergency calls go now; undefined: nowhere. */
  readonly emergency: () => EmergencyPlan | undefined;
  /** Absent: there is no dial plan. */
  readonly numbering?: NumberingSource | undefined;
  /** What features go by; absent: nothing but devices is configured. */
  readonly settings: FeatureSettings | undefined;
  readonly hunting: Hunting;
  /** Callers wait in the queue of a pilot. */
  readonly isQueued: (pilot: string) => boolean;
  /** Hosts that mean this switch. */
  readonly localHosts: () => ReadonlySet<string>;
}

/** Who calls whom, as far as digit analysis has to know. */
export interface RoutingFacts {
  readonly callId: string;
  readonly device: SipPhone | Peer;
  readonly dialed: Dialed;
  /** The caller's. */
  readonly number: string;
  /** Host that the caller says it is of. */
  readonly domain: string;
  /** What has been done to the call elsewhere; absent: nothing. */
  readonly received?: RedirectionHistory;
  /** What has been done to it here before; absent: nothing. */
  readonly redirected?: Redirected | undefined;
  /** How the caller waits in a queue; absent: it cannot. */
  readonly enqueue?: CallRoutingOptions["enqueue"];
}

/** Forwardings of a call where no dial plan says. */
const MAX_FORWARDS = 12;

/** Knows what calls are routed by as it is at the moment. */
export class CallRouter {
  readonly #options: CallRouterOptions;

  constructor(options: CallRouterOptions) {
    this.#options = options;
  }

  /** @param isUrgent it is an emergency call, which neither bounds nor settings of the callee stand against */
  routing(facts: RoutingFacts, isUrgent: boolean): CallRouting {
    const { callId, device, number, domain, redirected, received = redirected?.history ?? [], enqueue } = facts;
    const { inventory, ids, lookup, onFlowFailed, toll, numbering, hunting, isQueued, settings } = this.#options;
    const { ringSeconds, serialRingSeconds, trunkTrySeconds, isUsable } = this.#options;
    const ofTrunk = device.kind === "peer" ? device.fromDomain : undefined;
    const times = { ringSeconds, serialRingSeconds, trunkTrySeconds };
    const { maxHops: maxForwards = MAX_FORWARDS } = numbering?.(number).plan ?? {};
    return new CallRouting({
      callId,
      caller: device,
      isUrgent: (dialed) => isEmergency(dialed, this.#options.emergency()),
      analyze: (dialing) => this.#analyze(dialing, number, domain),
      forwardingOf: (line) => inventory.forwardingOf(line),
      phoneOf: ({ name, number: own }) => inventory.lineOf(name, own),
      maxForwards,
      received,
      ...(redirected === undefined ? {} : { redirected }),
      isOwnHost: (host) =>
        this.#options.localHosts().has(host) || [inventory.realm, ofTrunk].some((own) => own?.toLowerCase() === host),
      toll,
      hunting,
      isQueued,
      enqueue,
      context: {
        ids,
        lookup,
        onFlowFailed,
        isBusy: (party) => !isUrgent && this.#isBusy(party),
        isSilent: (phone) => !isUrgent && doNotDisturbOf(settings, phone) === "silent",
        isUsable,
        mayHide: !isUrgent,
        ...times,
      },
    });
  }

  /** It has all the calls that it takes, or wants none. */
  #isBusy(party: SipPhone | Peer): boolean {
    const { table, settings } = this.#options;
    if (table.isBusy(party)) return true;
    if (party.kind === "peer") return false;
    return table.isLineBusy(party, "to") || doNotDisturbOf(settings, party) === "reject";
  }

  #analyze(dialing: Dialing, number: string, callerDomain: string): Destination {
    return analyze(dialing.dialed, this.analysisOf(dialing, number, callerDomain));
  }

  /** What digits are looked up with. @param number of the caller, as the dial plan knows it */
  analysisOf(
    { by, callingSearchSpace: space, line, mayUseFeatures = false }: Dialing,
    number: string,
    callerDomain: string,
  ): AnalysisContext {
    const { inventory, endpoints } = this.#options;
    const numbering = this.#options.numbering?.(number);
    const emergency = this.#options.emergency();
    return {
      inventory,
      caller: by,
      mayUseFeatures,
      endpoints,
      localHosts: this.#options.localHosts(),
      callerDomain,
      ...(emergency === undefined ? {} : { emergency }),
      ...(numbering === undefined ? {} : { numbering: { space, line, ...numbering } }),
    };
  }
}
