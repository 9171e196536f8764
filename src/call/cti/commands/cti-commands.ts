import { errorMessageOf, type Clock, type Logger, type MetricSample, withMore } from "../../../common/index.ts";
import type { CtiCommandRequest } from "../../../signals/index.ts";
import type { ModelEffect } from "../../model/index.ts";
import type { EntryStore } from "../../control/recovery/call-journal.ts";
import type { CommandTraces } from "../command-traces.ts";
import { CommandChecks } from "./command-checks.ts";
import { CommandLedger } from "./command-ledger.ts";
import { CommandQueues, type NoTurn } from "./command-queues.ts";
import { printOf } from "./command-print.ts";
import type { CommandOutcome, CommandReply } from "./command-record.ts";
import type { CommandedCalls } from "./commanded-calls.ts";
import { EndedCalls } from "./ended-calls.ts";
import { isSetting, namesOf, objectsOf, severalCalls } from "./command-names.ts";
import { isTransient, refusal, type Refusal } from "./refusal.ts";
import type { SettingChanges } from "./setting-changes.ts";

export interface CtiCommandsOptions {
  readonly calls: CommandedCalls;
  readonly settings: SettingChanges;
  /** Trace contexts of commands, while they are done. */
  readonly traces: CommandTraces;
  /** Where commands are on file, with what they do to calls. */
  readonly store: EntryStore & {
    /** Writes what is pending now. */
    flush(): void;
  };
  readonly clock: Clock;
  readonly logger: Logger;
  /** Version of a call as applications are shown it; undefined: it is not shown. */
  readonly versionOf: (callId: string) => number | undefined;
  readonly maxPerSession?: number;
}

/** Commands at a time, waiting ones included. */
const MAX_RUNNING = 10_000;

const NO_TURN: Readonly<Record<NoTurn, Refusal>> = {
  pending: refusal("command-pending", "another command on this call is under way"),
  full: refusal("too-many", "too many commands on this call wait for their turn"),
  deadline: refusal("deadline-passed", "its deadline passed while it waited for its turn"),
};

interface Running {
  readonly print: string;
  readonly reply: Promise<CommandReply>;
}

/**
 * Does what applications ask of calls, devices and lines: each command at most once, those on the same call one after the
 * other, and only under the conditions that they state. Never rejects.
 */
export class CtiCommands {
  readonly #options: CtiCommandsOptions;
  readonly #ledger: CommandLedger;
  readonly #queues: CommandQueues;
  readonly #ended: EndedCalls;
  readonly #checks: CommandChecks;
  readonly #running = new Map<string, Running>();

