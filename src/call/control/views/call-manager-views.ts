import { SwitchError } from "../../../common/index.ts";
import type { CallQuality, DialPlanExplanation } from "../../../signals/index.ts";
import type { World } from "../../model/index.ts";
import { explainDialed, type EmergencyPlan } from "../../digit-analysis/index.ts";
import type { ProfileHints } from "../../device/index.ts";
import type { CallRecord } from "../../record/call-record.ts";
import type { RecordPage, RecordQuery } from "../../record/record-table.ts";
import type { RegistrationSummary, Registrar } from "../../registrar/index.ts";
import type { TollAlarm, TollGuards } from "../../toll/index.ts";
import type { TrunkKeeper, TrunkState } from "../../trunk/trunk-keeper.ts";
import type { CallManagerOptions } from "../call-manager-options.ts";
import type { CallRecords } from "../reporting/call-records.ts";
import { liveFacts, type CallReport } from "../reporting/call-report.ts";
import type { CallTable } from "../call-table.ts";
import { callQuality } from "../reporting/media-quality.ts";
import { viewOf, type CallView } from "./call-view.ts";
import { deviceNow, lineNow, type DeviceNow, type LineNow } from "./live-state.ts";
import {
  subjectOfDevice,
  subjectOfRecord,
  subjectOfView,
  type CallSubject,
  type DeviceSubject,
} from "./trace-subjects.ts";

interface ViewedParts {
  readonly world: World;
  readonly table: CallTable;
  readonly registrar: Registrar;
  readonly hints: ProfileHints;
  readonly trunks: TrunkKeeper;
  readonly records: CallRecords;
  readonly toll: TollGuards;
  readonly emergency: () => EmergencyPlan | undefined;
  readonly options: CallManagerOptions;
}

/** What can be seen of call control; looking changes nothing. */
export class CallManagerViews {
  readonly #parts: ViewedParts;

  constructor(parts: ViewedParts) {
    this.#parts = parts;
  }

  /** Calls that are going on, oldest first, at most `limit` (default 1,000). */
  calls(limit = 1_000): CallView[] {
    const active = this.#parts.table.sessions.filter(({ call }) => call.state !== "disconnected");
    return active.slice(0, limit).map(viewOf);
  }

  /** Registered contacts, at most `limit` (default 1,000). */
  registrations(limit?: number): RegistrationSummary[] {
    return this.#parts.registrar.list(limit);
  }

  /** What a device does now; undefined when it is none of the inventory. */
  deviceNow(name: string): DeviceNow | undefined {
    return deviceNow(name, { ...this.#parts, inventory: this.#parts.options.inventory });
  }

  /** What a line (`1001@internal`) does now. */
  lineNow(line: string): LineNow {
    return lineNow(line, { ...this.#parts, inventory: this.#parts.options.inventory });
  }

  /** Trunks, by name: whether they are in service, since when, and why not. */
  trunkStates(): TrunkState[] {
    return this.#parts.trunks.trunkStates();
  }

  /** Calls that guards against toll fraud have refused, newest first. */
  tollAlarms(): readonly TollAlarm[] {
    return this.#parts.toll.alarms;
  }

  /** Records of the calls that ended last, newest first, at most `limit`. */
  endedCalls(limit: number): Promise<CallRecord[]> {
    return this.#parts.records.last(limit);
  }

  /** A page of the records of ended calls, as JSON texts. @throws {RecordError} */
  recordPage(query: RecordQuery): Promise<RecordPage> {
    return this.#parts.records.page(query);
  }

  /** A call that goes on, or the record of one that has ended; undefined when it is not known. @throws {RecordError} */
  async callReport(callId: string): Promise<CallReport | undefined> {
    const session = this.#parts.table.get(callId);
    if (session !== undefined && session.call.state !== "disconnected") {
      return { state: "live", call: await liveFacts(session, this.#parts.options, this.#parts.records.context) };
    }
    const call = await this.#parts.records.find(callId);
    return call === undefined ? undefined : { state: "past", call };
  }

  /**
   * The media of a call of CTI that goes on, as the relay knows it now; undefined: there is none.
   * @throws {MediaError} `relay-unreachable`
   */
  mediaQuality(callId: string): Promise<CallQuality | undefined> {
    const { world, table, options } = this.#parts;
    const { relay, clock } = options;
    return callQuality(callId, { world, table, relay, clock });
  }

  /**
   * Where digits would lead who dials them now, and why.
   * @param from name of a device, `1001@internal`, or a number
   * @throws {SwitchError} `no-dial-plan`, `unknown-caller`, `bad-digits`
   */
  explainDialPlan(from: string, digits: string): DialPlanExplanation {
    const { dialPlan, clock, settings } = this.#parts.options;
    if (dialPlan === undefined) throw new SwitchError("no-dial-plan", "numbers lead where the inventory says");
    const emergency = this.#parts.emergency();
    const context = { plan: dialPlan(), nowMs: clock.wallMs(), services: settings.endpoints, emergency };
    return explainDialed(from, digits, context);
  }

  /** A call that goes on or ended lately, with the SIP dialogs that belong to it; undefined when it is not known. */
  async callSubject(callId: string): Promise<CallSubject | undefined> {
    const session = this.#parts.table.get(callId);
    if (session !== undefined) return subjectOfView(viewOf(session));
    const record = await this.#parts.records.find(callId);
    return record === undefined ? undefined : subjectOfRecord(record);
  }

  /** A device, with what of the SIP that passes belongs to it; undefined when there is none of that name. */
  deviceSubject(name: string): DeviceSubject | undefined {
    const calls = this.#parts.table.sessions.filter(({ progress: { caller, callee } }) => {
      return caller.name === name || callee?.name === name;
    });
    const { inventory } = this.#parts.options;
    return subjectOfDevice(name, inventory, calls.map(viewOf), this.#parts.registrar.list(Number.MAX_SAFE_INTEGER));
  }
}
