import type { CommandOptions } from "../connection/commands.ts";
import { isForGood, type CtiError } from "../cti-error.ts";
import type { DeviceOpening, ObjectContext, OpenedDevice } from "./context.ts";
import type { Lease } from "./lease.ts";

interface OpenDevice {
  readonly opening: DeviceOpening;
  opened: Promise<OpenedDevice>;
  lease: Lease | undefined;
  hasFailed?: true;
}

/** Sends `device.open`, and takes its snapshot. */
type Opener = (opening: DeviceOpening, options?: CommandOptions, onOpened?: OnOpened) => Promise<OpenedDevice>;

/** Called with the answer, before any event that follows it. */
type OnOpened = (opened: OpenedDevice) => void;

/** Devices that this session takes part in. As many as the application opens; the server limits them. */
export class OpenDevices {
  readonly #open: Opener;
  readonly #context: Pick<ObjectContext, "command">;
  readonly #onOwned: (device: string) => void;
  readonly #onClosed: () => void;
  readonly #devices = new Map<string, OpenDevice>();

  /** @param on `owned`: told when a lease has begun; `closed`: when a device is not told of any more */
  constructor(
    context: Pick<ObjectContext, "command">,
    open: Opener,
    on: { readonly owned: (device: string) => void; readonly closed: () => void },
  ) {
    this.#context = context;
    this.#open = open;
    this.#onOwned = on.owned;
    this.#onClosed = on.closed;
  }

  isOpen(device: string): boolean {
    return this.#devices.has(device);
  }
  leases(): Lease[] {
    return [...this.#devices.values()].flatMap(({ lease }) => lease ?? []);
  }
  lease(device: string): Lease | undefined {
    return this.#devices.get(device)?.lease;
  }

  /** Opening a device that is open as it is, or as anything else than what it is, asks nothing. */
  async open(opening: DeviceOpening, options?: CommandOptions, onOpened?: OnOpened): Promise<OpenedDevice> {
    const known = this.#devices.get(opening.device);
    if (known !== undefined && isIn(opening, known.opening)) return known.opened;
    const device: OpenDevice = {
      opening,
      opened: this.#open(opening, options, onOpened),
      // It goes on until this one is answered.
      lease: known?.lease,
    };
    this.#devices.set(opening.device, device);
    try {
      await device.opened;
      // As it is now: it may have been opened again, in another session.
      return await device.opened;
    } catch (error) {
      device.hasFailed = true;
      if (this.#devices.get(opening.device) === device) {
        if (known === undefined || known.hasFailed === true) this.#devices.delete(opening.device);
        else this.#devices.set(opening.device, known);
      }
      throw error;
    }
  }

  /** Opens a device for a lease, which hears of all that follows the answer. One that there was before is closed. */
  async openLease(
    opening: DeviceOpening,
    make: (opened: OpenedDevice) => Lease,
    options?: CommandOptions,
  ): Promise<Lease> {
    let lease: Lease | undefined;
    const own = (opened: OpenedDevice): void => {
      lease = make(opened);
      this.#own(opening.device, lease);
    };
    const opened = await this.open(opening, options, own);
    if (lease === undefined) own(opened);
    return lease ?? make(opened);
  }

  #own(name: string, lease: Lease): void {
    const device = this.#devices.get(name);
    // It was closed before it was open.
    if (device === undefined) return lease.hasClosed();
    device.lease?.hasClosed();
    device.lease = lease;
    this.#onOwned(name);
  }

  async close(device: string, options?: CommandOptions): Promise<void> {
    const known = this.#devices.get(device);
    if (known === undefined) return;
    this.#devices.delete(device);
    known.lease?.hasClosed();
    try {
      await this.#context.command("device.close", { device }, options);
    } catch (error) {
      // It is open there still, perhaps: whoever closes it again is to close it.
      if (!this.#devices.has(device)) this.#devices.set(device, { ...known, lease: undefined });
      throw error;
    }
    this.#onClosed();
  }

  /** The device is in the inventory no more. */
  forget(device: string): void {
    this.#devices.get(device)?.lease?.hasClosed();
    if (this.#devices.delete(device)) this.#onClosed();
  }

  /** Opens all of them again, in another session. @returns those that could not be */
  async reopen(open: Opener): Promise<{ readonly device: string; readonly error: CtiError }[]> {
    const failed: { device: string; error: CtiError }[] = [];
    for (const [name, device] of [...this.#devices]) {
      try {
        const opened = await open(device.opening);
        device.opened = Promise.resolve(opened);
        device.lease?.hasOpened(opened);
        if (device.lease?.isOwner === true) this.#onOwned(name);
      } catch (error) {
        if (!isForGood(error)) throw error;
        this.#devices.delete(name);
        device.lease?.hasClosed();
        failed.push({ device: name, error });
      }
    }
    return failed;
  }

  /** The provider is shut down. */
  end(): void {
    for (const { lease } of this.#devices.values()) lease?.hasClosed();
    this.#devices.clear();
  }
}

/** The device is open like that, or nothing is said of how it is to be. */
function isIn(opening: DeviceOpening, known: DeviceOpening): boolean {
  const isBare = opening.media === undefined && opening.routes === undefined && opening.autoAccept === undefined;
  return isBare || JSON.stringify(known) === JSON.stringify(opening);
}
