import { DEFAULT_PARTITION, withPartition, type BodyOf } from "../../../database/index.ts";
import type { DialCaller, DialPlanSource } from "./dial-plan.ts";

type LineHolder = "phones" | "ctiPorts" | "routePoints";
type AnyDevice = Pick<BodyOf<"phone">, "name" | "devicePool" | "callingSearchSpace"> &
  Partial<Pick<BodyOf<"phone">, "lines">>;

/** Names of the devices that have a line, in the order of the configuration. */
export type LineDevices = { readonly [holder in LineHolder]: readonly string[] };

const NO_DEVICES: LineDevices = { phones: [], ctiPorts: [], routePoints: [] };

/** Who may dial, what they may dial, and who has which line. */
export class Callers {
  readonly #spaces: ReadonlyMap<string, readonly string[]>;
  readonly #pools: ReadonlyMap<string, string>;
  readonly #devices = new Map<string, AnyDevice>();
  readonly #lines: ReadonlyMap<string, BodyOf<"directory-number">>;
  readonly #devicesOfLine = new Map<string, Record<LineHolder, string[]>>();

  constructor(source: DialPlanSource) {
    this.#spaces = new Map(source.callingSearchSpaces.map(({ name, partitions }) => [name, partitions]));
    this.#pools = new Map(source.devicePools.map(({ name, callingSearchSpace }) => [name, callingSearchSpace]));
    this.#lines = new Map(source.directoryNumbers.map((line) => [`${line.number}@${line.partition}`, line]));
    for (const trunk of source.trunks) this.#devices.set(trunk.name, trunk);
    for (const holder of ["phones", "ctiPorts", "routePoints"] as const) {
      for (const device of source[holder]) {
        this.#devices.set(device.name, device);
        for (const { directoryNumber } of device.lines) this.#hold(directoryNumber, holder, device.name);
      }
    }
  }

  #hold(line: string, holder: LineHolder, device: string): void {
    const known = this.#devicesOfLine.get(line) ?? { phones: [], ctiPorts: [], routePoints: [] };
    known[holder].push(device);
    this.#devicesOfLine.set(line, known);
  }

  /** The partitions of a search space; none when there is no such space. */
  space(name: string | undefined): readonly string[] {
    return (name === undefined ? undefined : this.#spaces.get(name)) ?? [];
  }

  devicesOf(line: string): LineDevices {
    return this.#devicesOfLine.get(line) ?? NO_DEVICES;
  }

  /** Those of the line, then those of the device, or of its pool when it has none. */
  spaceOf({ device: name, line }: DialCaller): readonly string[] {
    const device = name === undefined ? undefined : this.#devices.get(name);
    const ownLine = line ?? device?.lines?.[0]?.directoryNumber;
    const lineSpace = ownLine === undefined ? undefined : this.#lines.get(ownLine)?.callingSearchSpace;
    const deviceSpace = device?.callingSearchSpace ?? this.#pools.get(device?.devicePool ?? "");
    return [...new Set([...this.space(lineSpace), ...this.space(deviceSpace)])];
  }

  /** By the name of a device, of a line, or a number: in the partition of numbers that name none, else in any. */
  find(from: string): (DialCaller & { readonly number?: string }) | undefined {
    const device = this.#devices.get(from);
    if (device !== undefined) {
      const line = device.lines?.[0]?.directoryNumber;
      return { device: from, ...(line === undefined ? {} : { line, number: numberOf(line) }) };
    }
    const line = this.#findLine(from);
    if (line === undefined) return undefined;
    const { phones, ctiPorts, routePoints } = this.devicesOf(line);
    const [holder] = [...phones, ...ctiPorts, ...routePoints];
    return { ...(holder === undefined ? {} : { device: holder }), line, number: numberOf(line) };
  }

  #findLine(from: string): string | undefined {
    if (this.#lines.has(withPartition(from))) return withPartition(from);
    if (from.includes("@")) return undefined;
    for (const [name, { number, partition }] of this.#lines) {
      if (number === from && partition !== DEFAULT_PARTITION) return name;
    }
    return undefined;
  }
}

function numberOf(line: string): string {
  return line.slice(0, line.lastIndexOf("@"));
}
