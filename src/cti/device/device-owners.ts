import { errorCodeOf, errorMessageOf, type Clock, type Logger, type Timer } from "../../common/index.ts";
import type { CtiDeviceRequest } from "../../signals/index.ts";
import type { CallControlLink } from "../call-control-link.ts";
import { CtiError } from "../cti-error.ts";
import { BAD_PARAMETERS, failureError } from "../errors/failure-error.ts";
import {
  holderOf,
  stepOwnership,
  UNOWNED,
  type Holder,
  type HolderChange,
  type Ownership,
  type OwnershipEffect,
  type OwnershipEvent,
} from "./ownership.ts";

export interface DeviceOwnersOptions {
  readonly link: CallControlLink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the calls of a session wait for it; undefined: it is over. */
  readonly leaseMsOf: (session: string) => number | undefined;
  /** Another session has the device, or none has; after that call control is told. */
  readonly onOwner: (device: string, ownership: Ownership) => void;
  /** Call control has not let a session have a device that it had before, or that it was to take over. */
  readonly onRefused: (device: string, session: string, error: CtiError) => void;
}

/** How long an application that opens a device waits for call control. */
const OPEN_MS = 5_000;
const RETRY_MS = 1_000;
/** How often the fence is raised for one owner. */
const MAX_FENCED = 3;
/** Call control has not been told. */
const NOTHING = Promise.resolve(0);

/** What call control is to be told of a device; only the last of it counts. */
interface Telling {
  request: CtiDeviceRequest | undefined;
  isRunning: boolean;
  fenced: number;
  waiter: { readonly session: string; settle(outcome: CtiError | number): void } | undefined;
  /** Resolves when it has been told, to the position of call control's last reply; 0: it is away. */
  told: Promise<number>;
}

/** Who owns the CTI ports and route points; keeps call control in the picture over its restarts. */
export class DeviceOwners {
  readonly #options: DeviceOwnersOptions;
  readonly #ownerships = new Map<string, Ownership>();
  readonly #tellings = new Map<string, Telling>();
  /** Sessions whose applications are waited for. */
  readonly #silent = new Set<string>();
  #retry: Timer | undefined;
  #isClosed = false;

  constructor(options: DeviceOwnersOptions) {
    this.#options = options;
  }

  of(device: string): Ownership {
    return this.#ownerships.get(device) ?? UNOWNED;
  }

