import type { CommandOptions } from "../connection/commands.ts";
import { isForGood, type CtiError } from "../cti-error.ts";
import type { DeviceOpening, ObjectContext, OpenedDevice } from "./context.ts";
import type { Lease } from "./lease.ts";

interface OpenDevice {
  readonly opening: DeviceOpening;
  opened: Promise<OpenedDevice>;
  lease: Lease | undefined;
}

/** Sends `device.open`, and takes its snapshot. */
type Opener = (opening: DeviceOpening, options?: CommandOptions) => Promise<OpenedDevice>;

/** Devices that this session takes part in. As many as the application opens; the server limits them. */
export class OpenDevices {
  readonly #open: Opener;
  readonly #context: Pick<ObjectContext, "command">;
  readonly #devices = new Map<string, OpenDevice>();

  constructor(context: Pick<ObjectContext, "command">, open: Opener) {
    this.#context = context;
    this.#open = open;
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

  /** Opening a device that is open as it is asks nothing. */
  async open(opening: DeviceOpening, options?: CommandOptions): Promise<OpenedDevice> {
    const known = this.#devices.get(opening.device);
    if (known !== undefined && JSON.stringify(known.opening) === JSON.stringify(opening)) return known.opened;
    const device: OpenDevice = { opening, opened: this.#open(opening, options), lease: undefined };
    this.#devices.set(opening.device, device);
    try {
      return await device.opened;
    } catch (error) {
      if (this.#devices.get(opening.device) === device) {
        if (known === undefined) this.#devices.delete(opening.device);
        else this.#devices.set(opening.device, known);
      }
      throw error;
    }
  }

  /** The lease ends with the device. */
  own(device: string, lease: Lease): void {
    const known = this.#devices.get(device);
    if (known !== undefined) known.lease = lease;
  }

  async close(device: string, options?: CommandOptions): Promise<void> {
    const known = this.#devices.get(device);
    if (known === undefined) return;
    this.#devices.delete(device);
    known.lease?.hasClosed();
    await this.#context.command("device.close", { device }, options);
  }

  /** The device is in the inventory no more. */
  forget(device: string): void {
    this.#devices.get(device)?.lease?.hasClosed();
    this.#devices.delete(device);
  }

  /** Opens all of them again, in another session. @returns those that could not be */
  async reopen(open: Opener): Promise<{ readonly device: string; readonly error: CtiError }[]> {
    const failed: { device: string; error: CtiError }[] = [];
    for (const [name, device] of [...this.#devices]) {
      try {
        const opened = await open(device.opening);
        device.opened = Promise.resolve(opened);
        device.lease?.hasOpened(opened);
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
