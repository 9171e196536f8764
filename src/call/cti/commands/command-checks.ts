import { type Clock, withMore } from "../../../common/index.ts";
import type { CommandActor, CommandConditions, CtiCommandRequest, SettingCommand } from "../../../signals/index.ts";
import { callOf, isSetting } from "./command-names.ts";
import type { CommandLedger } from "./command-ledger.ts";
import type { CommandOutcome } from "./command-record.ts";
import type { AnyCommandResult, CommandedCalls } from "./commanded-calls.ts";
import { placeOf, stateOf } from "./device-place.ts";
import type { EndedCall, EndedCalls } from "./ended-calls.ts";
import { refusal, type Refusal, type RefusalFacts } from "./refusal.ts";
import type { SettingChanges } from "./setting-changes.ts";
import { misfitOf } from "./state-needed.ts";

export interface CommandChecksOptions {
  readonly calls: CommandedCalls;
  readonly settings: SettingChanges;
  readonly ledger: CommandLedger;
  readonly ended: EndedCalls;
  readonly clock: Clock;
  readonly versionOf: (callId: string) => number | undefined;
}

type Command = CtiCommandRequest["command"];
/** A command on a call that is there, and its device. */
type InCall = Exclude<Command, { type: SettingCommand["type"] | "route-select" | "route-end" }>;

/** What is to be so before a command is done, and what an application is told when it was not done. */
export class CommandChecks {
  readonly #options: CommandChecksOptions;

  constructor(options: CommandChecksOptions) {
    this.#options = options;
  }

  /** The call that a command is about. */
  callOf(command: Command): string | undefined {
    return callOf(command, this.#options.calls.now);
  }

  /** Why it is not to be done at all, or that it is so already; undefined: it is to be done. */
  async before(request: CtiCommandRequest): Promise<CommandOutcome | undefined> {
    const { command, deadlineMs, conditions } = request;
    const { calls, clock } = this.#options;
    if (deadlineMs !== undefined && clock.wallMs() > deadlineMs) {
      return refusal("deadline-passed", "its deadline passed before it was begun");
    }
    const device = "device" in command ? command.device : undefined;
    const kind = device === undefined ? undefined : calls.kindOf(device);
    if (device !== undefined && kind === undefined) return refusal("device-not-found", `there is no device ${device}`);
    if (isSetting(command) || command.type === "route-select" || command.type === "route-end") {
      return conditions === undefined ? undefined : aboutNoCall(conditions);
    }
    const callId = "callId" in command ? command.callId : undefined;
    if (callId !== undefined && !calls.now.calls.has(callId)) return this.#notThere(request, command, callId);
    if (conditions !== undefined) {
      const unmet = this.#unmet(request, command, conditions);
      if (unmet !== undefined) return unmet;
    }
    if ("newCallId" in command && command.newCallId !== undefined && (await this.#isUsed(command.newCallId))) {
      return refusal("call-id-used", "another call has, or has had, that name", { callId: command.newCallId });
    }
    return this.#unanswerable(request, command, callId);
  }

  /** What an application is told of a command that call control has refused. */
  after(request: CtiCommandRequest, result: Extract<AnyCommandResult, { ok: false }>): CommandOutcome {
    const { command } = request;
    const { failure, detail, sip, q850, outcome } = result;
    const far = withMore(outcome === undefined ? {} : { outcome }, {
      ...(sip === undefined ? {} : { sip }),
      ...(q850 === undefined ? {} : { q850 }),
    });
    const callId = this.callOf(command);
    const ended = callId === undefined ? undefined : this.#options.ended.get(callId);
    if (callId !== undefined && ended !== undefined && ABOUT_CALL.has(failure)) {
      return this.#ended(request, callId, ended);
    }
    const facts = callId === undefined ? {} : this.#facts(request, callId);
    if (failure === "internal" || failure === "stopping") {
      return refusal(failure, detail, withMore(facts, { ...far, outcome: "unknown" }));
    }
    const isDropped = command.type === "redirect" && command.failureMode === "drop" && ended !== undefined;
    return refusal(failure, detail, withMore(facts, { ...far, ...(isDropped ? { outcome: "applied" as const } : {}) }));
  }

  /** What would come of it, without doing it. */
  async dryRun(request: CtiCommandRequest): Promise<CommandOutcome> {
    const { calls, settings } = this.#options;
    const { command } = request;
    const refused = await this.before(request);
    if (refused !== undefined) return refused;
    if (isSetting(command)) {
      const wrong = settings.check(command);
      return wrong === undefined ? { ok: true } : refusal(wrong.failure, wrong.detail);
    }
    if (command.type === "route-select" || command.type === "route-end") return { ok: true };
    const callId = this.callOf(command);
    const about = callId === undefined ? {} : { callId };
    const place = placeOf(calls.now, command.device, callId);
    const misfit = misfitOf(command, place);
    if (misfit !== undefined) {
      const facts = callId === undefined ? {} : this.#facts(request, callId);
      return refusal(misfit.failure, misfit.detail, withMore(facts, { expected: misfit.expected }));
    }
    if (!("to" in command)) return { ok: true, ...about };
    const found = calls.dialed(command.device, command.to);
    return found.ok
      ? { ok: true, ...about, destination: found.destination }
      : refusal(found.failure, found.detail, about);
  }

  async #isUsed(callId: string): Promise<boolean> {
    const { ended, calls } = this.#options;
    return ended.get(callId) !== undefined || (await calls.isUsed(callId));
  }

  /** A call that is named and is not there: it has ended, or there was none. */
  async #notThere(request: CtiCommandRequest, command: InCall, callId: string): Promise<CommandOutcome> {
    const { ended, calls } = this.#options;
    const known = ended.get(callId) ?? (await calls.recorded(callId));
    if (known === undefined) return refusal("call-not-found", `there is no call ${callId}`, { callId });
    return this.#ended(request, callId, known);
  }