  /** Devices that have an owner. */
  get owned(): number {
    let owned = 0;
    for (const { owner } of this.#ownerships.values()) if (owner !== undefined) owned += 1;
    return owned;
  }

  /** A holder of before a restart; `fence`: it was the owner. Followed by `restored`. */
  restore(device: string, holder: Holder, fence: number | undefined): void {
    const ownership = this.of(device);
    const isLater = fence !== undefined && fence > ownership.fence;
    this.#ownerships.set(device, {
      ...ownership,
      holders: [...ownership.holders, holder].sort((one, other) => one.order - other.order),
      ...(isLater ? { owner: holder.session, fence } : {}),
    });
  }

  /** All holders are there. */
  restored(): void {
    const wallMs = this.#options.clock.wallMs();
    for (const device of [...this.#ownerships.keys()]) this.#take(device, { type: "restored", wallMs });
  }

  /**
   * Resolves when call control knows the session as owner, or when another one is the owner.
   * @returns signals up to this position show it
   * @throws {CtiError} what call control refuses it with; `node-unavailable`
   */
  async open(device: string, holder: Holder): Promise<number> {
    this.#take(device, { type: "opened", holder, wallMs: this.#options.clock.wallMs() });
    if (this.of(device).owner !== holder.session) return 0;
    const agreed = await this.#agreed(device, holder.session);
    if (agreed instanceof CtiError) throw agreed;
    return agreed;
  }

  /** @returns resolves when call control knows: signals up to this position show it; 0: it is away, and hears of it later */
  close(device: string, session: string, isLeaseOver: boolean): Promise<number> {
    this.#take(device, { type: "closed", session, isLeaseOver, wallMs: this.#options.clock.wallMs() });
    return this.#tellings.get(device)?.told ?? NOTHING;
  }

  /** What has become of the application of a session. */
  note(device: string, session: string, type: HolderChange): void {
    this.#take(device, { type, session, wallMs: this.#options.clock.wallMs() });
  }

  /** The application of a session is waited for, or has been heard again: new calls wait with it meanwhile. */
  setSilent(session: string, isSilent: boolean, devices: Iterable<string>): void {
    if (isSilent) this.#silent.add(session);
    else this.#silent.delete(session);
    for (const device of devices) {
      const { owner, fence } = this.of(device);
      const told = this.#tellings.get(device)?.request;
      // Who owns it, when that is being told now, is followed by that.
      if (owner !== session || (told !== undefined && told.type !== "silent")) continue;
      this.#ask(device, { type: "silent", device, fence, isSilent });
    }
  }

  /** The session is over. */
  forget(session: string): void {
    this.#silent.delete(session);
  }

  /** Call control is there: it is told all that it may not know. */
  linkIsUp(): void {
    for (const [device, ownership] of this.#ownerships) {
      const owner = holderOf(ownership, ownership.owner);
      const told = this.#tellings.get(device)?.request;
      if (owner === undefined || (told !== undefined && told.type !== "silent")) continue;
      this.#tell(device, ownEffect(owner, ownership.fence));
      if (owner.phase === "failed") this.#tell(device, { type: "failed", fence: ownership.fence });
    }
    for (const device of this.#tellings.keys()) this.#run(device);
  }

  /** May be called twice. */
  end(): void {
    this.#isClosed = true;
    this.#retry?.cancel();
    for (const { waiter } of this.#tellings.values()) waiter?.settle(unavailable());
  }

  #take(device: string, event: OwnershipEvent): void {
    const { ownership, effects } = stepOwnership(this.of(device), event);
    if (ownership.holders.length === 0) this.#ownerships.delete(device);
    else this.#ownerships.set(device, ownership);
    for (const effect of effects) {
      if (effect.type === "new-owner") this.#options.onOwner(device, ownership);
      else this.#tell(device, effect);
    }
  }

  /** Resolves to the position that shows it, or to why call control does not let the session have the device. */
  #agreed(device: string, session: string): Promise<CtiError | number> {
    return new Promise((resolve) => {
      const telling = this.#tellings.get(device);
      if (telling === undefined) return resolve(0);
      telling.waiter?.settle(unavailable());
      const timer = this.#options.clock.after(OPEN_MS, () => {
        telling.waiter?.settle(unavailable());
        void this.close(device, session, false);
      });
      telling.waiter = {
        session,
        settle: (outcome) => {
          timer.cancel();
          telling.waiter = undefined;
          resolve(outcome);
        },
      };
    });
  }

  #tell(device: string, effect: Exclude<OwnershipEffect, { type: "new-owner" }>): void {
    this.#ask(device, this.#requestOf(device, effect));
  }

  #requestOf(device: string, effect: Exclude<OwnershipEffect, { type: "new-owner" }>): CtiDeviceRequest {
    if (effect.type !== "own") return { type: effect.type, device, fence: effect.fence };
    const { session, registration } = effect.holder;
    const leaseMs = this.#options.leaseMsOf(session);
    const lease = leaseMs === undefined ? {} : { leaseMs };
    return { type: "own", device, fence: effect.fence, ...registration, session, ...lease };
  }

  #ask(device: string, request: CtiDeviceRequest): void {
    let telling = this.#tellings.get(device);
    if (telling === undefined) {
      telling = { request: undefined, isRunning: false, fenced: 0, waiter: undefined, told: NOTHING };
      this.#tellings.set(device, telling);
    }
    telling.request = request;
    this.#run(device);
  }

  #run(device: string): void {
    const telling = this.#tellings.get(device);
    if (telling === undefined || telling.isRunning || this.#isClosed || !this.#options.link.isConnected) return;
    telling.isRunning = true;
    telling.told = this.#send(device, telling).finally(() => {
      telling.isRunning = false;
      telling.told = NOTHING;
      if (telling.request === undefined) this.#tellings.delete(device);
      else this.#retryLater();
    });
  }

  async #send(device: string, telling: Telling): Promise<number> {
    const { link, logger } = this.#options;
    let position = 0;
    for (let request = telling.request; request !== undefined && link.isConnected; request = telling.request) {
      try {
        const reply = await link.device(request);
        position = reply.position;
        if (reply.ok) this.#taken(telling, request, position);
        else this.#refused(device, telling, request, reply.failure, reply.detail);
      } catch (error) {
        const code = errorCodeOf(error);
        if (code === BAD_PARAMETERS) {
          this.#refused(device, telling, request, code, errorMessageOf(error));
          continue;
        }
        logger.warn("call control was not told who owns a device", { device, error: errorMessageOf(error) });
        return 0;
      }
    }
    return position;
  }

  #taken(telling: Telling, request: CtiDeviceRequest, position: number): void {
    if (telling.request !== request) return;
    telling.request = undefined;
    telling.fenced = 0;
    telling.waiter?.settle(position);
    if (request.type !== "own" || !this.#silent.has(request.session)) return;
    const { device, fence } = request;
    telling.request = { type: "silent", device, fence, isSilent: true };
  }

  #refused(device: string, telling: Telling, request: CtiDeviceRequest, failure: string, detail: string): void {
    if (telling.request !== request) return;
    telling.request = undefined;
    if (request.type !== "own") return;
    telling.fenced += 1;
    if (failure === "fenced" && telling.fenced <= MAX_FENCED) {
      return this.#take(device, { type: "fenced", wallMs: this.#options.clock.wallMs() });
    }
    this.#options.logger.warn("call control does not let a session own a device", { device, failure, detail });
    const error = failureError(failure, detail, { entity: { kind: "device", id: device } });
    const isAwaited = telling.waiter?.session === request.session;
    if (isAwaited) telling.waiter?.settle(error);
    void this.close(device, request.session, false);
    if (!isAwaited) this.#options.onRefused(device, request.session, error);
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    this.#retry?.cancel();
    this.#retry = this.#options.clock.after(RETRY_MS, () => {
      for (const device of this.#tellings.keys()) this.#run(device);
    });
  }
}

function ownEffect(holder: Holder, fence: number): Exclude<OwnershipEffect, { type: "new-owner" }> {
  return { type: "own", holder, fence };
}

function unavailable(): CtiError {
  return new CtiError("node-unavailable", "call control is not there", { retryAfterMs: RETRY_MS });
}
