import type { Clock, Ids, Logger } from "../../common/index.ts";
import type { ConfigurationMirror } from "../../database/index.ts";
import type { MediaRelay } from "../../media/index.ts";
import type { FeatureSettings, FeatureStore, Inventory, SipProfile } from "../device/index.ts";
import type { DialPlan, EmergencySettings, ServiceEndpoint } from "../digit-analysis/index.ts";
import type { RecordSettings } from "../record/record-settings.ts";
import type { RecordTable } from "../record/record-table.ts";
import type { SignalingPort } from "../signaling/signaling-port.ts";
import type { SecretReader } from "../trunk/trunk-watch.ts";
import type { EdgeControl } from "./edge-control.ts";
import type { DeviceFacts } from "./reporting/record-context.ts";

/** Settings of a `CallManager`. */
export interface CallManagerSettings {
  /** Numbers that the switch answers itself, for example 9196 to `echo`. */
  readonly endpoints: ReadonlyMap<string, ServiceEndpoint>;
  /** Calls at a time; more get 503 with Retry-After. 1 and above. */
  readonly maxCalls: number;
  /** Dialogs of calls at a time, branches included; default four a call. */
  readonly maxLegs?: number;
  /** Longest ringing where the callee's SIP profile says 0; default 180. */
  readonly ringSeconds?: number;
  /** Ringing of contacts that have others behind them (lower q); default 20. */
  readonly serialRingSeconds?: number;
  /** Longest wait for the first response of a trunk that others may stand in for; default 4. */
  readonly trunkTrySeconds?: number;
  /** Where emergency calls go; absent: they get 404. */
  readonly emergency?: EmergencySettings | undefined;
}

/** Options of a `CallManager`. */
export interface CallManagerOptions {
  /** The edge's side of the drachtio wire protocol. */
  readonly edge: {
    readonly host: string;
    readonly port: number;
    readonly secret: string;
    /** The same for each start, another for each call control of an edge: its dialogs wait for it. Default `callmanager`. */
    readonly instanceId?: string;
  };
  /** Absent with a stock drachtio server: dialogs and calls are not compared after a restart. */
  readonly edgeControl?: EdgeControl;
  readonly inventory: Inventory;
  /** What inventory and dial plan are made of; absent: applications are shown no devices and lines. */
  readonly configuration?: Pick<ConfigurationMirror, "get" | "of">;
  /** SIP profiles that devices have or may get; absent: those that they have. */
  readonly profiles?: readonly SipProfile[];
  /** The dial plan in force, asked for each call; absent: numbers lead where the inventory says. */
  readonly dialPlan?: () => DialPlan;
  /** What features of calls go by, and where phones change it; absent: there are no features. */
  readonly features?: {
    readonly settings: FeatureSettings;
    readonly store: FeatureStore;
    /** Resolves when `settings` says what is in the configuration; absent: it does so by itself. */
    readonly refresh?: () => Promise<unknown>;
  };
  readonly relay: MediaRelay;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly paths: {
    /** Journal of established calls. */
    readonly calls: string;
    /** Journal of registrations. */
    readonly registrations: string;
    /** Journal of subscriptions. */
    readonly subscriptions: string;
    /** Journal of message waiting lamps. */
    readonly lamps: string;
    /** Journal of the calls by trunks in the last hour. */
    readonly tolls: string;
    /** Journal of bindings with trunks; absent: they do not outlive the process. */
    readonly trunks?: string;
    /** Call records, a JSON line each. */
    readonly records: string;
  };
  readonly settings: CallManagerSettings;
  /** Reads the passwords of trunks; absent: trunks that have one are down. */
  readonly secrets?: SecretReader;
  /** Name of the node, for records; default `tandem`. */
  readonly node?: string;
  /** How long applications may leave a call alone where the device does not say, in seconds; absent: 4. */
  readonly newCallAcceptSeconds?: () => number;
  /** Default: all calls are recorded, with media quality, for 90 days. */
  readonly recordSettings?: Partial<RecordSettings>;
  /** Where records can be looked up; absent: only the last ones can, in the file. */
  readonly recordTable?: RecordTable;
  /** What records say of a device beside what calls need; absent: nothing. */
  readonly deviceFacts?: (device: string) => DeviceFacts;
  /** True when there is such a line (`1001@internal`), which may have messages waiting; absent: when a phone has it. */
  readonly hasLine?: (line: string) => boolean;
  /** Told each time the edge is connected and takes requests to this manager. */
  readonly onReady?: () => void;
  /** Takes the place of drachtio-srf. */
  readonly signaling?: SignalingPort;
}