  #ended({ key, command }: CtiCommandRequest, callId: string, { why, mergedInto }: EndedCall): CommandOutcome {
    if (command.type === "drop") return { ok: true, isUnchanged: true, callId };
    const detail = mergedInto === undefined ? "the call has ended" : `the call is a part of ${mergedInto} now`;
    return refusal("call-ended", detail, {
      callId,
      state: "invalid",
      q850: why.cause,
      ...(why.sip === undefined ? {} : { sip: why.sip }),
      actor: this.#lastActor(callId, key, (type) => ENDING.has(type)),
    });
  }

  #unmet(request: CtiCommandRequest, command: InCall, conditions: CommandConditions): Refusal | undefined {
    const { version: wanted, state: expected } = conditions;
    const callId = command.type === "make-call" ? undefined : this.callOf(command);
    if (callId === undefined) return aboutNoCall(conditions);
    const version = this.#options.versionOf(callId);
    if (wanted !== undefined && version !== wanted) {
      return refusal(
        "version-conflict",
        "the call has changed",
        withMore(this.#stateFacts(command, callId), {
          expected: String(wanted),
          actor: this.#lastActor(callId, request.key, (_type, at) => at === undefined || at > wanted),
        }),
      );
    }
    if (expected === undefined) return undefined;
    const place = placeOf(this.#options.calls.now, command.device, callId);
    const states: readonly string[] = place === undefined ? [] : [stateOf(place), place.connection];
    if (states.includes(expected)) return undefined;
    return refusal(
      "version-conflict",
      `the call is not ${expected} at ${command.device}`,
      withMore(this.#facts(request, callId), {
        expected,
      }),
    );
  }

  /** What is to be answered, accepted or rejected has to ring, and be the device's. */
  #unanswerable({ key }: CtiCommandRequest, command: InCall, callId: string | undefined): CommandOutcome | undefined {
    if (command.type !== "answer" && command.type !== "accept" && command.type !== "reject") return undefined;
    const { now } = this.#options.calls;
    const place = placeOf(now, command.device, callId);
    const named = callId ?? place?.callId;
    if (named === undefined) return refusal("device-not-in-call", `no call rings at ${command.device}`);
    const facts = this.#stateFacts(command, named);
    if (place?.isCalled === false) {
      return refusal("not-incoming", `${command.device} has made that call itself`, facts);
    }
    const isThere = place !== undefined && RINGING.has(place.connection);
    if (isThere && (place.terminal === undefined || place.terminal === "ringing" || place.terminal === "idle")) {
      return undefined;
    }
    const call = now.calls.get(named);
    const isAnswered = call?.connections.some(
      ({ connectionId, state }) => connectionId !== `${named}/1` && (state === "established" || state === "queued"),
    );
    const actor = this.#lastActor(named, key, () => true);
    if (isAnswered === true)
      return refusal("already-answered", "the call has been answered", withMore(facts, { actor }));
    return refusal("device-not-in-call", `the call does not ring at ${command.device}`, withMore(facts, { actor }));
  }

  #facts({ key, command }: CtiCommandRequest, callId: string): RefusalFacts {
    const version = this.#options.versionOf(callId);
    // Nobody has changed it since.
    const actor = this.#lastActor(callId, key, (_type, at) => at === undefined || at === version);
    return { actor, ...this.#stateFacts(command, callId) };
  }

  #stateFacts(command: Command, callId: string): RefusalFacts {
    const { calls, versionOf } = this.#options;
    const version = versionOf(callId);
    const place = "device" in command ? placeOf(calls.now, command.device, callId) : undefined;
    const state = place === undefined ? calls.now.calls.get(callId)?.state : stateOf(place);
    return {
      callId,
      ...(state === undefined ? {} : { state }),
      ...(version === undefined ? {} : { version }),
    };
  }

  /** Whose command was the last that changed a call, or is changing it. @param at the call's version after it */
  #lastActor(
    callId: string,
    own: string,
    isMeant: (type: Command["type"], at: number | undefined) => boolean,
  ): CommandActor | undefined {
    const last = this.#options.ledger
      .commandsOf(callId)
      .findLast(({ key, outcome }) => key !== own && (outcome === undefined || (outcome.ok && !outcome.isUnchanged)));
    return last !== undefined && isMeant(last.type, last.version) ? last.actor : undefined;
  }
}

/** A condition of a command that is about no call that there is cannot be met. */
function aboutNoCall({ version, state }: CommandConditions): Refusal {
  return refusal("version-conflict", "the command is about no call that could be so", {
    expected: state ?? String(version),
  });
}

const RINGING: ReadonlySet<string> = new Set(["offered", "alerting", "queued"]);

/** Why call control refuses what a call that is gone was asked. */
const ABOUT_CALL: ReadonlySet<string> = new Set([
  "call-not-found",
  "device-not-in-call",
  "wrong-state",
  "no-consultation",
  "conference-inactive",
  "conference-party-invalid",
]);

/** Commands that end a call, or the part of one that is asked about. */
const ENDING: ReadonlySet<string> = new Set([
  "drop",
  "reject",
  "redirect",
  "transfer",
  "complete-transfer",
  "conference",
  "add-party",
  "drop-party",
]);
