import { AsyncLocalStorage } from "node:async_hooks";
import { ConfiguredFeatures } from "../../../src/call/device/index.ts";
import type { FeatureStore } from "../../../src/call/index.ts";
import { silentLogger } from "../../../src/common/index.ts";
import type { SqliteStore } from "../../../src/database/sqlite/sqlite-store.ts";
import { FollowedInventory } from "../../../src/main/configuration/followed-inventory.ts";
import { change, keptConfiguration, phoneOperations, put } from "../../support/kept-configuration.ts";
import { TEST_PROFILE } from "../../support/switch-fixture.ts";
import type { PhonePlace } from "./phone-message.ts";
import { VirtualClock } from "./virtual-clock.ts";

const PROFILES = [TEST_PROFILE, { ...TEST_PROFILE, name: "cti-port" }, { ...TEST_PROFILE, name: "route-point" }];

/** The first line of each phone is its own; the last two share one. */
const PHONE_LINES = [["1001"], ["1002"], ["1003"], ["1004", "1010"], ["1005", "1010"]];
export const PHONES: readonly PhonePlace[] = PHONE_LINES.map(([number = ""], index) => ({
  name: `phone-${number}`,
  number,
  address: `192.0.2.${10 + index}`,
}));
export const PORTS: readonly string[] = ["port-1", "port-2"];
export const ROUTE_POINTS: readonly string[] = ["route-1", "route-2"];
/** The last one leads nowhere. */
export const NUMBERS = [
  "1001",
  "1002",
  "1003",
  "1004",
  "1005",
  "1010",
  "2001",
  "2002",
  "9001",
  "9002",
  "4711",
] as const;
export const MAX_CALLS = 100;

/** What is configured: the same for all simulations, and for all lives of the processes. */
export class Site {
  readonly store: SqliteStore;
  readonly followed: FollowedInventory;
  readonly featureStore: FeatureStore;
  /** Key of the command that call control is doing; each such storage costs all promises something, so there is one. */
  readonly commandKey = new AsyncLocalStorage<string>();

  private constructor(store: SqliteStore) {
    this.store = store;
    // Nothing changes.
    const clock = new VirtualClock();
    this.followed = new FollowedInventory({
      store,
      clock,
      logger: silentLogger,
      realm: "tandem.test",
      node: "test",
      profiles: new Map(PROFILES.map((profile) => [profile.name, profile])),
      onChanged: () => undefined,
    });
    const onChanged = (): void => this.followed.look();
    this.featureStore = new ConfiguredFeatures({ store, clock, logger: silentLogger, onChanged });
  }

  static async make(): Promise<Site> {
    const store = await keptConfiguration();
    const virtual = (kind: "cti-port" | "route-point", name: string, number: string) => [
      put("directory-number", {
        number,
        forwarding: { noAnswer: { internal: "1003" }, onFailure: { internal: "1003" } },
      }),
      put(kind, { name, lines: [{ directoryNumber: number }] }),
    ];
    const phones = PHONE_LINES.flatMap((lines) => phoneOperations(lines));
    const numbers = new Set<string>();
    const each = phones.filter(({ kind, ...rest }) => {
      const { number } = ("body" in rest ? rest.body : {}) as { readonly number?: string };
      if (kind !== "directory-number" || number === undefined) return true;
      const isNew = !numbers.has(number);
      numbers.add(number);
      return isNew;
    });
    await change(
      store,
      ...each,
      ...PORTS.flatMap((name, index) => virtual("cti-port", name, `200${index + 1}`)),
      ...ROUTE_POINTS.flatMap((name, index) => virtual("route-point", name, `900${index + 1}`)),
      put("park-range", { pattern: "70[12]", reminderSeconds: 10, periodicSeconds: 10, giveUpSeconds: 30 }),
    );
    return new Site(store);
  }

  close(): void {
    this.followed.close();
    this.commandKey.disable();
    this.store.close();
  }
}
