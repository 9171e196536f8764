import { isDeepStrictEqual } from "node:util";
import { type Clock, withMore } from "../../common/index.ts";
import type { RouteView } from "../../signals/index.ts";
import type { ClosedReason, CtiEvent, OwnerView, SessionNotice } from "../call/cti-event.ts";
import type { Replica } from "../call/replica.ts";
import type { Subscriptions } from "../call/subscriptions.ts";
import { CtiError } from "../cti-error.ts";
import type { Session } from "../session/session.ts";
import type { SessionTable } from "../session/session-table.ts";
import type { DeviceOwners } from "./device-owners.ts";
import { areStandbys, holderOf, type Holder, type HolderChange, type Ownership } from "./ownership.ts";
import { sharingOf, type Registration } from "./registration.ts";

const FACT = "open:";

/** What is kept with a session of a device that it has open. */
interface Fact {
  /** Absent: it only watches it, or it is a phone. */
  readonly registration?: Registration;
  readonly order: number;
  /** It is the owner. */
  readonly fence?: number;
  readonly since: number;
}

/** A device that has been closed. */
export interface ClosedDevice {
  /** Resolves when call control knows: signals up to this position show it. Absent: it need not know. */
  readonly told: Promise<number> | undefined;
}

export interface OpenDevicesOptions {
  readonly owners: DeviceOwners;
  readonly subscriptions: Subscriptions;
  readonly replica: Replica;
  readonly sessions: SessionTable;
  readonly clock: Clock;
}

