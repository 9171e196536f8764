import type { CtiCommandRequest, CtiSignal } from "../../signals/index.ts";
import { callOfSession, type ModelEffect, type ModelEvent } from "../model/index.ts";

type Command = CtiCommandRequest["command"];

/** A command that is under way, and what its effects are told with. */
interface Trace {
  /** Absent: nothing. */
  readonly traceparent?: string;
  readonly type: Command["type"];
  /** Calls, devices and lines that it has to do with: `call ID`, `device NAME`, `line NAME`. */
  readonly objects: Set<string>;
}

/** Request cancelled: the caller has hung up before an answer. */
const CANCELLED = 487;
/** They come of what parties do, or of the switch itself, and of no command. */
const OF_NO_COMMAND: ReadonlySet<ModelEvent["type"]> = new Set([
  "offered",
  "dialed",
  "held",
  "refer",
  "freed",
  "owner-lost",
  "media-found",
]);

/**
 * Trace contexts (W3C) of commands that are under way: what happens at once when a command is begun is its effect, and so
 * is, until it is done, what happens to the calls and objects that it has to do with, unless a party does it. Where no
 * command has one, this costs nothing.
 */
export class CommandTraces {
  /** By calls, devices and lines. */
  readonly #byObject = new Map<string, readonly Trace[]>();
  /** Of the command that is being begun. */
  #current: Trace | undefined;

  /** No command under way has one. */
  get isIdle(): boolean {
    return this.#current === undefined && this.#byObject.size === 0;
  }

  /**
   * Does a command, until the result of `act` is there.
   * @param objects calls, devices and lines that it is about
   */
  during<Result>(
    { command: { type }, traceparent }: Pick<CtiCommandRequest, "command" | "traceparent">,
    objects: () => readonly string[],
    act: () => Promise<Result>,
  ): Promise<Result> {
    // What it does to calls of others is not told as theirs.
    if (traceparent === undefined) return this.isIdle ? act() : this.#begin({ type, objects: new Set() }, act);
    const trace: Trace = { traceparent, type, objects: new Set() };
    for (const object of objects()) this.#note(trace, object);
    return this.#begin(trace, async () => act()).finally(() => this.#end(trace));
  }

  /** @returns what the signals of a step of the model are told with */
  step(event: ModelEvent, effects: readonly ModelEffect[]): string | undefined {
    if (this.isIdle) return undefined;
    const trace = this.#current ?? (isOfNoCommand(event) ? undefined : this.#ofObjects(event, effects));
    if (trace?.traceparent === undefined) return undefined;
    for (const effect of effects) {
      const callId = callIn(effect);
      if (callId !== undefined) this.#note(trace, `call ${callId}`);
    }
    return trace.traceparent;
  }

  /** @returns what a signal is told with that is of no step */
  ofSignal(signal: CtiSignal): string | undefined {
    return (this.#current ?? this.#ofSignal(signal))?.traceparent;
  }

  /** @returns what a log line about a session is written with; absent: one about no session */
  ofSession(sessionId: string | undefined): string | undefined {
    const callId = sessionId === undefined ? undefined : callOfSession(sessionId);
    return (this.#current ?? this.#of(`call ${callId}`))?.traceparent;
  }

  #begin<Result>(trace: Trace, act: () => Promise<Result>): Promise<Result> {
    const before = this.#current;
    this.#current = trace;
    try {
      return act();
    } finally {
      this.#current = before;
    }
  }

  #end(trace: Trace): void {
    for (const object of trace.objects) {
      const left = (this.#byObject.get(object) ?? []).filter((one) => one !== trace);
      if (left.length === 0) this.#byObject.delete(object);
      else this.#byObject.set(object, left);
    }
  }

  #note(trace: Trace, object: string): void {
    if (trace.objects.has(object)) return;
    trace.objects.add(object);
    this.#byObject.set(object, [...(this.#byObject.get(object) ?? []), trace]);
  }

  /** Of several commands the one that was begun last. */
  #of(object: string): Trace | undefined {
    return this.#byObject.get(object)?.at(-1);
  }

  #ofObjects(event: ModelEvent, effects: readonly ModelEffect[]): Trace | undefined {
    if (event.type === "privacy-changed") return this.#of(`device ${event.device}`);
    for (const effect of effects) {
      if (effect.type !== "change") continue;
      const trace = this.#of(`call ${callIn(effect)}`);
      if (trace !== undefined) return trace;
    }
    return undefined;
  }

  #ofSignal(signal: CtiSignal): Trace | undefined {
    switch (signal.kind) {
      case "call":
        return this.#of(`call ${signal.call.callId}`);
      case "device":
        return this.#of(`device ${signal.device.name}`);
      case "line":
        return this.#of(`line ${signal.line.name}`);
      case "route":
        return signal.route.ended === "abandoned" ? undefined : this.#of(`call ${signal.route.callId}`);
      case "media":
        return this.#of(`call ${signal.media.callId}`);
      case "digits": {
        // Others have pressed keys.
        const trace = this.#of(`call ${signal.callId}`);
        return trace?.type === "send-digits" ? trace : undefined;
      }
      case "removed":
        return undefined;
    }
  }
}

function isOfNoCommand(event: ModelEvent): boolean {
  if (event.type !== "leaving" && event.type !== "ended") return OF_NO_COMMAND.has(event.type);
  const { by, sip } = event.why;
  // What a command rings may be busy, and that is what comes of it.
  return by === "party" && (event.type === "leaving" || (sip?.status ?? CANCELLED) === CANCELLED);
}

/** The call that an effect has to do with from now on. */
function callIn(effect: ModelEffect): string | undefined {
  if (effect.type === "change")
    return effect.change.type === "feature" ? effect.change.surviving : effect.change.callId;
  if (effect.type === "originate") return effect.callId;
  if (effect.type === "reroute") return callOfSession(effect.sessionId);
  return effect.type === "route" ? effect.route.callId : undefined;
}
