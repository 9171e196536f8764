import type { Clock, Logger, MetricSample } from "../../common/index.ts";
import type { TollGuard } from "../../database/index.ts";
import type { RouteClass } from "../digit-analysis/index.ts";
import { TollAlarms, type TollAlarm } from "./toll-alarms.ts";
import type { TollGuardName } from "./toll-guard-name.ts";
import { TollJournal } from "./toll-journal.ts";

/** A phone or trunk, and its bounds; absent: it has none. */
export interface Guarded {
  readonly name: string;
  readonly tollGuard?: TollGuard | undefined;
}

/** A call that leaves by a trunk. */
export interface TollCall {
  /** The number that is called, for alarms. */
  readonly number: string;
  readonly international: boolean;
  /** Absent: no route pattern says. */
  readonly class?: RouteClass | undefined;
}

/** Whose bounds a call counts for. `trunk`: absent until one is asked. */
export interface CountedCall {
  readonly payer: string;
  readonly trunk?: string | undefined;
}

/**
 * Keeps calls by trunks within the bounds of the device that causes them and of the trunk that takes them. A device is
 * whoever pays: the phone that calls or forwards, or the trunk that sends a call through. What it causes and what it
 * takes is counted apart.
 */
export class TollGuards {
  readonly #clock: Clock;
  readonly #alarms: TollAlarms;
  readonly #journal: TollJournal;
  /** By the session that has the trunk's dialog; features bring several into one. */
  readonly #calls = new Map<string, readonly CountedCall[]>();
  /** Calls at a time, by what they are counted for. */
  readonly #active = new Map<string, number>();

  /** @throws the file system's error when the journal cannot be read or made */
  constructor(journalPath: string, clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#alarms = new TollAlarms(clock, logger);
    this.#journal = new TollJournal(journalPath, clock, logger);
  }

  /** Newest first. */
  get alarms(): readonly TollAlarm[] {
    return this.#alarms.list;
  }

  /** Why a device must not make a call; undefined: it may. */
  refusalOfPayer(payer: Guarded, call: TollCall): TollGuardName | undefined {
    return this.#refusal(payer, payerKey(payer.name), call);
  }

  /** Why a trunk must not be sent a call; undefined: it may. */
  refusalOfTrunk(trunk: Guarded, call: TollCall): TollGuardName | undefined {
    return this.#refusal(trunk, trunkKey(trunk.name), call);
  }

  /** Why a device must not send a message, or a trunk be sent one; undefined: it may. Messages are not counted. */
  refusalOfMessage(device: Guarded, message: TollCall): TollGuardName | undefined {
    const guard = device.tollGuard === undefined ? undefined : barred(device.tollGuard, message);
    if (guard !== undefined) this.#alarms.raise(guard, device.name, message.number);
    return guard;
  }

  /** A device makes a call; the same call may be made by another afterwards, which forwards it. */
  begin(callId: string, payer: string): void {
    this.#journal.window.add(payerKey(payer), this.#clock.wallMs());
    this.end(callId);
    this.#count(callId, { payer });
  }

  /** A trunk is sent a call that was begun; the one before, if any, has not taken it. */
  attempt(callId: string, trunk: string): void {
    const payer = this.#calls.get(callId)?.[0]?.payer;
    if (payer === undefined) return;
    this.#journal.window.add(trunkKey(trunk), this.#clock.wallMs());
    this.end(callId);
    this.#count(callId, { payer, trunk });
  }

  /** Counts calls again that the process before this one had in a session. */
  resume(callId: string, counted: readonly CountedCall[]): void {
    this.end(callId);
    for (const one of counted) this.#count(callId, one);
  }

  /** A trunk's dialog goes on in another session: who pays for it still does. */
  move(from: string, trunk: string, to: string): void {
    const counted = this.#calls.get(from) ?? [];
    const moved = counted.find((one) => one.trunk === trunk);
    if (moved === undefined || from === to) return;
    this.#keep(
      from,
      counted.filter((one) => one !== moved),
    );
    this.#keep(to, [...this.countedIn(to), moved]);
  }

  /** The call is over, or goes to no trunk any more; others are none of ours. */
  end(callId: string): void {
    const counted = this.countedIn(callId);
    this.#calls.delete(callId);
    for (const key of counted.flatMap(keysOf)) {
      const left = (this.#active.get(key) ?? 0) - 1;
      if (left > 0) this.#active.set(key, left);
      else this.#active.delete(key);
    }
  }

  /** Calls by trunks that are counted in a session. */
  countedIn(callId: string): readonly CountedCall[] {
    return this.#calls.get(callId) ?? [];
  }

  metrics(): MetricSample[] {
    return [
      ...this.#alarms.metrics(),
      this.#journal.metric,
      {
        name: "tandem_toll_calls",
        type: "gauge",
        help: "Calls by trunks that are counted",
        value: [...this.#calls.values()].flat().length,
      },
    ];
  }

  /** May be called twice. */
  close(): void {
    this.#journal.close();
  }

  #count(callId: string, call: CountedCall): void {
    this.#keep(callId, [...this.countedIn(callId), call]);
    for (const key of keysOf(call)) this.#active.set(key, (this.#active.get(key) ?? 0) + 1);
  }

  #keep(callId: string, counted: readonly CountedCall[]): void {
    if (counted.length > 0) this.#calls.set(callId, counted);
    else this.#calls.delete(callId);
  }

  #refusal({ name, tollGuard }: Guarded, key: string, call: TollCall): TollGuardName | undefined {
    const guard = tollGuard === undefined ? undefined : this.#exceeded(tollGuard, key, call);
    if (guard !== undefined) this.#alarms.raise(guard, name, call.number);
    return guard;
  }

  #exceeded(bounds: TollGuard, key: string, call: TollCall): TollGuardName | undefined {
    const guard = barred(bounds, call);
    if (guard !== undefined) return guard;
    if ((this.#active.get(key) ?? 0) >= bounds.concurrentCalls) return "concurrent-calls";
    const lastHour = this.#journal.window.count(key, this.#clock.wallMs());
    return lastHour >= bounds.callsPerHour ? "calls-per-hour" : undefined;
  }
}

function barred(bounds: TollGuard, call: TollCall): TollGuardName | undefined {
  if (call.international && !bounds.international) return "international";
  return call.class === "premium" && !bounds.premium ? "premium" : undefined;
}

function keysOf({ payer, trunk }: CountedCall): string[] {
  return trunk === undefined ? [payerKey(payer)] : [payerKey(payer), trunkKey(trunk)];
}

function payerKey(name: string): string {
  return `by ${name}`;
}

function trunkKey(name: string): string {
  return `to ${name}`;
}
