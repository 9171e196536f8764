import { ServiceParameters, type BodyOf, type ConfigurationMirror, type TouchedObjects } from "../../database/index.ts";
import type {
  DeviceSettings,
  FeatureSettings,
  HuntGroup,
  HuntPilotSettings,
  LineSettings,
  ParkRangeSettings,
  PickupGroupSettings,
} from "./feature-settings.ts";
import { lineLimits } from "./line-limits.ts";
import { parkNumbers } from "./park-numbers.ts";

/** What features of calls go by, as the configuration says it while calls go on. */
export class LiveFeatureSettings implements FeatureSettings {
  readonly #mirror: Pick<ConfigurationMirror, "get" | "of">;
  readonly #parameters: ServiceParameters;
  /** Pickup groups by line, and the lines of each. */
  readonly #groupOf = new Map<string, string>();
  readonly #members = new Map<string, Set<string>>();
  readonly #ranges = new Map<string, ParkRangeSettings>();

  constructor(mirror: Pick<ConfigurationMirror, "get" | "of">) {
    this.#mirror = mirror;
    this.#parameters = new ServiceParameters(mirror);
    for (const name of mirror.of("directory-number").keys()) this.#setLine(name);
    for (const name of mirror.of("park-range").keys()) this.#setRange(name);
  }

  /** Takes up what the mirror has taken up. */
  takeUp(touched: TouchedObjects): void {
    for (const name of touched.get("directory-number") ?? []) this.#setLine(name);
    for (const name of touched.get("park-range") ?? []) this.#setRange(name);
  }

  lineOf(name: string): LineSettings | undefined {
    const line = this.#mirror.get("directory-number", name);
    if (line === undefined) return undefined;
    const { number, partition, pickupGroup, doNotDisturb, privacy, forwarding, voiceMail, noAnswerSeconds } = line;
    return {
      number,
      partition,
      ...lineLimits(line),
      ...(pickupGroup === undefined ? {} : { pickupGroup }),
      doNotDisturb,
      privacy,
      forwarding,
      ...(voiceMail === undefined ? {} : { voiceMail }),
      noAnswerSeconds,
    };
  }

  deviceOf(name: string): DeviceSettings | undefined {
    const phone = this.#mirror.get("phone", name);
    const ringing = phone ?? this.#mirror.get("cti-port", name);
    const device = ringing ?? this.#mirror.get("route-point", name);
    if (device === undefined) return undefined;
    const musicSource = device.musicSource ?? this.#mirror.get("device-pool", device.devicePool)?.musicSource;
    return {
      lines: device.lines.map(({ directoryNumber }) => directoryNumber),
      doNotDisturb: ringing?.doNotDisturb ?? "off",
      ...(musicSource === undefined ? {} : { musicSource }),
      privacy: ringing?.privacy ?? false,
      speedDials: (phone?.speedDials ?? []).map(({ destination }) => destination),
      autoAnswer: phone?.autoAnswer ?? false,
    };
  }

  huntPilot(name: string): HuntPilotSettings | undefined {
    const pilot = this.#mirror.get("hunt-pilot", name);
    if (pilot === undefined || pilot.blocked) return undefined;
    const { lineGroups, maxSeconds, noCoverage, queue } = pilot;
    return {
      lineGroups: lineGroups.flatMap((group) => this.#huntGroup(group)),
      maxSeconds,
      ...(noCoverage === undefined ? {} : { noCoverage }),
      ...(queue === undefined ? {} : { queue: queueOf(queue) }),
    };
  }

  parkRange(name: string): ParkRangeSettings | undefined {
    return this.#ranges.get(name);
  }

  parkRanges(partitions: readonly string[]): readonly ParkRangeSettings[] {
    const places = new Map(partitions.map((partition, index) => [partition, index]));
    const placeOf = ({ partition }: ParkRangeSettings): number => places.get(partition) ?? -1;
    return [...this.#ranges.values()]
      .filter((range) => placeOf(range) >= 0)
      .sort((one, other) => placeOf(one) - placeOf(other) || (one.name < other.name ? -1 : 1));
  }

  pickupGroup(name: string): PickupGroupSettings | undefined {
    const group = this.#mirror.get("pickup-group", name);
    if (group === undefined) return undefined;
    const { number } = group;
    return { members: [...(this.#members.get(name) ?? [])].sort(), ...(number === undefined ? {} : { number }) };
  }

  musicSources(): ReadonlyMap<string, string | undefined> {
    return new Map([...this.#mirror.of("music-source").values()].map(({ name, file }) => [name, file]));
  }

  conferenceEndsWithController(): boolean {
    return this.#parameters.isOn("AdHocConferenceEndsWithController");
  }

  #huntGroup(name: string): HuntGroup[] {
    const group = this.#mirror.get("line-group", name);
    if (group === undefined) return [];
    const { distribution, ringSeconds, loggedOut } = group;
    const members = group.members.filter((line) => !loggedOut.includes(line));
    return [{ name, members, distribution, ringSeconds }];
  }

  #setLine(name: string): void {
    const former = this.#groupOf.get(name);
    const group = this.#mirror.get("directory-number", name)?.pickupGroup;
    if (former === group) return;
    if (former !== undefined) {
      this.#groupOf.delete(name);
      this.#members.get(former)?.delete(name);
      if (this.#members.get(former)?.size === 0) this.#members.delete(former);
    }
    if (group === undefined) return;
    this.#groupOf.set(name, group);
    const members = this.#members.get(group) ?? new Set();
    this.#members.set(group, members.add(name));
  }

  #setRange(name: string): void {
    const range = this.#mirror.get("park-range", name);
    if (range === undefined) return void this.#ranges.delete(name);
    const { pattern, partition, reminderSeconds, periodicSeconds, giveUpSeconds, forwardTo } = range;
    this.#ranges.set(name, {
      name,
      partition,
      numbers: parkNumbers(pattern),
      reminderSeconds,
      periodicSeconds,
      giveUpSeconds,
      ...(forwardTo === undefined ? {} : { forwardTo }),
    });
  }
}

function queueOf({
  maxCallers,
  maxWaitSeconds,
  announcement,
}: NonNullable<BodyOf<"hunt-pilot">["queue"]>): NonNullable<HuntPilotSettings["queue"]> {
  return { maxCallers, maxWaitSeconds, ...(announcement === undefined ? {} : { announcement }) };
}
