import type { CallView, MediaView, RouteView, SessionNoticeEvent } from "../../protocol/index.ts";
import type { Unsubscribe } from "../events/emitter.ts";
import type { EventStream, StreamOptions } from "../events/event-stream.ts";
import { Waiting } from "../events/waiting.ts";
import type { ObjectContext, OpenedDevice } from "./context.ts";
import type { MediaTerminal, RouteTerminal } from "./leased-terminal.ts";
import { MediaNow } from "./media-now.ts";
import type { RouteSession, Terminal, TerminalConnection } from "./nouns.ts";
import { Offers } from "./offers.ts";

/** Ownership of a CTI port or route point, and what waits there for the application. */
export class Lease implements MediaTerminal, RouteTerminal {
  readonly terminal: Terminal;
  readonly #context: ObjectContext;
  readonly #offers: Offers;
  readonly #routes = new Waiting<RouteSession>(({ state }) => state !== "routing");
  readonly #media = new MediaNow();
  readonly #onWanted: ((media: MediaView) => void) | undefined;
  #fence: number | undefined;
  #isClosed = false;

  /**
   * @param how `isRouted`: calls are routed by dialogues; `onWanted`: told when an address is to be set for a call
   */
  constructor(
    context: ObjectContext,
    opened: OpenedDevice,
    { isRouted = false, onWanted }: { readonly isRouted?: boolean; readonly onWanted?: (media: MediaView) => void },
  ) {
    this.#context = context;
    this.#onWanted = onWanted;
    this.terminal = context.terminal(opened.device);
    this.#offers = new Offers(context, opened.device, isRouted);
    this.hasOpened(opened);
  }

  get isOwner(): boolean {
    return this.#fence !== undefined && !this.#isClosed;
  }
  get fence(): number | undefined {
    return this.#fence;
  }
  get isClosed(): boolean {
    return this.#isClosed;
  }

  offers(options: StreamOptions = {}): EventStream<TerminalConnection> {
    return this.#offers.waiting.stream(options);
  }
  onOffer(listener: (offer: TerminalConnection) => void): Unsubscribe {
    return this.#offers.waiting.on(listener);
  }
  routes(options: StreamOptions = {}): EventStream<RouteSession> {
    return this.#routes.stream(options);
  }
  onRoute(listener: (route: RouteSession) => void): Unsubscribe {
    return this.#routes.on(listener);
  }
  onMedia(listener: (media: MediaView) => void): Unsubscribe {
    return this.#media.on(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.hasClosed();
    await this.#context.close(this.terminal.name);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Who stands by is offered nothing, since commands of the owner alone are taken. */
  callChanged(call: CallView): void {
    if (this.isOwner) this.#offers.look(call);
  }
  /** @internal */
  connectionEnded(connectionId: string): void {
    this.#offers.waiting.remove(connectionId);
  }
  /** @internal */
  callEnded(callId: string): void {
    this.#media.callEnded(callId);
  }
  /** @internal `isAsked`: it waits for an answer anew. */
  routeChanged(view: RouteView, session: RouteSession, isAsked: boolean): void {
    const { routeId, state } = view;
    if (!this.isOwner) return;
    this.#offers.routeChanged(view);
    if (state !== "routing") this.#routes.remove(routeId);
    else if (isAsked || !this.#routes.has(routeId)) this.#routes.put(routeId, session);
  }
  /** @internal */
  mediaChanged(media: MediaView): void {
    if (media.moment === "wanted" && this.isOwner) this.#onWanted?.(media);
    this.#media.take(media);
  }
  /** @internal Another session took the device over, or this one did: what waits at it waits for this one now. */
  noticed(notice: SessionNoticeEvent["notice"], fence: number | undefined): void {
    if (notice === "owner") this.hasOpened({ device: this.terminal.name, fence: fence ?? this.#fence ?? 0 });
    else if (notice === "owner-changed" || notice === "owner-refused") this.#standBy();
  }
  /** @internal It has been opened, or opened again. */
  hasOpened({ fence }: OpenedDevice): void {
    if (fence === undefined) return this.#standBy();
    this.#fence = fence;
    this.lookAround();
  }
  /** @internal All that is known of the device has come. */
  lookAround(): void {
    if (this.isOwner) this.#offers.lookAtAll();
  }
  /** @internal By the application, or since the provider is shut down. */
  hasClosed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const one of [this.#offers.waiting, this.#routes, this.#media]) one.end();
  }

  #standBy(): void {
    this.#fence = undefined;
    this.#offers.waiting.forget();
    this.#routes.forget();
  }
}
