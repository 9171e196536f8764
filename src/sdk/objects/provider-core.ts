import type {
  CallView,
  ConnectionView,
  CtiEvent,
  MethodName,
  MethodParams,
  MediaView,
  MethodResults,
  RouteView,
  SessionNoticeEvent,
  Topic,
} from "../../protocol/index.ts";
import type { CommandOptions, TakeReply } from "../connection/commands.ts";
import { CtiSession, type SequencedEvent } from "../connection/cti-session.ts";
import type { SessionOptions } from "../connection/open-params.ts";
import { Pauses } from "../connection/pauses.ts";
import type { SdkClock } from "../connection/sdk-clock.ts";
import { CtiError } from "../cti-error.ts";
import { EventHub } from "../events/event-hub.ts";
import { knownEvent } from "../events/event-types.ts";
import type { ProviderState } from "../events/provider-events.ts";
import { Replica, type Snapshot } from "../replica/replica.ts";
import { checkEvent, checkSnapshot } from "../shapes.ts";
import { callControlOf } from "./call-control.ts";
import type { DeviceOpening, ObjectContext, OpenedDevice } from "./context.ts";
import { Objects } from "./objects.ts";
import { OpenDevices } from "./open-devices.ts";
import type { MediaAddressChooser } from "./terminal-options.ts";
import { ToldCalls, topicText, type Asked } from "./told-calls.ts";
import { tellsCalls, Watches, type Ask } from "./watches.ts";
import type { Address, Call, Connection, Terminal } from "./nouns.ts";

const PAGE = 1_000;
const MAX_ATTEMPTS = 100;
/** The right to watch, and control, all devices. */
const ALL_DEVICES = "control-all-devices";

/** Session, replica and objects of a provider, put together. */
export class ProviderCore implements ObjectContext {
  readonly clock: SdkClock;
  readonly replica: Replica;
  readonly hub = new EventHub();
  readonly watches: Watches;
  readonly devices: OpenDevices;
  readonly objects: Objects;
  readonly #pauses: Pauses;
  readonly #told = new ToldCalls();
  readonly #session: CtiSession;
  readonly #newId: () => string;
  #callControl: "in-service" | "out-of-service" = "in-service";
  #sessionId: string | undefined;
  /** The session that has been subscribed in, if only in part. */
  #watchedSession: string | undefined;

