import { performance } from "node:perf_hooks";
import { ChannelServer, SwitchError, type Clock, type Logger } from "../../common/index.ts";
import type { SupervisorHello } from "../../admin/index.ts";
import type { Supervisor } from "./supervisor.ts";

/** Options of a `SupervisorChannel`. */
export interface SupervisorChannelOptions {
  readonly path: string;
  readonly supervisor: Supervisor;
  readonly hello: Pick<SupervisorHello, "version" | "node" | "addresses">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The supervisor's control channel: `hello`, `services`, `restart` and `stop`. Services watch it too. */
export class SupervisorChannel {
  readonly #options: SupervisorChannelOptions;
  readonly #server: ChannelServer;
  readonly #startedAtMs = Math.round(performance.timeOrigin);
  #state: SupervisorHello["state"] = "starting";

  constructor(options: SupervisorChannelOptions) {
    this.#options = options;
    this.#server = new ChannelServer({ path: options.path, logger: options.logger });
  }

  /** @param stop stops the node, and with it this channel */
  async listen(stop: () => Promise<void>): Promise<void> {
    const { supervisor } = this.#options;
    this.#server.handle("hello", () => this.#hello());
    this.#server.handle("services", () => supervisor.services);
    this.#server.handle("restart", (params) => {
      const name = (params as { name?: unknown } | null)?.name;
      if (typeof name !== "string") throw new SwitchError("bad-params", "expected {name}");
      return supervisor.restart(name);
    });
    this.#server.handle("stop", () => {
      this.enter("draining");
      // Whoever asked knows the end by the end of the connection.
      setImmediate(() => void stop());
      return this.#hello();
    });
    await this.#server.listen();
  }

  enter(state: SupervisorHello["state"]): void {
    this.#state = state;
    this.#server.broadcast("state", this.#hello());
  }

  /** May be called twice. */
  close(): Promise<void> {
    return this.#server.close();
  }

  #hello(): SupervisorHello {
    const startedAtMs = this.#startedAtMs;
    return { service: "supervisor", pid: process.pid, startedAtMs, state: this.#state, ...this.#options.hello };
  }
}
