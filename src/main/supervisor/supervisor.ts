import { SwitchError, type Clock, type Logger } from "../../common/index.ts";
import type { SupervisedService } from "../../admin/index.ts";
import { ServiceKeeper } from "./service-keeper.ts";
import type { OnExit, ServiceProcess } from "./service-process.ts";

/** Options of a `Supervisor`. */
export interface SupervisorOptions {
  /** Services in the order in which they are started. */
  readonly startOrder: readonly string[];
  /** Groups of services; each group is stopped after the one before has ended. */
  readonly stopOrder: readonly (readonly string[])[];
  readonly socketPath: (name: string) => string;
  readonly spawn: (name: string, onExit: OnExit) => ServiceProcess | undefined;
  /** Begins to watch the running process of a service, if there is one to adopt. */
  readonly adopt: (name: string) => ((onExit: OnExit) => ServiceProcess) | undefined;
  /** Told in a sentence what goes wrong during a start that goes on all the same. */
  readonly report: (line: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Starts the services of a node, starts again what dies, and stops all in order. It is on no message path. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #keepers = new Map<string, ServiceKeeper>();
  readonly #waiting = new Set<() => void>();
  #isStarting = false;
  #hasAdopted = false;
  #startFailure: SwitchError | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    for (const name of options.startOrder) {
      const { clock, logger } = options;
      const keeper = new ServiceKeeper({
        name,
        socketPath: options.socketPath(name),
        clock,
        logger,
        spawn: (onExit) => options.spawn(name, onExit),
        onChange: (exit) => {
          if (exit !== undefined && this.#isStarting) this.#onExitAtStart(name, exit.reason, exit.exitCode);
          this.#wake();
        },
      });
      this.#keepers.set(name, keeper);
    }
  }

  get services(): readonly SupervisedService[] {
    return [...this.#keepers.values()].map((keeper) => keeper.summary);
  }

  /**
   * Adopts what runs, starts the rest and resolves when all are ready.
   * @throws {SwitchError} `service-failed` when one ended before that and none was adopted: those have calls, which
   * another one's failure must not end; the others are running still. `stopping` when `stop` came first
   */
  async start(): Promise<void> {
    this.#refuseWhenStopping();
    this.#isStarting = true;
    const watches = new Map([...this.#keepers.keys()].map((name) => [name, this.#options.adopt(name)]));
    this.#hasAdopted = [...watches.values()].some((watch) => watch !== undefined);
    for (const [name, keeper] of this.#keepers) {
      const watch = watches.get(name);
      if (watch === undefined) keeper.start();
      else keeper.adopt(watch);
    }
    const isReady = (): boolean => this.services.every(({ state }) => state === "ready");
    await this.#until(() => this.#startFailure !== undefined || this.#stopping !== undefined || isReady());
    this.#isStarting = false;
    if (this.#startFailure !== undefined) throw this.#startFailure;
    this.#refuseWhenStopping();
  }

  /**
   * Stops one service and starts it again; resolves when it is ready. Calls that are up go on.
   * @throws {SwitchError} `unknown-service`; `stopping`; `service-failed` when it did not come up
   */
  async restart(name: string): Promise<SupervisedService> {
    const keeper = this.#keepers.get(name);
    if (keeper === undefined) {
      const known = [...this.#keepers.keys()].join(", ");
      throw new SwitchError("unknown-service", `there is no service ${name}; there are ${known}`, { name });
    }
    if (this.#stopping !== undefined) throw new SwitchError("stopping", "the node is stopping");
    const restartsBefore = keeper.summary.restarts;
    keeper.restart();
    await this.#until(() => {
      const { state, restarts } = keeper.summary;
      return this.#stopping !== undefined || state === "waiting" || (state === "ready" && restarts > restartsBefore);
    });
    if (keeper.summary.state === "ready") return keeper.summary;
    throw new SwitchError("service-failed", `${name} did not come up: ${keeper.summary.lastExit ?? "stopped"}`, {
      name,
    });
  }

  /** Stops all services in order; what does not stop in time is killed. May be called again while it runs. */
  stop(): Promise<void> {
    if (this.#stopping === undefined) {
      this.#stopping = this.#stopInOrder();
      this.#wake();
    }
    return this.#stopping;
  }

  /** Ends all services at once, without asking. */
  kill(): void {
    void this.stop();
    for (const keeper of this.#keepers.values()) {
      keeper.stop();
      keeper.kill();
    }
  }

  /** Lets go of the services, which go on; may be called twice. */
  close(): void {
    for (const keeper of this.#keepers.values()) keeper.close();
  }

  async #stopInOrder(): Promise<void> {
    for (const group of this.#options.stopOrder) {
      const keepers = group.flatMap((name) => this.#keepers.get(name) ?? []);
      for (const keeper of keepers) keeper.stop();
      await this.#until(() => keepers.every(({ summary }) => summary.state === "stopped"));
    }
    this.close();
  }

  #refuseWhenStopping(): void {
    if (this.#stopping !== undefined) throw new SwitchError("stopping", "the node was stopped before it was ready");
  }

  #onExitAtStart(name: string, reason: string, exitCode: number | undefined): void {
    const message = `${name} ended while the node started: ${reason}`;
    if (this.#hasAdopted) return this.#options.report(`${message}; it is started again`);
    this.#startFailure ??= new SwitchError("service-failed", message, {
      service: name,
      ...(exitCode === undefined ? {} : { exitCode }),
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}
