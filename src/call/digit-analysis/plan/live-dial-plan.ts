import { setImmediate as nextTurn } from "node:timers/promises";
import type { ConfigurationMirror, Kind, TouchedObjects } from "../../../database/index.ts";
import type { LineHolder } from "./callers.ts";
import { planOver } from "./compile-dial-plan.ts";
import type { DialPlan } from "./dial-plan.ts";
import { DIALABLE_KINDS, type Dialable } from "./plan-entry.ts";
import { compileSettings, compileTables, type PlanTables } from "./plan-tables.ts";
import { readDialPlan } from "./read-dial-plan.ts";

/** Objects that are taken up before calls get their turn. */
const OBJECTS_A_TURN = 500;

const HOLDER_OF = [
  ["phone", "phones"],
  ["cti-port", "ctiPorts"],
  ["route-point", "routePoints"],
] as const satisfies readonly (readonly [Kind, LineHolder])[];

const SPACE_KINDS: readonly Kind[] = ["calling-search-space", "device-pool", "date-time-group"];
const SETTING_KINDS: readonly Kind[] = [
  "partition",
  "time-schedule",
  "date-time-group",
  "trunk",
  "route-group",
  "route-list",
  "pickup-group",
  "service-parameter",
];

/** A dial plan that follows the configuration while calls go on: only what has changed is compiled. */
export class LiveDialPlan {
  readonly #configuration: Pick<ConfigurationMirror, "of" | "get">;
  readonly plan: DialPlan;
  #tables: PlanTables;

  constructor(configuration: Pick<ConfigurationMirror, "of" | "get">) {
    this.#configuration = configuration;
    this.#tables = compileTables(readDialPlan(configuration));
    this.plan = planOver(() => this.#tables);
  }

  /** Takes up what has changed. With many objects calls get their turn in between; one at a time. */
  async takeUp(touched: TouchedObjects): Promise<void> {
    const isAny = (kinds: readonly Kind[]): boolean => kinds.some((kind) => touched.has(kind));
    if (isAny(SPACE_KINDS)) this.#tables.callers.setSpaces(readDialPlan(this.#configuration));
    if (isAny(SETTING_KINDS)) this.#tables = { ...this.#tables, ...compileSettings(readDialPlan(this.#configuration)) };
    let done = 0;
    for (const step of this.#steps(touched)) {
      if (++done % OBJECTS_A_TURN === 0) await nextTurn();
      step();
    }
  }

  *#steps(touched: TouchedObjects): Generator<() => void> {
    for (const kind of DIALABLE_KINDS) {
      for (const name of touched.get(kind) ?? []) yield () => this.#setDialable(kind, name);
    }
    for (const name of touched.get("directory-number") ?? []) {
      yield () => this.#tables.callers.setLine(name, this.#configuration.get("directory-number", name));
    }
    const devices = new Set(
      (["phone", "cti-port", "route-point", "trunk"] as const).flatMap((kind) => [...(touched.get(kind) ?? [])]),
    );
    for (const name of devices) yield () => this.#setDevice(name);
  }

  #setDialable(kind: Dialable["kind"], name: string): void {
    const body = this.#configuration.get(kind, name);
    const { dialables } = this.#tables;
    if (body === undefined) dialables.delete(kind, name);
    else dialables.set({ kind, body } as Dialable);
  }

  #setDevice(name: string): void {
    const { callers } = this.#tables;
    for (const [kind, holder] of HOLDER_OF) {
      const body = this.#configuration.get(kind, name);
      if (body !== undefined) return callers.setDevice(name, { holder, body });
    }
    const trunk = this.#configuration.get("trunk", name);
    callers.setDevice(name, trunk && { body: trunk });
  }
}
