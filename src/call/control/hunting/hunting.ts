import type { Clock } from "../../../common/index.ts";
import type { FeatureSettings, HuntGroup, HuntPilotSettings, Inventory, SipPhone } from "../../device/index.ts";
import type { Binding } from "../../registrar/index.ts";
import type { CallProgress } from "../session/call-progress.ts";
import type { CallTable } from "../call-table.ts";
import { doNotDisturbOf } from "../routing/do-not-disturb.ts";
import { rejection, type Rejection } from "../rejection.ts";
import { HuntTurns } from "./hunt-turns.ts";

export interface HuntingOptions {
  /** Absent: there are no pilots. */
  readonly settings: FeatureSettings | undefined;
  readonly inventory: Pick<Inventory, "phonesByLine">;
  readonly lookup: (phone: SipPhone) => readonly Binding[];
  readonly table: CallTable;
  readonly clock: Clock;
}

/** A line that may be rung, and its phones that may. */
export interface HuntMember {
  readonly line: string;
  readonly phones: readonly SipPhone[];
}

/** Members of a line group that are rung at a time. */
export interface HuntStep {
  readonly group: string;
  readonly members: readonly HuntMember[];
  readonly ringMs: number;
}

/** Q.850: subscriber absent. */
const ABSENT = 20;

/** Whom hunt pilots ring: members that are logged in, registered, not busy, and may be disturbed. */
export class Hunting {
  readonly #options: HuntingOptions;
  readonly #turns = new HuntTurns();

  constructor(options: HuntingOptions) {
    this.#options = options;
  }

  /** @param name such as `5000@internal` */
  pilot(name: string): HuntPilotSettings | undefined {
    return this.#options.settings?.huntPilot(name);
  }

  nowMs(): number {
    return this.#options.clock.nowMs();
  }

  /**
   * Who is to be rung for a pilot as it is at the moment, in that order; none: nobody is free.
   * @param caller the device that calls, which is not rung; absent: any may
   */
  steps({ lineGroups }: HuntPilotSettings, caller?: string): readonly HuntStep[] {
    return lineGroups.flatMap((group) => this.#stepsOf(group, caller));
  }

  /** What is told who calls a pilot of which nobody is free: busy when somebody has a call, else that nobody is there. */
  refusal({ lineGroups }: HuntPilotSettings): Rejection {
    const members = lineGroups.flatMap((group) => group.members);
    const isSomebodyThere = members.some((line) => this.#registered(line).length > 0);
    return isSomebodyThere ? rejection(486, "busy") : rejection(480, "not-registered", [], ABSENT);
  }

  /** The phones of a line that would ring. */
  freePhones(line: string, caller?: string): readonly SipPhone[] {
    return this.#registered(line).filter((phone) => phone.name !== caller && this.isFree(phone));
  }

  /** It takes a call of a hunt now. */
  isFree(phone: SipPhone): boolean {
    const { table, settings } = this.#options;
    if (table.isBusy(phone) || table.isLineBusy(phone, "to")) return false;
    return doNotDisturbOf(settings, phone) === "off";
  }

  /** A member is rung. */
  noteRung(group: string, line: string): void {
    this.#turns.noteRung(group, line);
  }

  /** A session has ended: what was a call of its lines makes them wait longer for the next. */
  noteEnded({ caller, callee, answeredAtMs }: CallProgress): void {
    if (answeredAtMs === undefined) return;
    for (const { line } of callee === undefined ? [caller] : [caller, callee]) {
      if (line !== undefined) this.#turns.noteEnded(line, this.nowMs());
    }
  }

  #stepsOf(
    { name: group, distribution, ringSeconds, members }: HuntGroup,
    caller: string | undefined,
  ): readonly HuntStep[] {
    const ringMs = ringSeconds * 1_000;
    const free = this.#turns.inOrder(group, distribution, members).flatMap((line): HuntMember[] => {
      const phones = this.freePhones(line, caller);
      return phones.length === 0 ? [] : [{ line, phones }];
    });
    if (distribution !== "broadcast") return free.map((member) => ({ group, members: [member], ringMs }));
    return free.length === 0 ? [] : [{ group, members: free, ringMs }];
  }

  #registered(line: string): readonly SipPhone[] {
    const { inventory, lookup } = this.#options;
    return inventory.phonesByLine(line).filter((phone) => lookup(phone).length > 0);
  }
}
