import type { EventType, MediaView, MethodName, MethodParams, MethodResults, Topic } from "../../protocol/index.ts";
import type { CommandOptions } from "../connection/commands.ts";
import type { Opened } from "../connection/open-params.ts";
import type { OpenSocket } from "../connection/socket.ts";
import { clientError } from "../cti-error.ts";
import type { Unsubscribe } from "../events/emitter.ts";
import type { StreamOptions } from "../events/event-stream.ts";
import type { EventsOfTypes, ProviderEvent, ProviderEventMap, ProviderState } from "../events/provider-events.ts";
import type { DeviceOpening } from "./context.ts";
import { Lease } from "./lease.ts";
import type { MediaTerminal, RouteTerminal } from "./leased-terminal.ts";
import { ProviderCore } from "./provider-core.ts";
import { sessionOptionsOf, type ProviderOptions } from "./provider-options.ts";
import { splitAddress, type MediaTerminalOptions, type RouteTerminalOptions } from "./terminal-options.ts";
import type { Watch } from "./watch.ts";
import type { Address, Call, Terminal } from "./nouns.ts";

const OPEN_MS = 10_000;
const INVENTORY_EVENTS: readonly EventType[] = [
  "device.state",
  "device.removed",
  "line.state",
  "line.removed",
  "provider.state",
];

/** JTAPI Provider: the connection with a switch, and all that is known of it. */
export class Provider {
  readonly #core: ProviderCore;

  private constructor(core: ProviderCore) {
    this.#core = core;
  }

  /**
   * Signs in and gets the inventory: it is in service then.
   * @throws {CtiError} family `AUTH`, `CLIENT_UNREACHABLE`, `CLIENT_PROTOCOL`
   */
  static async open(options: ProviderOptions, openSocket: OpenSocket): Promise<Provider> {
    const core = new ProviderCore(sessionOptionsOf(options, openSocket));
    const { watch = "inventory" } = options;
    if (watch === "none") core.watches.prepare([{ kind: "provider" }]);
    else core.watches.prepareWhole(() => core.everything(), watch === "all" ? undefined : INVENTORY_EVENTS);
    await opened(core, options);
    return new Provider(core);
  }

  get state(): ProviderState {
    return this.#core.state;
  }
  /** Address of the server that it is connected with, or tries. */
  get server(): string {
    return this.#core.session.server;
  }
  /** What the server said when the session was opened: its id, node, user, rights, limits, methods. */
  get session(): Opened {
    const { opened } = this.#core.session;
    if (opened === undefined) throw clientError("CLIENT_CLOSED", "there is no session");
    return opened;
  }
  /** Events up to this one have been applied. */
  get seq(): number {
    return this.#core.session.appliedSeq;
  }

