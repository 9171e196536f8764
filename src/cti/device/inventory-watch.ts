import type { CtiSignal } from "../../signals/index.ts";
import type { CtiEvent } from "../call/cti-event.ts";
import { placeOf, type Distributor } from "../call/distributor.ts";
import type { Replica } from "../call/replica.ts";
import type { Subscription } from "../call/subscription.ts";
import type { Subscriptions } from "../call/subscriptions.ts";
import { deviceKey, lineKey, WATCH_ALL, WATCH_PROVIDER, type WatchKey } from "../call/watch-keys.ts";
import type { SessionTable } from "../session/session-table.ts";
import type { Session } from "../session/session.ts";
import type { DeviceAccess } from "./device-access.ts";
import { KnownInventory } from "./known-inventory.ts";
import type { OpenDevices } from "./open-devices.ts";

export interface InventoryWatchOptions {
  readonly replica: Replica;
  readonly access: DeviceAccess;
  readonly subscriptions: Subscriptions;
  readonly distributor: Distributor;
  readonly open: OpenDevices;
  readonly sessions: SessionTable;
}

/**
 * Follows what sessions may watch: those that watch the provider are told what comes and goes, and all lose what they may not
 * watch any more.
 */
export class InventoryWatch {
  readonly #options: InventoryWatchOptions;
  /** Devices and lines that sessions which watch the provider know of. */
  readonly #known = new Map<string, KnownInventory>();
  /** Those of sessions of before a restart: they are compared with what there is once that is known. */
  readonly #restored = new Set<Session>();

  constructor(options: InventoryWatchOptions) {
    this.#options = options;
  }

