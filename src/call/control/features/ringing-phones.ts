import { type Clock, type Timer, withMore } from "../../../common/index.ts";
import type { AnyCommandResult } from "../../cti/commands/commanded-calls.ts";
import { placeOf } from "../../cti/commands/device-place.ts";
import type { FeatureSettings, Inventory } from "../../device/index.ts";
import { causeOfStatus, type Change, type ModelEffect, type ModelSession, type World } from "../../model/index.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";
import type { CallSession } from "../session/call-session.ts";
import type { CallTable } from "../call-table.ts";

export interface RingingPhonesOptions {
  readonly world: World;
  readonly table: Pick<CallTable, "get">;
  readonly inventory: Pick<Inventory, "linesOf">;
  readonly settings: Pick<FeatureSettings, "deviceOf"> | undefined;
  /** What phones answer by themselves. */
  readonly answerHeaders: () => HeaderList;
  readonly clock: Clock;
}

/** A phone that is asked to answer has done so by then. */
const ANSWER_MS = 5_000;
const BUSY = 486;
const DECLINED = 603;

const STOPPING: AnyCommandResult = { ok: false, failure: "stopping", detail: "the process stops" };

/** A phone that has been asked to answer. */
interface Asked {
  readonly callId: string;
  readonly connectionId: string;
  readonly device: string;
  readonly resolve: (result: AnyCommandResult) => void;
  readonly timer: Timer;
}

/** What applications ask of phones that ring. */
export class RingingPhones {
  readonly #options: RingingPhonesOptions;
  readonly #asked = new Set<Asked>();

  constructor(options: RingingPhonesOptions) {
    this.#options = options;
  }

  /** Resolves when the phone has answered, or says why not. */
  answer(device: string, callId: string | undefined): Promise<AnyCommandResult> {
    const rung = this.#find(device, callId);
    if (rung === undefined) return Promise.resolve(this.#missing(device));
    const way = this.#wayToAnswer(device);
    if (way === undefined) {
      const detail = `${device} can not be made to answer: see remoteAnswer of its SIP profile, and autoAnswer`;
      return Promise.resolve({ ok: false, failure: "device-capability", detail });
    }
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(ANSWER_MS, () => this.#end(asked, unanswered(device)));
      const asked: Asked = withMore(rung, { device, resolve, timer });
      this.#asked.add(asked);
      const headers = way === "talk" ? undefined : this.#options.answerHeaders();
      const isAsked = rung.session.moves.askToAnswer(device, headers, (status) => {
        this.#end(asked, notTaken(device, status));
      });
      if (!isAsked) this.#end(asked, { ok: false, failure: "wrong-state", detail: `${device} does not ring yet` });
    });
  }

  /** The phone is rung no more; others ring on. */
  reject(device: string, callId: string | undefined, reason: "busy" | "rejected"): AnyCommandResult {
    const rung = this.#find(device, callId);
    const isDone = rung?.session.moves.refuse(device, reason === "busy" ? BUSY : DECLINED) === true;
    return isDone && rung !== undefined ? { ok: true, callId: rung.callId } : this.#missing(device);
  }

  /** A phone that rings has accepted the call. */
  accept(device: string, callId: string | undefined): AnyCommandResult {
    const rung = this.#find(device, callId);
    return rung === undefined ? this.#missing(device) : { ok: true, isUnchanged: true, callId: rung.callId };
  }

  /** Follows each step of the model. */
  step(effects: readonly ModelEffect[]): void {
    if (this.#asked.size === 0) return;
    for (const effect of effects) if (effect.type === "change") this.#follow(effect.change);
  }

  close(): void {
    for (const asked of [...this.#asked]) this.#end(asked, STOPPING);
  }

  #follow(change: Change): void {
    for (const asked of [...this.#asked]) {
      const { callId, connectionId, device } = asked;
      if (change.type === "terminal-connection" && change.connectionId === connectionId && change.device === device) {
        if (change.change === "talking") this.#end(asked, { ok: true, callId });
      } else if (change.type === "connection" && change.connectionId === connectionId) {
        const { why } = change;
        if (change.change !== "disconnected") continue;
        const detail = "the call does not ring there any more";
        const said = why.sip === undefined ? {} : { sip: why.sip };
        this.#end(asked, { ok: false, failure: "party-gone", detail, q850: why.cause, ...said });
      }
    }
  }

  #end(asked: Asked, result: AnyCommandResult): void {
    if (!this.#asked.delete(asked)) return;
    asked.timer.cancel();
    asked.resolve(result);
  }

  #find(
    device: string,
    callId: string | undefined,
  ): { readonly callId: string; readonly connectionId: string; readonly session: CallSession } | undefined {
    const { world, table } = this.#options;
    const place = placeOf(world, device, callId);
    if (place === undefined) return undefined;
    for (const { sessionId, ringing } of sessionsOf(world, place.callId)) {
      const session = ringing.some(({ connectionId }) => connectionId === place.connectionId)
        ? table.get(sessionId)
        : undefined;
      if (session !== undefined) return { callId: place.callId, connectionId: place.connectionId, session };
    }
    return undefined;
  }

  #wayToAnswer(device: string): "talk" | "anew" | undefined {
    const { inventory, settings } = this.#options;
    if (inventory.linesOf(device)[0]?.profile.remoteAnswer === "talk") return "talk";
    return settings?.deviceOf(device)?.autoAnswer === true ? "anew" : undefined;
  }

  #missing(device: string): AnyCommandResult {
    return { ok: false, failure: "device-not-in-call", detail: `no such call rings at ${device}` };
  }
}

function sessionsOf({ calls, sessions }: World, callId: string): readonly ModelSession[] {
  const named = calls.get(callId)?.named ?? 0;
  const names = [callId, ...Array.from({ length: named }, (_, index) => `${callId}.${index + 1}`)];
  return names.map((name) => sessions.get(name)).filter((session) => session !== undefined);
}

function unanswered(device: string): AnyCommandResult {
  return {
    ok: false,
    failure: "destination-no-answer",
    detail: `${device} was asked to answer, and has not`,
    outcome: "unknown",
  };
}

function notTaken(device: string, status: number): AnyCommandResult {
  const detail = `${device} does not take the request to answer`;
  return { ok: false, failure: "device-capability", detail, sip: { status }, q850: causeOfStatus(status) };
}