/** Which sessions have which devices open, and who of them owns it. */
export class OpenDevices {
  readonly #options: OpenDevicesOptions;
  /** By session, then by device. */
  readonly #open = new Map<string, Map<string, Fact>>();
  /** The last thing that is asked by a session of a device, by both. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #lastOrder = 0;

  constructor(options: OpenDevicesOptions) {
    this.#options = options;
  }

  get count(): number {
    let count = 0;
    for (const devices of this.#open.values()) count += devices.size;
    return count;
  }

  isOpen(session: Session, device: string): boolean {
    return this.#open.get(session.id)?.has(device) === true;
  }

  /** Devices that the session has open. */
  devicesOf(session: Session): readonly string[] {
    return [...(this.#open.get(session.id)?.keys() ?? [])];
  }

  /** The owner's fence, where the session is the owner. */
  fenceOf(session: Session, device: string): number | undefined {
    const { owner, fence } = this.#options.owners.of(device);
    return owner === session.id ? fence : undefined;
  }

  ownerOf(device: string): OwnerView | undefined {
    return this.#viewOf(this.#options.owners.of(device).owner);
  }

  /**
   * What the session may do with calls at the device: `owner` and who shares it all, `standby` nothing before it takes
   * over; `none`: it has not registered for them.
   */
  roleOf(session: Session, device: string): "owner" | "sharing" | "standby" | "none" {
    const ownership = this.#options.owners.of(device);
    const holder = holderOf(ownership, session.id);
    if (holder === undefined) return "none";
    const owner = holderOf(ownership, ownership.owner);
    if (owner === undefined || owner.session === session.id) return owner === undefined ? "standby" : "owner";
    return areStandbys(owner, holder) ? "standby" : "sharing";
  }

  /** Takes up again what sessions had open before a restart of the process. */
  restore(session: Session): void {
    for (const [key, value] of session.facts.entries()) {
      if (!key.startsWith(FACT)) continue;
      const device = key.slice(FACT.length);
      const fact = value as Fact;
      this.#note(session, device, fact);
      this.#options.subscriptions.openDevice(session, device, fact.since);
      this.#lastOrder = Math.max(this.#lastOrder, fact.order);
      if (fact.registration === undefined) continue;
      this.#options.owners.restore(device, holderAs(session, fact.registration, fact.order), fact.fence);
    }
  }

  /**
   * Opens a device for a session: it hears all of it, and may control it. `registration`: it takes its calls, too.
   * Resolves when call control has agreed.
   * @returns signals up to this position show it
   * @throws {CtiError} `limit-devices`, `device-owned`, and what call control refuses it with
   */
  async open(
    session: Session,
    device: string,
    registration: Registration | undefined,
    position: number,
  ): Promise<number> {
    const former = this.#open.get(session.id)?.get(device);
    if (former === undefined) this.#checkRoom(session);
    if (registration !== undefined) this.#checkSharing(session, device, registration);
    this.#lastOrder = Math.max(this.#lastOrder + 1, this.#options.clock.wallMs());
    const order = former?.registration === undefined ? this.#lastOrder : former.order;
    const kept = registration ?? former?.registration;
    const since = former?.since ?? position;
    this.#keep(session, device, { order, since, ...(kept === undefined ? {} : { registration: kept }) });
    this.#options.subscriptions.openDevice(session, device, since);
    if (registration === undefined || this.#isHeldAs(session, device, registration)) return position;
    try {
      const shown = await this.#options.owners.open(device, holderAs(session, registration, order));
      if (this.isOpen(session, device)) return shown;
      // Somebody has closed it meanwhile, and the session has been told why.
      throw new CtiError("device-not-open", `${device} was closed while it was opened`, {
        entity: { kind: "device", id: device },
      });
    } catch (error) {
      // What the session asks next waits for that: there is one answer of call control at a time.
      if (former?.registration === undefined || !this.isOpen(session, device)) this.#forget(session, device);
      else await this.#takeBack(session, device, withMore(former, { registration: former.registration }));
      throw error;
    } finally {
      this.#keepFences(device);
    }
  }

  /**
   * What one session asks of one device is done one after the other: call control has to agree to each.
   * @throws {CtiError} `session-closed`: it is over meanwhile
   */
  async inTurn<Result>(session: Session, device: string, act: () => Promise<Result>): Promise<Result> {
    const name = `${session.id} ${device}`;
    const before = this.#turns.get(name);
    const turn = (async (): Promise<Result> => {
      await before?.catch(() => undefined);
      if (before !== undefined && this.#options.sessions.get(session.id) !== session) {
        throw new CtiError("session-closed", "the session has ended");
      }
      return act();
    })();
    this.#turns.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }

  /** A device that could not be had otherwise stays as it was. */
  async #takeBack(session: Session, device: string, fact: Fact & Required<Pick<Fact, "registration">>): Promise<void> {
    this.#keep(session, device, fact);
    try {
      await this.#options.owners.open(device, holderAs(session, fact.registration, fact.order));
    } catch (error) {
      if (error instanceof CtiError && this.isOpen(session, device)) this.refused(device, session.id, error);
    }
  }

  /** @returns absent: it was not open */
  close(session: Session, device: string, isLeaseOver = false): ClosedDevice | undefined {
    const fact = this.#open.get(session.id)?.get(device);
    if (fact === undefined) return undefined;
    this.#forget(session, device);
    const { owners } = this.#options;
    const { registration } = fact;
    return { told: registration === undefined ? undefined : owners.close(device, session.id, isLeaseOver) };
  }

  /**
   * Closes a device for sessions that may not have it any more; they are told why.
   * @param position of the signal that says so: who has opened it later was let to
   */
  closeFor(device: string, reason: ClosedReason, sessions: Iterable<Session>, position = Infinity): void {
    for (const session of sessions) {
      if ((this.#open.get(session.id)?.get(device)?.since ?? 0) >= position) continue;
      if (this.close(session, device) !== undefined) this.#notify(session, { notice: "device-closed", device, reason });
    }
  }

  /** What has become of the application of a session. */
  note(session: Session, change: HolderChange): void {
    for (const [device, { registration }] of this.#open.get(session.id) ?? []) {
      if (registration !== undefined) this.#options.owners.note(device, session.id, change);
    }
  }

  /** The application of a session is waited for, or has been heard again. */
  noteSilent(session: Session, isSilent: boolean): void {
    const devices = [...(this.#open.get(session.id) ?? [])].filter(
      ([, { registration }]) => registration !== undefined,
    );
    this.#options.owners.setSilent(
      session.id,
      isSilent,
      devices.map(([device]) => device),
    );
    this.note(session, isSilent ? "silent" : "heard");
  }

  /** The session is over. */
  end(session: Session, isLeaseOver: boolean): void {
    this.#options.owners.forget(session.id);
    for (const device of this.devicesOf(session)) this.close(session, device, isLeaseOver);
  }

  /** Positions begin anew. */
  renew(since: number): void {
    for (const [sessionId, devices] of this.#open) {
      const session = this.#options.sessions.get(sessionId);
      if (session === undefined) continue;
      for (const [device, fact] of [...devices]) this.#keep(session, device, { ...fact, since });
    }
  }

  /** Another session owns the device, or none does: those that have registered for it are told. */
  ownerChanged(device: string, { holders, owner, fence }: Ownership): void {
    this.#keepFences(device);
    const view = this.#viewOf(owner);
    for (const { session: id } of holders) {
      const session = this.#options.sessions.get(id);
      if (session === undefined) continue;
      if (id === owner) this.#notify(session, { notice: "owner", device, fence, routes: this.#waiting(device) });
      else this.#notify(session, { notice: "owner-changed", device, ...(view === undefined ? {} : { owner: view }) });
    }
  }

  /** Call control has not let a session have the device. */
  refused(device: string, sessionId: string, error: CtiError): void {
    const session = this.#options.sessions.get(sessionId);
    if (session === undefined) return;
    this.#forget(session, device);
    this.#notify(session, { notice: "owner-refused", device, reason: error.code });
  }

  #notify(session: Session, notice: SessionNotice): void {
    const event: CtiEvent = { type: "session.notice", ...notice };
    session.append(event);
  }

  /** Dialogues that the owner is to answer. */
  #waiting(device: string): RouteView[] {
    const routes = [...this.#options.replica.routes.values()];
    return routes.filter((route) => route.device === device && route.state === "routing");
  }

  #viewOf(sessionId: string | undefined): OwnerView | undefined {
    const session = sessionId === undefined ? undefined : this.#options.sessions.get(sessionId);
    if (session === undefined) return undefined;
    return { user: session.user.name, session: session.id, client: session.client.name };
  }

  /** It has been opened like that before: nothing changes. */
  #isHeldAs(session: Session, device: string, registration: Registration): boolean {
    const holder = holderOf(this.#options.owners.of(device), session.id);
    return holder !== undefined && isDeepStrictEqual(holder.registration, registration);
  }

  #checkRoom(session: Session): void {
    const { name, maxOpenDevices } = session.user;
    let used = 1;
    for (const [id, devices] of this.#open) {
      if (this.#options.sessions.get(id)?.user.name === name) used += devices.size;
    }
    if (used <= maxOpenDevices) return;
    const limit = { name: "open devices of the user", value: maxOpenDevices, used };
    throw new CtiError("limit-devices", `${name} may have ${maxOpenDevices} devices open`, { limit });
  }

  #checkSharing(session: Session, device: string, registration: Registration): void {
    const asking = holderAs(session, registration, 0);
    for (const holder of this.#options.owners.of(device).holders) {
      if (holder.session === session.id || areStandbys(holder, asking)) continue;
      const sharing = sharingOf(holder.registration, registration);
      if (sharing === "shared") continue;
      const actor = this.#viewOf(holder.session);
      throw new CtiError("device-owned", `another application has ${device}`, {
        reason: sharing === "mismatch" ? "other codecs" : "another registration",
        entity: { kind: "device", id: device },
        ...(actor === undefined ? {} : { actor }),
      });
    }
  }

  #keep(session: Session, device: string, fact: Fact): void {
    this.#note(session, device, fact);
    session.facts.put(FACT + device, fact);
  }

  #note(session: Session, device: string, fact: Fact): void {
    const devices = this.#open.get(session.id);
    if (devices === undefined) this.#open.set(session.id, new Map([[device, fact]]));
    else devices.set(device, fact);
  }

  #forget(session: Session, device: string): void {
    const devices = this.#open.get(session.id);
    devices?.delete(device);
    if (devices?.size === 0) this.#open.delete(session.id);
    session.facts.remove(FACT + device);
    this.#options.subscriptions.closeDevice(session, device);
  }

  /** The fence is kept with the owner, and with nobody else. */
  #keepFences(device: string): void {
    const { owner, fence, holders } = this.#options.owners.of(device);
    for (const { session: id } of holders) {
      const session = this.#options.sessions.get(id);
      const fact = this.#open.get(id)?.get(device);
      if (session === undefined || fact === undefined) continue;
      const { fence: former, ...rest } = fact;
      if (id === owner) {
        if (former !== fence) this.#keep(session, device, withMore(rest, { fence }));
      } else if (former !== undefined) {
        this.#keep(session, device, rest);
      }
    }
  }
}

function holderAs(session: Session, registration: Registration, order: number): Holder {
  const { id, user, group, phase } = session;
  const inGroup = group === undefined ? {} : { group };
  return { session: id, user: user.name, ...inGroup, registration, order, phase };
}