  get terminals(): readonly Terminal[] {
    return [...this.#core.replica.devices.values()].map(({ name }) => this.#core.terminal(name));
  }
  get addresses(): readonly Address[] {
    return [...this.#core.replica.lines.values()].map(({ name }) => this.#core.address(name));
  }
  /** Those that are told of: of devices that are open, and of what is watched. */
  get calls(): readonly Call[] {
    return [...this.#core.replica.calls.values()].map(({ callId }) => this.#core.call(callId));
  }
  /** @throws {CtiError} `CLIENT_NOT_KNOWN`: it is not in the inventory */
  terminal(name: string): Terminal {
    if (this.#core.replica.devices.get(name) === undefined)
      throw clientError("CLIENT_NOT_KNOWN", `there is no device ${name} that ${this.session.user} may see`);
    return this.#core.terminal(name);
  }
  /** @param name a line such as `1001@internal`, or a number that only one line has
   * @throws {CtiError} `CLIENT_NOT_KNOWN` */
  address(name: string): Address {
    const { lines } = this.#core.replica;
    if (lines.get(name) !== undefined) return this.#core.address(name);
    const [found, other] = [...lines.values()].filter(({ number }) => number === name);
    if (found !== undefined && other === undefined) return this.#core.address(found.name);
    const what = found === undefined ? `there is no line ${name}` : `several lines have the number ${name}`;
    throw clientError("CLIENT_NOT_KNOWN", `${what} that ${this.session.user} may see`);
  }
  /** Absent: it is not told of, or over. */
  call(callId: string): Call | undefined {
    return this.#core.replica.calls.get(callId) === undefined ? undefined : this.#core.call(callId);
  }

  on<Name extends keyof ProviderEventMap>(name: Name, listener: (event: ProviderEventMap[Name]) => void): Unsubscribe {
    return this.#core.hub.on(name, listener);
  }
  /** Events as they come, of all types or of some. Who takes them too slowly gets `stream.lost` instead of the oldest. */
  events(options?: StreamOptions): AsyncIterableIterator<ProviderEvent>;
  events<Type extends EventType>(
    options: StreamOptions & { readonly types: readonly Type[] },
  ): AsyncIterableIterator<EventsOfTypes<Type>>;
  events({
    types,
    ...options
  }: StreamOptions & { readonly types?: readonly EventType[] } = {}): AsyncIterableIterator<ProviderEvent> {
    return this.#core.hub.stream(types, options);
  }
  /** Has devices, lines, calls or everything told of. `types`: only these events; what they show is not complete then. */
  watch(topics: readonly Topic[], { types }: { readonly types?: readonly EventType[] } = {}): Promise<Watch> {
    return this.#core.watches.add(topics, types);
  }

  /** Opens a CTI port or route point whose calls this application answers. */
  async openMediaTerminal(
    device: string,
    options: MediaTerminalOptions,
    command?: CommandOptions,
  ): Promise<MediaTerminal> {
    const { media, owner, address } = splitAddress(options);
    const onWanted = (wanted: MediaView): void => void this.#core.supplyMedia(wanted, address);
    return this.#lease({ device, media, ...owner }, command, onWanted);
  }

  /** Opens a route point whose calls this application sends elsewhere. */
  async openRouteTerminal(
    device: string,
    { autoAccept, routes = autoAccept !== true }: RouteTerminalOptions = {},
    command?: CommandOptions,
  ): Promise<RouteTerminal> {
    const owner = autoAccept === undefined ? {} : { autoAccept };
    return this.#lease({ device, media: { mode: "none" }, routes, ...owner }, command);
  }

  /** Any method of the protocol. It is sent again over reconnects until its deadline, with the same key. */
  request<Method extends MethodName>(
    method: Method,
    params: MethodParams[Method],
    options?: CommandOptions,
  ): Promise<MethodResults[Method]> {
    return this.#core.command(method, params, options);
  }

  /**
   * Goes to another one of its servers, such as back to the first one, which it never does by itself. It is in a session of
   * its own there, with all that it has opened and watches. Commands that have no answer by then fail with outcome `unknown`.
   * @throws {CtiError} `CLIENT_NOT_KNOWN`: it is none of `servers`; `CLIENT_UNREACHABLE`: it stays where it is
   */
  moveTo(server: string): Promise<void> {
    return this.#core.session.moveTo(server);
  }

  /** Ends the session: devices are closed. May be called twice. */
  close(): Promise<void> {
    return this.#core.session.close();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #lease(opening: DeviceOpening, command?: CommandOptions, onWanted?: (media: MediaView) => void): Promise<Lease> {
    const how = { isRouted: opening.routes === true, ...(onWanted && { onWanted }) };
    return this.#core.devices.openLease(opening, (opened) => new Lease(this.#core, opened, how), command);
  }
}

/** Resolves when it is in service; else shuts it down, and says why. */
function opened(core: ProviderCore, { openTimeoutMs = OPEN_MS, signal }: ProviderOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (tell: () => void): void => {
      timer.cancel();
      signal?.removeEventListener("abort", abort);
      for (const one of stop) one();
      tell();
    };
    const fail = (error: Error): void =>
      settle(() => {
        void core.session.close();
        reject(error);
      });
    const late = (): void => {
      const { lastReason, lastRefusal } = core.session;
      const text = `no server could be reached within ${openTimeoutMs} ms: ${lastReason}`;
      fail(lastRefusal ?? clientError("CLIENT_UNREACHABLE", text));
    };
    const abort = (): void => fail(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
    const timer = core.clock.after(openTimeoutMs, late);
    const stop = [
      core.hub.onOpened(() => settle(resolve)),
      core.hub.on("provider.shutdown", ({ error }) => fail(error ?? clientError("CLIENT_CLOSED", "it was shut down"))),
    ];
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
  });
}
