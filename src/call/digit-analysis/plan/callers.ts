import { DEFAULT_PARTITION, withPartition, type BodyOf } from "../../../database/index.ts";
import type { DialCaller, DialPlanSource, FoundCaller } from "./dial-plan.ts";
import { UTC } from "./time-of-day.ts";

const HOLDERS = ["phones", "ctiPorts", "routePoints"] as const;
/** Where devices that have lines stand in the configuration document. */
export type LineHolder = (typeof HOLDERS)[number];
type AnyDevice = Pick<BodyOf<"phone">, "name" | "devicePool" | "callingSearchSpace"> &
  Partial<Pick<BodyOf<"phone">, "lines" | "speedDials">>;

/** Names of the devices that have a line, in their order. */
export type LineDevices = { readonly [holder in LineHolder]: readonly string[] };

const NO_DEVICES: LineDevices = { phones: [], ctiPorts: [], routePoints: [] };

/** Who may dial, what they may dial, and who has which line. Lines and devices come, change and go. */
export class Callers {
  #spaces: ReadonlyMap<string, readonly string[]> = new Map();
  #pools: ReadonlyMap<string, { readonly space: string; readonly zone: string | undefined }> = new Map();
  readonly #devices = new Map<string, AnyDevice>();
  readonly #lines = new Map<string, BodyOf<"directory-number">>();
  readonly #devicesOfLine = new Map<string, Record<LineHolder, string[]>>();

  constructor(source: DialPlanSource) {
    this.setSpaces(source);
    for (const line of source.directoryNumbers) this.setLine(`${line.number}@${line.partition}`, line);
    for (const trunk of source.trunks) this.setDevice(trunk.name, { body: trunk });
    for (const holder of HOLDERS) {
      for (const device of source[holder]) this.setDevice(device.name, { holder, body: device });
    }
  }

  setSpaces({
    callingSearchSpaces,
    devicePools,
    dateTimeGroups,
  }: Pick<DialPlanSource, "callingSearchSpaces" | "devicePools" | "dateTimeGroups">): void {
    const zones = new Map(dateTimeGroups.map(({ name, timeZone }) => [name, timeZone]));
    this.#spaces = new Map(callingSearchSpaces.map(({ name, partitions }) => [name, partitions]));
    this.#pools = new Map(
      devicePools.map(({ name, callingSearchSpace: space, dateTimeGroup }) => [
        name,
        { space, zone: zones.get(dateTimeGroup) },
      ]),
    );
  }

  /** @param line absent: it is there no more */
  setLine(name: string, line: BodyOf<"directory-number"> | undefined): void {
    if (line === undefined) this.#lines.delete(name);
    else this.#lines.set(name, line);
  }

  /** @param device absent: it is there no more; a trunk has no holder */
  setDevice(name: string, device: { readonly holder?: LineHolder; readonly body: AnyDevice } | undefined): void {
    for (const { directoryNumber } of this.#devices.get(name)?.lines ?? []) this.#letGo(directoryNumber, name);
    this.#devices.delete(name);
    if (device === undefined) return;
    const { holder, body } = device;
    this.#devices.set(name, body);
    if (holder === undefined) return;
    for (const { directoryNumber } of body.lines ?? []) this.#hold(directoryNumber, holder, name);
  }

  #hold(line: string, holder: LineHolder, device: string): void {
    const known = this.#devicesOfLine.get(line) ?? { phones: [], ctiPorts: [], routePoints: [] };
    const names = known[holder];
    // In the order of names, whenever they have come; at a start they come so.
    const later = names.findIndex((name) => name > device);
    names.splice(later === -1 ? names.length : later, 0, device);
    this.#devicesOfLine.set(line, known);
  }

  #letGo(line: string, device: string): void {
    const known = this.#devicesOfLine.get(line);
    if (known === undefined) return;
    const left = { phones: [], ctiPorts: [], routePoints: [] } as Record<LineHolder, string[]>;
    for (const holder of HOLDERS) left[holder] = known[holder].filter((name) => name !== device);
    if (HOLDERS.every((holder) => left[holder].length === 0)) this.#devicesOfLine.delete(line);
    else this.#devicesOfLine.set(line, left);
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
    const deviceSpace = device?.callingSearchSpace ?? this.#pools.get(device?.devicePool ?? "")?.space;
    return [...new Set([...this.space(lineSpace), ...this.space(deviceSpace)])];
  }

  zoneOf({ device: name }: DialCaller): string {
    const device = name === undefined ? undefined : this.#devices.get(name);
    return this.#pools.get(device?.devicePool ?? "")?.zone ?? UTC;
  }

  /** @param place from 1 */
  speedDial(device: string, place: number): string | undefined {
    return this.#devices.get(device)?.speedDials?.[place - 1]?.destination;
  }

  /** By the name of a device, of a line, or a number: in the partition of numbers that name none, else in any. */
  find(from: string): FoundCaller | undefined {
    const device = this.#devices.get(from);
    if (device !== undefined) {
      const line = device.lines?.[0]?.directoryNumber;
      const isTrunk = device.lines === undefined ? ({ isTrunk: true } as const) : {};
      return { device: from, ...isTrunk, ...(line === undefined ? {} : { line, number: numberOf(line) }) };
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