  /** A session that watches the provider knows what there is, unless it did before. */
  begin(session: Session): void {
    if (this.#known.has(session.id) || !this.#watchesProvider(session)) return;
    this.#known.set(session.id, KnownInventory.begin(session, this.#inventoryOf(session)));
  }

  /** The same of a session that may be of before a restart: it knows what it knew then. */
  restore(session: Session): void {
    if (this.#known.has(session.id) || !this.#watchesProvider(session)) return;
    const restored = KnownInventory.restore(session, () => this.#all());
    if (restored === undefined) return this.begin(session);
    this.#restored.add(session);
    this.#known.set(session.id, restored);
  }

  /** Signals of the past are over: what else has changed while nobody could tell of it is told. */
  caughtUp(): void {
    for (const session of this.#restored) {
      this.#known.get(session.id)?.settle();
      this.#compare(session);
    }
    this.#restored.clear();
  }

  /** A subscription is over. */
  unsubscribed(session: Session): void {
    if (!this.#watchesProvider(session)) this.end(session);
  }

  /** What was told is worthless: all is told anew. */
  renew(): void {
    for (const session of this.#options.sessions.all()) {
      this.end(session);
      this.begin(session);
    }
  }

  /** It watches no more, or is over. */
  end(session: Session): void {
    this.#known.delete(session.id);
    this.#restored.delete(session);
  }

  /** A line has other devices now, as the replica knows: who may not watch it any more is not told of that, nor of what follows. */
  lineMoved(signal: CtiSignal, position: number): void {
    if (signal.kind !== "line") return;
    const { distributor, subscriptions, access } = this.#options;
    const key = lineKey(signal.line.name);
    for (const session of distributor.sessionsOf([key])) {
      if (access.mayWatchLine(session, signal.line)) continue;
      // Who has subscribed later was let to by what came later.
      const hasBefore = subscriptions.of(session).some(({ keys, since }) => keys.has(key) && since < position);
      if (hasBefore) this.takeAway(session);
    }
  }

  /**
   * A device or line has come, or has gone; the replica knows it.
   * @param told who has been told already, by what it has subscribed to
   */
  signal(signal: CtiSignal, position: number, told: ReadonlySet<Session>): void {
    if (signal.kind !== "device" && signal.kind !== "line" && signal.kind !== "removed") return;
    for (const [id, known] of this.#known) {
      const session = this.#options.sessions.get(id);
      if (session === undefined) continue;
      const events = this.#eventsOf(signal, session, known);
      if (told.has(session) || position <= session.position) continue;
      for (const event of events) this.#tell(session, event, position);
    }
  }

  /** Its application has come back, maybe with a token that allows less; `isAnew`: it takes an inventory. */
  resumed(session: Session, isAnew: boolean): void {
    this.takeAway(session);
    if (!isAnew) return;
    this.end(session);
    this.begin(session);
  }

  /** Users, their devices or permissions have changed. */
  configurationChanged(): void {
    for (const session of [...this.#options.sessions.all()]) {
      this.takeAway(session);
      this.#compare(session);
    }
  }

  /** Devices are closed, and topics end, that the session may not have or watch any more. */
  takeAway(session: Session): void {
    const { open, subscriptions } = this.#options;
    for (const device of open.devicesOf(session)) {
      if (!this.#mayHave(session, device)) open.closeFor(device, "access", [session]);
    }
    const lost = new Set<WatchKey>();
    for (const { keys } of subscriptions.of(session)) {
      for (const key of keys) if (!this.#mayWatch(session, key)) lost.add(key);
    }
    if (lost.size === 0) return;
    subscriptions.takeOut(session, lost);
    // What waits of them comes before that.
    session.settle();
    for (const topic of lost) {
      const event: CtiEvent = { type: "session.notice", notice: "topic-ended", topic };
      session.append(event);
    }
  }

  #eventsOf(signal: CtiSignal, session: Session, known: KnownInventory): CtiEvent[] {
    const { access } = this.#options;
    if (signal.kind === "device") {
      const { device } = signal;
      if (!session.user.mayUseDevice(device.name) || !known.add(deviceKey(device.name))) return [];
      return [{ type: "device.state", device }];
    }
    if (signal.kind === "line") {
      const { line } = signal;
      const key = lineKey(line.name);
      if (access.mayWatchLine(session, line)) return known.add(key) ? [{ type: "line.state", line }] : [];
      // No device that the session may watch has it any more.
      return known.delete(key) ? [{ type: "line.removed", line: line.name }] : [];
    }
    if (signal.kind !== "removed") return [];
    const { device, line } = signal;
    const events: CtiEvent[] = [];
    if (device !== undefined && known.delete(deviceKey(device))) events.push({ type: "device.removed", device });
    if (line !== undefined && known.delete(lineKey(line))) events.push({ type: "line.removed", line });
    return events;
  }

  /** What a session that watches the provider knows is compared with what there is for it now. */
  #compare(session: Session): void {
    const known = this.#known.get(session.id);
    if (known === undefined) return;
    const { replica } = this.#options;
    const now = this.#inventoryOf(session);
    known.extentChanged();
    for (const key of [...known.keys]) {
      if (now.has(key) || !known.delete(key)) continue;
      const name = nameIn(key);
      const isDevice = key.startsWith("device:");
      this.#tell(session, isDevice ? { type: "device.removed", device: name } : { type: "line.removed", line: name });
    }
    for (const key of now) {
      if (!known.add(key)) continue;
      const device = replica.devices.get(nameIn(key));
      const line = replica.lines.get(nameIn(key));
      if (key.startsWith("device:") && device !== undefined) this.#tell(session, { type: "device.state", device });
      if (key.startsWith("line:") && line !== undefined) this.#tell(session, { type: "line.state", line });
    }
  }

  /** Tells who wants to hear events of the type of the provider. */
  #tell(session: Session, event: CtiEvent, position?: number): void {
    const wants = this.#ofProvider(session).some(({ types }) => types === undefined || types.has(event.type));
    if (wants) session.append(event, placeOf(event, position));
  }

  /** Who may only watch takes no calls. */
  #mayHave(session: Session, device: string): boolean {
    const { user } = session;
    if (!user.mayUseDevice(device)) return false;
    return user.scope?.isMonitorOnly !== true || this.#options.open.roleOf(session, device) === "none";
  }

  #mayWatch(session: Session, key: WatchKey): boolean {
    const { replica, access } = this.#options;
    if (key === WATCH_ALL) return session.user.permissions.includes("control-all-devices");
    if (key.startsWith("device:")) return session.user.mayUseDevice(nameIn(key));
    const line = key.startsWith("line:") ? replica.lines.get(nameIn(key)) : undefined;
    const call = key.startsWith("call:") ? replica.call(nameIn(key)) : undefined;
    if (call !== undefined) return access.maySee(session, call);
    return line === undefined || access.mayWatchLine(session, line);
  }

  #inventoryOf(session: Session): Set<WatchKey> {
    const { replica, access } = this.#options;
    const keys = new Set<WatchKey>();
    for (const name of replica.devices.keys()) if (session.user.mayUseDevice(name)) keys.add(deviceKey(name));
    for (const line of replica.lines.values()) if (access.mayWatchLine(session, line)) keys.add(lineKey(line.name));
    return keys;
  }

  /** What there is for who may control all. */
  *#all(): Generator<WatchKey> {
    const { devices, lines } = this.#options.replica;
    for (const name of devices.keys()) yield deviceKey(name);
    for (const line of lines.values()) if (line.devices.length > 0) yield lineKey(line.name);
  }

  #watchesProvider(session: Session): boolean {
    return this.#ofProvider(session).length > 0;
  }

  #ofProvider(session: Session): Subscription[] {
    return this.#options.subscriptions.of(session).filter(({ keys }) => keys.has(WATCH_PROVIDER));
  }
}

function nameIn(key: WatchKey): string {
  return key.slice(key.indexOf(":") + 1);
}