  constructor(options: CtiCommandsOptions) {
    const { store, clock, calls, maxPerSession } = options;
    this.#options = options;
    this.#ledger = new CommandLedger({
      store,
      clock,
      isAlive: (callId) => calls.now.calls.has(callId),
      ...(maxPerSession === undefined ? {} : { maxPerSession }),
    });
    this.#queues = new CommandQueues(clock);
    this.#ended = new EndedCalls(clock);
    this.#checks = new CommandChecks({ ...options, ledger: this.#ledger, ended: this.#ended });
  }

  /** To be called once calls are taken up: what had begun when the process before this one died is not done again. */
  restore(): void {
    this.#ledger.restore();
  }

  /** Follows calls: to be told of each step of the model. */
  step(effects: readonly ModelEffect[]): void {
    this.#options.calls.step(effects);
    for (const effect of effects) {
      if (effect.type !== "change" || effect.change.type !== "call" || effect.change.state !== "invalid") continue;
      this.#ended.note(effect.change);
      this.#ledger.callEnded(effect.change.callId);
    }
  }

  /** Resolves when it is done, or says why it is not. */
  handle(request: CtiCommandRequest): Promise<CommandReply> {
    if (request.isDryRun === true) return this.#attempt(request, () => this.#checks.dryRun(request));
    const running = this.#running.get(request.key);
    if (running !== undefined) return this.#follow(request, running);
    const known = this.#ledger.lookUp(request);
    switch (known.kind) {
      case "reused":
        return Promise.resolve(KEY_REUSED);
      case "too-old":
        return Promise.resolve(refusal("key-too-old", "keys of that time have been forgotten: it may have been done"));
      case "known":
        return Promise.resolve(withMore(known.record.outcome ?? KEY_RUNNING, { isReplayed: true }));
      case "new":
        return this.#begin(request);
    }
  }

  metrics(): MetricSample[] {
    return [
      this.#ledger.metric(),
      {
        name: "tandem_cti_commands_running",
        type: "gauge",
        help: "Commands of applications that are being done or wait for their turn",
        value: this.#running.size,
      },
    ];
  }

  close(): void {
    this.#options.calls.close();
    this.#ledger.close();
    this.#ended.close();
  }

  #begin(request: CtiCommandRequest): Promise<CommandReply> {
    if (this.#running.size >= MAX_RUNNING) {
      return Promise.resolve(refusal("too-many", "too many commands are under way"));
    }
    const reply = this.#run(request).finally(() => this.#running.delete(request.key));
    this.#running.set(request.key, { print: printOf(request), reply });
    return reply;
  }

  async #follow(request: CtiCommandRequest, { print, reply }: Running): Promise<CommandReply> {
    if (print !== printOf(request)) return KEY_REUSED;
    if (!request.waits) return KEY_RUNNING;
    return withMore(await reply, { isReplayed: true });
  }

  async #run(request: CtiCommandRequest): Promise<CommandReply> {
    const { key, command } = request;
    const turn = await this.#queues.turn(namesOf(command, this.#options.calls.now), request);
    if (typeof turn === "string") return NO_TURN[turn];
    try {
      const { now } = this.#options.calls;
      this.#ledger.begin(request, this.#checks.callOf(command), severalCalls(command, now));
      // What is asked of calls reaches nobody before what was put on file until then; of settings that is not so.
      if (isSetting(command)) this.#options.store.flush();
      const outcome = await this.#attempt(request, () => this.#outcome(request));
      this.#logTraced(request, outcome);
      // What was begun goes on: the next process does not know how it has ended.
      if (!outcome.ok && outcome.failure === "stopping") return outcome;
      if (isTransient(outcome)) this.#ledger.withdraw(key);
      else this.#ledger.end(key, outcome, this.#versionIn(outcome, command));
      this.#options.store.flush();
      return outcome;
    } finally {
      turn.end();
    }
  }

  async #outcome(request: CtiCommandRequest): Promise<CommandOutcome> {
    const refused = await this.#checks.before(request);
    if (refused !== undefined) return refused;
    const { command, actor } = request;
    const { calls, settings, traces } = this.#options;
    const objects = (): readonly string[] => objectsOf(command, calls.now);
    if (isSetting(command)) {
      const result = await traces.during(request, objects, () => settings.change(command, `${actor.user} by CTI`));
      return result.ok ? result : refusal(result.failure, result.detail);
    }
    const result = await traces.during(request, objects, () => calls.command(command));
    return result.ok ? result : this.#checks.after(request, result);
  }

  async #attempt(
    { command, traceparent }: CtiCommandRequest,
    act: () => Promise<CommandOutcome>,
  ): Promise<CommandOutcome> {
    try {
      return await act();
    } catch (error) {
      const { type } = command;
      this.#options.logger.error("command of an application failed", {
        type,
        traceparent,
        error: errorMessageOf(error),
      });
      return refusal("internal", "the switch has failed to do that", { outcome: "unknown" });
    }
  }

  /** Who traces commands finds them in the log. */
  #logTraced({ command, actor, traceparent }: CtiCommandRequest, outcome: CommandOutcome): void {
    if (traceparent === undefined) return;
    const { type } = command;
    const callId = outcome.callId ?? this.#checks.callOf(command);
    const result = outcome.ok ? "ok" : outcome.failure;
    this.#options.logger.info("command of an application", { type, callId, user: actor.user, result, traceparent });
  }

  #versionIn(outcome: CommandOutcome, command: CtiCommandRequest["command"]): number | undefined {
    const callId = outcome.callId ?? this.#checks.callOf(command);
    return callId === undefined ? undefined : this.#options.versionOf(callId);
  }
}

const KEY_REUSED = refusal("key-reused", "the key has been used for something else");
const KEY_RUNNING = refusal("key-running", "a command of this key is under way");
