import { ChannelClient, errorCodeOf, errorMessageOf, type Clock, type Logger, type Timer } from "../../common/index.ts";
import type { ServiceHello, SupervisedService } from "../../admin/index.ts";
import type { OnExit, ServiceProcess } from "./service-process.ts";
import { initialRun, step, type RunEffect, type RunEvent, type RunTimer, type ServiceRun } from "./service-run.ts";

/** Options of a `ServiceKeeper`. */
export interface ServiceKeeperOptions {
  readonly name: string;
  /** Its control channel. */
  readonly socketPath: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Starts a process; `undefined`: it could not be started, and `onExit` says why. What it throws counts as a death. */
  spawn(onExit: OnExit): ServiceProcess | undefined;
  /** Told after each change of state, with the exit code when a process has ended. */
  onChange(exit?: { readonly reason: string; readonly exitCode: number | undefined }): void;
}

const CONNECT_RETRY_MS = 25;

/** Keeps one service running: performs what `step` says on processes, timers and the control channel. */
export class ServiceKeeper {
  readonly #options: ServiceKeeperOptions;
  readonly #timers = new Map<RunTimer, Timer>();
  #run: ServiceRun = initialRun;
  #process: ServiceProcess | undefined;
  #channel: ChannelClient | undefined;
  #startedAtMs: number | undefined;
  #lastExit: string | undefined;

  constructor(options: ServiceKeeperOptions) {
    this.#options = options;
  }

  get summary(): SupervisedService {
    const pid = this.#process?.pid;
    return {
      name: this.#options.name,
      state: this.#run.phase,
      ...(pid === undefined ? {} : { pid }),
      ...(this.#startedAtMs === undefined ? {} : { startedAtMs: this.#startedAtMs }),
      restarts: this.#run.restarts,
      adopted: this.#process?.adopted ?? false,
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
    };
  }

  start(): void {
    this.#take({ type: "start" });
  }

  /** Takes over a process of an earlier supervisor; `watch` begins to watch it. */
  adopt(watch: (onExit: OnExit) => ServiceProcess): void {
    this.#follow(watch);
    this.#take({ type: "adopt" });
  }

  restart(): void {
    this.#take({ type: "restart" });
  }

  stop(): void {
    this.#take({ type: "stop" });
  }

  /** Ends the process without asking. */
  kill(): void {
    this.#process?.kill("SIGKILL");
  }

  /** Lets go of the process, which goes on; may be called twice. */
  close(): void {
    this.#cancelTimers();
    this.#channel?.close();
    this.#channel = undefined;
    this.#process?.release();
    this.#process = undefined;
  }

  #take(event: RunEvent): void {
    const { run, effects } = step(this.#run, event);
    const changed = run.phase !== this.#run.phase;
    this.#run = run;
    for (const effect of effects) this.#perform(effect);
    if (changed) {
      this.#options.logger.info("service changed state", { ...this.summary });
      this.#options.onChange();
    }
  }

  #perform(effect: RunEffect): void {
    switch (effect.type) {
      case "spawn":
        return this.#follow((onExit) => this.#options.spawn(onExit));
      case "ask-to-stop":
        return void this.#askToStop(effect.purpose);
      case "kill":
        this.#options.logger.warn("service did not start or stop in time", { service: this.#options.name });
        return this.kill();
      case "start-timer":
        this.#timers.get(effect.timer)?.cancel();
        this.#timers.set(
          effect.timer,
          this.#options.clock.after(effect.delayMs, () => this.#take({ type: "timer", timer: effect.timer })),
        );
        return;
      case "cancel-timers":
        return this.#cancelTimers();
    }
  }

  #follow(begin: (onExit: OnExit) => ServiceProcess | undefined): void {
    this.#startedAtMs = this.#options.clock.wallMs();
    this.#process = this.#begin(begin);
    if (this.#process !== undefined) this.#connect(this.#process.pid);
  }

  #begin(begin: (onExit: OnExit) => ServiceProcess | undefined): ServiceProcess | undefined {
    const onExit: OnExit = (reason, exitCode) => this.#onExit(reason, exitCode);
    try {
      return begin(onExit);
    } catch (error) {
      // As with any other death the next attempt is a matter of `step`, once it is done with this one.
      setImmediate(() => onExit(`could not be started: ${errorMessageOf(error)}`, undefined));
      return undefined;
    }
  }

  #onExit(reason: string, exitCode: number | undefined): void {
    const { name, logger } = this.#options;
    const expected = this.#run.phase === "stopping";
    this.#channel?.close();
    this.#channel = undefined;
    this.#process = undefined;
    this.#startedAtMs = undefined;
    this.#lastExit = reason;
    if (expected) logger.info("service ended", { service: name, reason });
    else logger.warn("service died", { service: name, reason });
    if (!expected) this.#options.onChange({ reason, exitCode });
    this.#take({ type: "exited" });
  }

  #connect(pid: number): void {
    const { socketPath: path, clock, logger } = this.#options;
    const channel = new ChannelClient({
      path,
      clock,
      logger,
      retryDelayMs: CONNECT_RETRY_MS,
      onConnected: () => void this.#greet(channel, pid),
    });
    this.#channel?.close();
    this.#channel = channel;
    channel.start();
  }

  /** A service that is busy is asked again, until it answers or its time to start is over. */
  async #greet(channel: ChannelClient, pid: number): Promise<void> {
    while (channel === this.#channel && this.#run.phase === "starting") {
      try {
        const hello = (await channel.request("hello")) as ServiceHello;
        // The socket may still be that of the process before; the channel connects again when that has ended.
        if (hello.pid !== pid || channel !== this.#channel) return;
        this.#startedAtMs = hello.startedAtMs;
        return this.#take({ type: "ready" });
      } catch (error) {
        this.#options.logger.debug("service did not greet", { error: errorMessageOf(error) });
        if (errorCodeOf(error) !== "timed-out") return;
      }
    }
  }

  async #askToStop(purpose: "restart" | "shutdown"): Promise<void> {
    const asked = this.#process;
    try {
      await this.#requestNow("stop", { purpose });
    } catch {
      // It may have ended before it answered, and its successor may run.
      if (asked === this.#process) asked?.kill("SIGTERM");
    }
  }

  /** Over a connection of its own while the kept one is not there: the service may have been started just now. */
  async #requestNow(method: string, params: unknown): Promise<void> {
    if (this.#channel?.connected === true) {
      await this.#channel.request(method, params);
      return;
    }
    const { socketPath: path, clock, logger } = this.#options;
    const channel = new ChannelClient({ path, clock, logger });
    try {
      await channel.connectOnce();
      await channel.request(method, params);
    } finally {
      channel.close();
    }
  }

  #cancelTimers(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