  constructor(options: SessionOptions) {
    this.clock = options.clock;
    this.#pauses = new Pauses(options.clock);
    this.#newId = options.newKey;
    this.replica = new Replica(
      {
        onCallEnded: (call, connections) => this.#callEnded(call, connections),
        onRouteEnded: (route) => this.#routeChanged(route, false),
      },
      () => options.clock.wallMs(),
    );
    this.objects = new Objects(this);
    this.watches = new Watches((method, params, take) => this.#ask(method, params, take), {
      onFailed: (failure) => this.hub.emit({ type: "provider.notRestored", ...failure }),
      pause: (ms) => this.#pauses.wait(ms),
      isOver: () => this.isShutDown,
      onClosed: () => this.#forgetUntold(),
    });
    this.devices = new OpenDevices(this, (opening, command, onOpened) => this.#openDevice(opening, command, onOpened), {
      owned: (device) => this.#tellRoutes(device),
      closed: () => this.#forgetUntold(),
    });
    this.#session = new CtiSession(options, {
      onEvent: (event) => this.#take(event),
      restore: () => this.#restore(),
      onOpened: () => {
        this.#sessionId = this.#session.opened?.sessionId;
        this.hub.opened();
      },
      onLost: (reason, error) => this.hub.emit({ type: "provider.lost", reason, ...(error && { error }) }),
      onResumed: () => this.hub.emit({ type: "provider.resumed", server: this.#session.server }),
      onResnapshot: () => this.#resnapshot(),
      onShutdown: (error) => this.#shutDown(error),
    });
  }

  get session(): CtiSession {
    return this.#session;
  }
  get isAway(): boolean {
    return this.#session.phase !== "in-service";
  }
  get isShutDown(): boolean {
    return this.#session.phase === "shutdown";
  }
  get state(): ProviderState {
    const { phase } = this.#session;
    if (phase === "shutdown") return "shutdown";
    return phase === "in-service" ? this.#callControl : "out-of-service";
  }

  command<Method extends MethodName>(
    method: Method,
    params: MethodParams[Method],
    options?: CommandOptions,
  ): Promise<MethodResults[Method]> {
    return this.#session.command(method, params, options) as Promise<MethodResults[Method]>;
  }
  terminal(name: string): Terminal {
    return this.objects.terminal(name);
  }
  address(name: string): Address {
    return this.objects.address(name);
  }
  call(callId: string): Call {
    return this.objects.call(callId);
  }
  connection(connectionId: string, callId: string): Connection {
    return this.objects.connection(connectionId, callId);
  }
  newId(): string {
    return this.#newId();
  }
  open(opening: DeviceOpening, options?: CommandOptions): Promise<OpenedDevice> {
    return this.devices.open(opening, options);
  }
  close(device: string, options?: CommandOptions): Promise<void> {
    return this.devices.close(device, options);
  }
  isOpen(device: string): boolean {
    return this.devices.isOpen(device);
  }
  async prepare(device: string, { timeoutMs, signal }: CommandOptions = {}): Promise<void> {
    const kind = this.replica.devices.get(device)?.kind;
    if (this.isOpen(device) || (kind !== "phone" && kind !== undefined)) return;
    await this.open({ device }, { ...(timeoutMs !== undefined && { timeoutMs }), ...(signal && { signal }) });
  }

  /** Topics of all that the user may see: without the right to all devices these are those of the inventory. */
  everything(): readonly Topic[] {
    if (this.#session.opened?.permissions.includes(ALL_DEVICES) === true) return [{ kind: "all" }];
    const devices = [...this.replica.devices.values()];
    return [{ kind: "provider" }, ...devices.map(({ name }): Topic => ({ kind: "device", name }))];
  }

  /** Answers `media.wanted`, where the application has said how. */
  async supplyMedia(media: MediaView, choose: MediaAddressChooser | undefined): Promise<void> {
    if (choose === undefined) return;
    const { device, callId } = media;
    try {
      await this.command("media.setAddress", { device, callId, ...(await choose(media)) });
    } catch (error) {
      this.hub.emit({ type: "media.failed", media, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  /** A reply of how all was, in its place among the events. */
  merge(snapshot: Snapshot, seq: number): void {
    const { devices, lines } = this.replica.merge(snapshot, seq);
    for (const { callId } of snapshot.calls ?? []) this.#callChanged(callId);
    for (const route of snapshot.routes ?? []) if (route.state !== "ended") this.#routeChanged(route, false);
    // Nothing is told of what a `provider.resnapshot` stands for.
    if (this.#session.phase !== "in-service") return;
    for (const device of devices) this.hub.emit({ type: "device.state", device, seq });
    for (const line of lines) this.hub.emit({ type: "line.state", line, seq });
  }

  /** Dialogues that wait at a device for who has just opened it. */
  #tellRoutes(device: string): void {
    for (const view of this.replica.routes.values()) {
      if (view.device === device && view.state === "routing") this.#routeChanged(view, false);
    }
  }

  #ask(method: MethodName, params: object, take: TakeReply): Promise<void> {
    const whole: TakeReply = (reply) => this.#replied(reply, take, params);
    return this.#session.command(method, params, {}, whole).then(() => undefined);
  }

  /** The same while the session is restored, which commands wait for. */
  #askAgain(method: MethodName, params: object, take: TakeReply): Promise<void> {
    return this.#askPatiently(method, this.#withKey(params), (reply) => this.#replied(reply, take, params));
  }

  /** Very many devices may be more than the server takes at once. */
  async #askPatiently(method: MethodName, params: object, take: TakeReply): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#session.ask(method, params, take);
      } catch (error) {
        if (!(error instanceof CtiError) || error.code !== "LIMIT_RATE" || attempt === MAX_ATTEMPTS) throw error;
        await this.#pauses.wait(error.envelope.retryAfterMs ?? 1_000);
      }
    }
  }

  #replied(reply: Readonly<Record<string, unknown>>, take: TakeReply, asked: Asked): void {
    const { device, devices, ...shown } = reply as Snapshot & { readonly device?: Snapshot["devices"] };
    // What no event will tell of would stay as it is for ever.
    const rest = tellsCalls(asked.types) ? shown : { ...shown, calls: [], routes: [] };
    const all = device === undefined ? devices : [device as never];
    checkSnapshot({ ...rest, devices: all });
    take(reply);
    const topics = asked.device === undefined ? (asked.topics ?? []).map(topicText) : [`device ${asked.device}`];
    for (const { callId } of rest.calls ?? []) this.#told.claim(callId, topics);
    this.merge({ ...rest, ...(all === undefined ? {} : { devices: all }) }, seqOf(reply));
    const [opened] = device === undefined ? [] : (all ?? []);
    if (opened !== undefined) this.devices.lease(opened.name)?.lookAround();
  }

  #withKey(params: object): object {
    return { ...params, meta: { key: this.newId(), keyMs: this.clock.wallMs() } };
  }

  async #openDevice(
    opening: DeviceOpening,
    options?: CommandOptions,
    onOpened?: (opened: OpenedDevice) => void,
    isAgain = false,
  ): Promise<OpenedDevice> {
    let opened: OpenedDevice = { device: opening.device };
    const take: TakeReply = ({ fence }) => {
      if (typeof fence === "number") opened = { ...opened, fence };
      onOpened?.(opened);
    };
    if (isAgain) await this.#askAgain("device.open", opening, take);
    else {
      const whole: TakeReply = (reply) => this.#replied(reply, take, opening);
      await this.#session.command("device.open", opening, options, whole);
    }
    return opened;
  }

  /** Asks for all again that there was: in a new session, or in one whose events are lost. */
  async #restore(): Promise<void> {
    const restart = this.replica.beginRestart();
    await this.#inventory();
    restart.endInventory();
    const sessionId = this.#session.opened?.sessionId;
    const isNewSession = sessionId !== this.#watchedSession;
    this.#watchedSession = sessionId;
    const askAgain: Ask = (method, params, take) => this.#askAgain(method, params, take);
    const failures = await this.watches.restore(isNewSession, askAgain);
    const [first] = failures;
    // Nobody has the provider yet who could be told.
    if (first !== undefined && this.#sessionId === undefined) throw first.error;
    for (const failure of failures) this.hub.emit({ type: "provider.notRestored", ...failure });
    const failed = await this.devices.reopen((opening) => this.#openDevice(opening, undefined, undefined, true));
    for (const { device, error } of failed) this.hub.emit({ type: "provider.notRestored", what: device, error });
    restart.end();
    this.#callControl = callControlOf([...this.replica.devices.values()]);
  }

  async #inventory(): Promise<void> {
    let after: unknown;
    do {
      const page: object = { limit: PAGE, ...(after === undefined ? {} : { after }) };
      await this.#askPatiently("provider.inventory", page, (reply) => {
        checkSnapshot(reply);
        after = reply["next"];
        this.merge(reply, seqOf(reply));
      });
    } while (after !== undefined);
  }

  #take(sequenced: SequencedEvent): void {
    const event = knownEvent(sequenced);
    if (event.type === "unknown") return this.hub.emit(event);
    checkEvent(event);
    const hasCome = event.type === "device.state" && this.replica.devices.get(event.device.name) === undefined;
    this.replica.apply(event);
    if (hasCome) this.watches.grown();
    this.#follow(event);
    this.hub.emit(event);
  }

  #follow(event: CtiEvent): void {
    switch (event.type) {
      case "call.snapshot":
        return this.#callChanged(event.call.callId);
      case "call.moved":
        this.#callChanged(event.from);
        return this.#callChanged(event.callId);
      case "call.connection":
        if (event.state === "disconnected") this.#connectionEnded(event.connectionId);
        return this.#callChanged(event.callId);
      case "call.state":
      case "call.terminal":
      case "call.feature":
      case "call.parties":
      case "call.userData":
        return this.#callChanged(event.callId);
      case "device.removed":
        this.devices.forget(event.device);
        this.watches.gone(event.device);
        return this.objects.removed("device", event.device);
      case "line.removed":
        return this.objects.removed("line", event.line);
      case "route.request":
      case "route.reroute":
        return this.#routeChanged(event.route, true);
      case "route.attempt":
      case "route.failed":
      case "route.used":
        return this.#routeChanged(event.route, false);
      case "media.wanted":
      case "media.started":
      case "media.stopped":
        return this.devices.lease(event.media.device)?.mediaChanged(event.media);
      case "session.notice":
        return this.#noticed(event);
      case "provider.state":
        return this.#callControlIs(event.state);
      case "route.end":
      case "device.state":
      case "line.state":
      case "digits":
      case "session.lagging":
        return;
    }
  }

  #noticed({ notice, device, fence, routes = [], seq }: SessionNoticeEvent): void {
    if (device === undefined) return;
    if (notice === "device-closed") return this.devices.forget(device);
    // Dialogues first: the calls that have one are not offered.
    this.replica.merge({ routes }, seq);
    this.devices.lease(device)?.noticed(notice, fence);
    if (notice === "owner") this.merge({ routes }, seq);
  }

  #callChanged(callId: string): void {
    this.objects.callChanged(callId);
    const view: CallView | undefined = this.replica.calls.get(callId);
    if (view !== undefined) this.#told.note(view, (line) => this.replica.lines.get(line)?.devices ?? []);
    if (view !== undefined) for (const lease of this.devices.leases()) lease.callChanged(view);
  }

  /** Something is not told of any more: calls go that nothing else tells of. */
  #forgetUntold(): void {
    const topics = this.watches.topics();
    const isLeft = (topic: string): boolean =>
      topics.has(topic) || (topic.startsWith("device ") && this.devices.isOpen(topic.slice("device ".length)));
    if (topics.has("all")) return;
    for (const callId of this.#told.untold(isLeft)) {
      this.#told.ended(callId, undefined);
      const last = this.replica.forgetCall(callId);
      if (last === undefined) continue;
      for (const { connectionId } of last.connections) this.#connectionEnded(connectionId);
      for (const lease of this.devices.leases()) lease.callEnded(callId);
      this.objects.callUntold(last);
    }
  }

  #callEnded(last: CallView, connections: readonly ConnectionView[]): void {
    this.#told.ended(last.callId, last.mergedInto);
    for (const { connectionId } of connections) this.#connectionEnded(connectionId);
    for (const lease of this.devices.leases()) lease.callEnded(last.callId);
    this.objects.callEnded(last);
  }

  #connectionEnded(connectionId: string): void {
    if (this.replica.connection(connectionId) !== undefined) return;
    for (const lease of this.devices.leases()) lease.connectionEnded(connectionId);
    this.objects.connectionEnded(connectionId);
  }

  #routeChanged(view: RouteView, isAsked: boolean): void {
    const session = this.objects.routeChanged(view);
    this.devices.lease(view.device)?.routeChanged(view, session, isAsked);
  }

  #callControlIs(state: "in-service" | "out-of-service" | "shut-down"): void {
    if (state === "shut-down") void this.#session.close();
    else this.#callControl = state;
  }

  #resnapshot(): void {
    const { opened, server } = this.#session;
    const isNewSession = opened?.sessionId !== this.#sessionId;
    this.#sessionId = opened?.sessionId;
    this.hub.emit({ type: "provider.resnapshot", server, isNewSession });
  }

  #shutDown(error: CtiError | undefined): void {
    this.devices.end();
    this.hub.emit({ type: "provider.shutdown", ...(error === undefined ? {} : { error }) });
    this.objects.end();
    this.hub.end();
    this.#pauses.end();
  }
}

function seqOf({ seq }: Readonly<Record<string, unknown>>): number {
  return typeof seq === "number" ? seq : 0;
}
