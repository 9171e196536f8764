import type { Clock, Logger, MetricSample } from "../../common/index.ts";
import { TOLL_GUARDS, type TollGuardName } from "./toll-guard-name.ts";

/** A call that a guard has refused. Times are wall-clock milliseconds. */
export interface TollAlarm {
  readonly atMs: number;
  readonly guard: TollGuardName;
  /** Name of the phone or trunk whose bound it is. */
  readonly device: string;
  /** The number that was to be called. */
  readonly called: string;
  /** Refusals of the same device and guard since its alarm before this one, this one included. */
  readonly refused: number;
}

/** One of a device and guard. */
const QUIET_MS = 60_000;
/** Alarms that are kept for views. */
const MAX_ALARMS = 200;
/** Devices and guards that are quiet at a time; those that come beyond are not told apart from them. */
const MAX_QUIET = 10_000;

interface Quiet {
  readonly untilMs: number;
  refused: number;
}

/** Tells operators of calls that were refused, at most once a minute for each device and guard. */
export class TollAlarms {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #quiet = new Map<string, Quiet>();
  readonly #alarms: TollAlarm[] = [];
  readonly #totals = new Map<TollGuardName, number>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Newest first. */
  get list(): readonly TollAlarm[] {
    return [...this.#alarms].reverse();
  }

  raise(guard: TollGuardName, device: string, called: string): void {
    const key = `${guard} ${device}`;
    const nowMs = this.#clock.nowMs();
    const quiet = this.#quiet.get(key);
    if (quiet !== undefined && nowMs < quiet.untilMs) {
      quiet.refused += 1;
      return;
    }
    this.#makeRoom(nowMs);
    if (quiet === undefined && this.#quiet.size >= MAX_QUIET) return;
    this.#quiet.set(key, { untilMs: nowMs + QUIET_MS, refused: 0 });
    const refused = (quiet?.refused ?? 0) + 1;
    this.#alarms.push({ atMs: this.#clock.wallMs(), guard, device, called, refused });
    if (this.#alarms.length > MAX_ALARMS) this.#alarms.shift();
    this.#totals.set(guard, (this.#totals.get(guard) ?? 0) + 1);
    this.#logger.warn("a call was refused that could cost money", { code: `toll-${guard}`, device, called, refused });
  }

  metrics(): MetricSample[] {
    return TOLL_GUARDS.map((guard) => ({
      name: "tandem_toll_alarms_total",
      type: "counter",
      help: "Alarms of guards against toll fraud, at most one a minute of a device",
      labels: { guard },
      value: this.#totals.get(guard) ?? 0,
    }));
  }

  #makeRoom(nowMs: number): void {
    if (this.#quiet.size < MAX_QUIET) return;
    for (const [key, { untilMs }] of this.#quiet) if (untilMs <= nowMs) this.#quiet.delete(key);
  }
}
