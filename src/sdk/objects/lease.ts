import type { CallView, MediaView, RouteView, SessionNoticeEvent } from "../../protocol/index.ts";
import type { Unsubscribe } from "../events/emitter.ts";
import type { EventStream, StreamOptions } from "../events/event-stream.ts";
import type { ObjectContext, OpenedDevice } from "./context.ts";
import { Offers } from "./offers.ts";
import type { RouteSession, Terminal, TerminalConnection } from "./nouns.ts";

/** What a provider tells the devices that were opened to own them. */
export interface LeaseHandlers {
  onMedia?(media: MediaView): void;
  onRoute?(route: RouteView, session: RouteSession, isAsked: boolean): void;
  /** Another session decides now what becomes of calls. */
  onStandby?(): void;
  onClosed?(): void;
}

/** Ownership of a CTI port or route point: what `MediaTerminal` and `RouteTerminal` have in common. */
export class Lease {
  readonly #context: ObjectContext;
  readonly #offers: Offers;
  readonly handlers: LeaseHandlers;
  readonly terminal: Terminal;
  #fence: number | undefined;
  #isClosed = false;

  constructor(context: ObjectContext, opened: OpenedDevice, handlers: LeaseHandlers) {
    this.#context = context;
    this.handlers = handlers;
    this.terminal = context.terminal(opened.device);
    this.#offers = new Offers(context, opened.device);
    this.onOpened(opened);
  }

  /** False: another session of the group has it, and this one stands by; or it is closed. */
  get isOwner(): boolean {
    return this.#fence !== undefined && !this.#isClosed;
  }
  /** Grows with each owner of the device. */
  get fence(): number | undefined {
    return this.#fence;
  }
  get isClosed(): boolean {
    return this.#isClosed;
  }

  offers(options: StreamOptions): EventStream<TerminalConnection> {
    return this.#offers.stream(options);
  }
  onOffer(listener: (offer: TerminalConnection) => void): Unsubscribe {
    return this.#offers.on(listener);
  }
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.onClosed();
    await this.#context.close(this.terminal.name);
  }

  /** Who stands by is offered nothing, since commands of the owner alone are taken. */
  onCall(call: CallView): void {
    if (this.isOwner) this.#offers.look(call);
  }
  onRoute(route: RouteView, session: RouteSession, isAsked: boolean): void {
    if (this.isOwner) this.handlers.onRoute?.(route, session, isAsked);
  }
  /** Another session took the device over, or this one did: what waits at it waits for this one now. */
  onNotice(notice: SessionNoticeEvent["notice"], fence: number | undefined): void {
    if (notice === "owner") this.onOpened({ device: this.terminal.name, fence: fence ?? this.#fence ?? 0 });
    else if (notice === "owner-changed" || notice === "owner-refused") this.#standBy();
  }
  /** It has been opened, or opened again. */
  onOpened({ fence }: OpenedDevice): void {
    if (fence === undefined) return this.#standBy();
    this.#fence = fence;
    this.#offers.lookAtAll();
  }
  /** By the application, or since the provider is shut down. */
  onClosed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#offers.end();
    this.handlers.onClosed?.();
  }

  #standBy(): void {
    this.#fence = undefined;
    this.#offers.forget();
    this.handlers.onStandby?.();
  }
}
