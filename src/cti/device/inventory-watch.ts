import type { CtiSignal } from "../../signals/index.ts";
import type { CtiEvent } from "../call/cti-event.ts";
import type { Replica } from "../call/replica.ts";
import type { Subscriptions } from "../call/subscriptions.ts";
import { deviceKey, lineKey, WATCH_ALL, WATCH_PROVIDER, type WatchKey } from "../call/watch-keys.ts";
import type { SessionTable } from "../session/session-table.ts";
import type { Session } from "../session/session.ts";
import type { DeviceAccess } from "./device-access.ts";
import type { OpenDevices } from "./open-devices.ts";

export interface InventoryWatchOptions {
  readonly replica: Replica;
  readonly access: DeviceAccess;
  readonly subscriptions: Subscriptions;
  readonly open: OpenDevices;
  readonly sessions: SessionTable;
}

/**
 * Follows what sessions may watch: those that watch the provider are told what comes and goes, and all lose what they may not
 * watch any more.
 */
export class InventoryWatch {
  readonly #options: InventoryWatchOptions;
  /** Devices and lines, as keys, that sessions which watch the provider know of. */
  readonly #known = new Map<string, Set<WatchKey>>();

  constructor(options: InventoryWatchOptions) {
    this.#options = options;
  }

  /** A session that watches the provider knows what there is, unless it did before. */
  begin(session: Session): void {
    if (!this.#known.has(session.id) && this.#watchesProvider(session))
      this.#known.set(session.id, this.#inventoryOf(session));
  }

  /** What was told is worthless: all is told anew. */
  renew(): void {
    for (const session of this.#options.sessions.all()) {
      this.#known.delete(session.id);
      this.begin(session);
    }
  }

  end(session: Session): void {
    this.#known.delete(session.id);
  }

  /** A device or line has come, or has gone; the replica knows it. */
  signal(signal: CtiSignal, position: number): void {
    if (signal.kind !== "device" && signal.kind !== "line" && signal.kind !== "removed") return;
    for (const [id, known] of this.#known) {
      const session = this.#options.sessions.get(id);
      if (session === undefined || position <= session.position) continue;
      for (const [key, event] of this.#eventsOf(signal, session, known)) {
        // Who watches that itself has been told.
        if (!this.#watches(session, key)) session.append(event, { position });
      }
    }
  }

  /** Its application has come back, maybe with a token that allows less; `isAnew`: it takes an inventory. */
  resumed(session: Session, isAnew: boolean): void {
    this.takeAway(session);
    if (!isAnew) return;
    this.#known.delete(session.id);
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
    for (const topic of lost) {
      const event: CtiEvent = { type: "session.notice", notice: "topic-ended", topic };
      session.append(event);
    }
  }

  #eventsOf(signal: CtiSignal, session: Session, known: Set<WatchKey>): [WatchKey, CtiEvent][] {
    const { access } = this.#options;
    if (signal.kind === "device") {
      const key = deviceKey(signal.device.name);
      if (known.has(key) || !session.user.mayUseDevice(signal.device.name)) return [];
      known.add(key);
      return [[key, { type: "device.state", device: signal.device }]];
    }
    if (signal.kind === "line") {
      const key = lineKey(signal.line.name);
      if (known.has(key) || !access.mayWatchLine(session, signal.line)) return [];
      known.add(key);
      return [[key, { type: "line.state", line: signal.line }]];
    }
    if (signal.kind !== "removed") return [];
    const { device, line } = signal;
    const events: [WatchKey, CtiEvent][] = [];
    if (device !== undefined && known.delete(deviceKey(device))) {
      events.push([deviceKey(device), { type: "device.removed", device }]);
    }
    if (line !== undefined && known.delete(lineKey(line))) {
      events.push([lineKey(line), { type: "line.removed", line }]);
    }
    return events;
  }

  /** What a session that watches the provider knows is compared with what there is for it now. */
  #compare(session: Session): void {
    const known = this.#known.get(session.id);
    if (known === undefined) return;
    const { replica } = this.#options;
    const now = this.#inventoryOf(session);
    const events: CtiEvent[] = [];
    for (const key of known) {
      if (now.has(key)) continue;
      const name = nameIn(key);
      events.push(
        key.startsWith("device:") ? { type: "device.removed", device: name } : { type: "line.removed", line: name },
      );
    }
    for (const key of now) {
      if (known.has(key)) continue;
      const device = replica.devices.get(nameIn(key));
      const line = replica.lines.get(nameIn(key));
      if (key.startsWith("device:") && device !== undefined) events.push({ type: "device.state", device });
      if (key.startsWith("line:") && line !== undefined) events.push({ type: "line.state", line });
    }
    this.#known.set(session.id, now);
    for (const event of events) session.append(event);
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

  #watchesProvider(session: Session): boolean {
    return this.#options.subscriptions.of(session).some(({ keys }) => keys.has(WATCH_PROVIDER));
  }

  #watches(session: Session, key: WatchKey): boolean {
    return this.#options.subscriptions.of(session).some(({ keys }) => keys.has(key) || keys.has(WATCH_ALL));
  }
}

function nameIn(key: WatchKey): string {
  return key.slice(key.indexOf(":") + 1);
}
