import type { RouteDestination, RouteView } from "../../protocol/index.ts";
import type { CommandOptions } from "../connection/commands.ts";
import { Emitter, type Unsubscribe } from "../events/emitter.ts";
import { doneOf, patient, type ObjectContext } from "./context.ts";
import type { Call, DialOptions, Done, RouteSession, Terminal } from "./nouns.ts";

interface RouteEvents {
  change: RouteSession;
  ended: RouteSession;
}

export class LiveRouteSession implements RouteSession {
  readonly #context: ObjectContext;
  readonly #emitter = new Emitter<RouteEvents>();
  #view: RouteView;

  constructor(context: ObjectContext, view: RouteView) {
    this.#context = context;
    this.#view = view;
  }

  get id(): string {
    return this.#view.routeId;
  }
  get view(): RouteView {
    return this.#view;
  }
  get state(): RouteView["state"] {
    return this.#view.state;
  }
  get isEnded(): boolean {
    return this.#view.state === "ended";
  }
  get callingNumber(): string {
    return this.#view.callingNumber;
  }
  get calledNumber(): string {
    return this.#view.calledNumber;
  }
  get call(): Call {
    return this.#context.call(this.#view.callId);
  }
  get terminal(): Terminal {
    return this.#context.terminal(this.#view.device);
  }
  get untilMs(): number | undefined {
    return this.#view.untilMs;
  }

  on(type: keyof RouteEvents, listener: (route: RouteSession) => void): Unsubscribe {
    return this.#emitter.on(type, listener);
  }

  async select(
    destinations: readonly (string | RouteDestination)[],
    { headers, ...options }: DialOptions = {},
  ): Promise<Done> {
    const list = destinations.map((one) => (typeof one === "string" ? { to: one } : one));
    const params = { device: this.#view.device, routeId: this.id, destinations: list, ...(headers && { headers }) };
    return doneOf(await this.#context.command("route.select", params, patient(options)));
  }
  async end(options?: CommandOptions): Promise<Done> {
    const params = { device: this.#view.device, routeId: this.id };
    return doneOf(await this.#context.command("route.end", params, options));
  }

  /** @internal It is so now. */
  become(view: RouteView): void {
    const wasEnded = this.isEnded;
    this.#view = view;
    this.#emitter.emit("change", this);
    if (view.state !== "ended" || wasEnded) return;
    this.#emitter.emit("ended", this);
    this.#emitter.end();
  }
}
