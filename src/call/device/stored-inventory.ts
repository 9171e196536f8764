import { setImmediate as nextTurn } from "node:timers/promises";
import { errorMessageOf, type Logger } from "../../common/index.ts";
import { DEVICE_KINDS, type BodyOf, type ConfigurationMirror, type TouchedObjects } from "../../database/index.ts";
import { codecsBetween, regionOf } from "./codecs-between.ts";
import { InventoryTable } from "./inventory-table.ts";
import type { Inventory } from "./inventory.ts";
import type { Peer } from "./peer.ts";
import { lineLimits } from "./line-limits.ts";
import type { CtiEndpoint, SipPhone } from "./sip-phone.ts";
import type { SipProfile } from "./sip-profile.ts";

/** What of the node a stored inventory depends on. */
export interface StoredInventoryContext {
  readonly realm: string;
  /** Its name. */
  readonly node: string;
  readonly profiles: ReadonlyMap<string, SipProfile>;
  readonly logger: Logger;
}

/** What a change of the inventory puts an end to. */
export interface InventoryChange {
  /** Addresses of record that are there no more, or whose device has other credentials than those it registered with. */
  readonly endedAors: readonly string[];
  /** Names of devices that are there no more. */
  readonly endedDevices: readonly string[];
  /** Peers have come, changed or gone. */
  readonly havePeersChanged: boolean;
}

type Endpoint = BodyOf<"phone" | "cti-port" | "route-point">;

/** Profiles that stand in for one that is not there (any more). */
const FALLBACK = { phone: "standard-phone", trunk: "trunk" } as const;
/** Devices that are taken up before calls get their turn. */
const DEVICES_A_TURN = 200;

/**
 * The devices of the configuration as call control looks them up. A phone whose profile is missing gets the standard one;
 * a device that clashes with another is left out until it does so no more.
 */
export class StoredInventory {
  readonly #mirror: ConfigurationMirror;
  readonly #context: StoredInventoryContext;
  readonly #table: InventoryTable;
  /** Why, by name. */
  readonly #leftOut = new Map<string, unknown>();

  constructor(mirror: ConfigurationMirror, context: StoredInventoryContext) {
    this.#mirror = mirror;
    this.#context = context;
    this.#table = new InventoryTable(context.realm, {
      forwardingOf: (line) => mirror.get("directory-number", line),
      codecsBetween: (caller, callee) => {
        const [near, far] = [regionOf(mirror, caller), regionOf(mirror, callee)];
        return near && far && codecsBetween(near, far);
      },
    });
    for (const kind of DEVICE_KINDS) for (const name of mirror.of(kind).keys()) this.#add(name);
    this.#logLeftOut(new Set());
  }

  get inventory(): Inventory {
    return this.#table;
  }

  /** Takes up what the mirror has taken up. With many devices calls get their turn in between; one at a time. */
  async takeUp(touched: TouchedObjects): Promise<InventoryChange> {
    const names = this.#devicesOf(touched);
    const leftOut = new Set(this.#leftOut.keys());
    const before = new Map(names.map((name) => [name, this.#deviceNow(name)]));
    for (const [index, name] of names.entries()) {
      if (index > 0 && index % DEVICES_A_TURN === 0) await nextTurn();
      this.#table.delete(name);
      this.#add(name);
    }
    // What it clashed with may have been changed after it.
    for (const name of [...this.#leftOut.keys()]) this.#add(name);
    this.#logLeftOut(leftOut);
    return this.#changeSince(before);
  }

  #devicesOf(touched: TouchedObjects): string[] {
    const names = new Set(this.#leftOut.keys());
    for (const kind of DEVICE_KINDS) for (const name of touched.get(kind) ?? []) names.add(name);
    for (const line of touched.get("directory-number") ?? []) {
      for (const { name } of this.#table.phonesByLine(line)) names.add(name);
    }
    if (touched.has("device-pool") || touched.has("call-manager-group")) {
      for (const name of this.#moved()) names.add(name);
    }
    return [...names];
  }

  /** Devices that have got another home with their pool, or with its group. */
  *#moved(): Iterable<string> {
    const { node } = this.#context;
    for (const kind of DEVICE_KINDS) {
      for (const [name, { devicePool }] of this.#mirror.of(kind)) {
        const known = this.#table.deviceByName(name);
        const now = homeElsewhere(this.#mirror, devicePool, node);
        if (known !== undefined && known.homeElsewhere?.join() !== now?.join()) yield name;
      }
    }
  }

  #deviceNow(name: string): readonly SipPhone[] | Peer | undefined {
    const device = this.#table.deviceByName(name);
    return device?.kind === "sip-phone" ? this.#table.linesOf(name) : device;
  }

  #changeSince(before: ReadonlyMap<string, readonly SipPhone[] | Peer | undefined>): InventoryChange {
    const endedAors: string[] = [];
    const endedDevices: string[] = [];
    let havePeersChanged = false;
    for (const [name, former] of before) {
      const device = this.#table.deviceByName(name);
      if (former !== undefined && device === undefined) endedDevices.push(name);
      if (device?.kind === "peer" || (former !== undefined && "kind" in former)) havePeersChanged = true;
      if (former === undefined || "kind" in former) continue;
      const isOther = device?.kind !== "sip-phone" || hasOtherCredentials(former[0], device);
      const hasLeft = former[0]?.homeElsewhere === undefined && device?.homeElsewhere !== undefined;
      const ended = former.filter(({ aor }) => isOther || hasLeft || this.#table.phoneByAor(aor) === undefined);
      endedAors.push(...ended.map(({ aor }) => aor));
    }
    return { endedAors, endedDevices, havePeersChanged };
  }

  #add(name: string): void {
    this.#leftOut.delete(name);
    try {
      this.#addNow(name);
    } catch (error) {
      this.#leftOut.set(name, error);
    }
  }

  #logLeftOut(known: ReadonlySet<string>): void {
    for (const [device, error] of this.#leftOut) {
      if (!known.has(device))
        this.#context.logger.error("a device is left out", { device, error: errorMessageOf(error) });
    }
  }

  #addNow(name: string): void {
    const mirror = this.#mirror;
    const endpoint = mirror.get("phone", name) ?? mirror.get("cti-port", name) ?? mirror.get("route-point", name);
    const trunk = mirror.get("trunk", name);
    if (endpoint !== undefined) this.#table.addPhone(linesOf(endpoint, mirror, this.#context));
    else if (trunk !== undefined) this.#addPeer(trunk);
  }

  #addPeer(trunk: BodyOf<"trunk">): void {
    const profile = profileOf(trunk.profile, "trunk", trunk.name, this.#context);
    const home = homeElsewhere(this.#mirror, trunk.devicePool, this.#context.node);
    if (profile !== undefined) this.#table.addPeer({ ...trunk, kind: "peer", profile, homeElsewhere: home });
  }
}

function linesOf(endpoint: Endpoint, mirror: ConfigurationMirror, context: StoredInventoryContext): SipPhone[] {
  const { name, credentials, lines, maxCalls, tollGuard } = endpoint;
  const profile = profileOf(endpoint.profile, "phone", name, context);
  const home = homeElsewhere(mirror, endpoint.devicePool, context.node);
  if (profile === undefined) return [];
  return lines.flatMap((appearance): SipPhone[] => {
    const { directoryNumber: line, displayName: own } = appearance;
    const body = mirror.get("directory-number", line);
    if (body === undefined) return [];
    const cti = ctiOf(endpoint, appearance.allowControl && body.allowControl);
    const directoryNumber = body.number;
    const displayName = own ?? body.displayName;
    return [
      {
        kind: "sip-phone",
        name,
        directoryNumber,
        line,
        aor: `${directoryNumber}/${name}`,
        ...(displayName === undefined ? {} : { displayName }),
        user: credentials?.user ?? "",
        ha1: (credentials?.ha1 ?? {}) as SipPhone["ha1"],
        profile,
        maxCalls,
        tollGuard,
        ...(home === undefined ? {} : { homeElsewhere: home }),
        lineLimits: lineLimits(body),
        ...(cti === undefined ? {} : { cti }),
      },
    ];
  });
}

function ctiOf(endpoint: Endpoint, isLineOpen: boolean): CtiEndpoint | undefined {
  if (!("onOwnerLost" in endpoint)) return undefined;
  const { acceptSeconds, onOwnerLost, allowControl } = endpoint;
  const accept = acceptSeconds === undefined ? {} : { acceptSeconds };
  const routing =
    "routeSelectSeconds" in endpoint
      ? ({ kind: "route-point", routeSelectSeconds: endpoint.routeSelectSeconds } as const)
      : ({ kind: "cti-port" } as const);
  return { ...routing, ...accept, onOwnerLost, isClosed: !allowControl, isLineClosed: !isLineOpen };
}

/** The nodes of a pool's CallManager group, unless this node is one of them. */
function homeElsewhere(mirror: ConfigurationMirror, pool: string, node: string): readonly string[] | undefined {
  const group = mirror.get("device-pool", pool)?.callManagerGroup;
  const nodes = group === undefined ? undefined : mirror.get("call-manager-group", group)?.nodes;
  return nodes === undefined || nodes.includes(node) ? undefined : nodes;
}

/** What was registered with a password that counts no more ends; another hash of the same one changes nothing. */
function hasOtherCredentials(former: SipPhone | undefined, now: SipPhone): boolean {
  if (former === undefined || former.user !== now.user) return true;
  return Object.entries(former.ha1).some(([algorithm, ha1]) => {
    const other = now.ha1[algorithm as keyof typeof now.ha1];
    return other !== undefined ? other !== ha1 : Object.keys(now.ha1).length === 0;
  });
}

function profileOf(
  wanted: string,
  kind: SipProfile["kind"],
  device: string,
  { profiles, logger }: StoredInventoryContext,
): SipProfile | undefined {
  const profile = profiles.get(wanted);
  if (profile?.kind === kind) return profile;
  const fallback = profiles.get(FALLBACK[kind]);
  const usable = fallback?.kind === kind ? fallback : [...profiles.values()].find((one) => one.kind === kind);
  logger.warn("a device has a SIP profile that is not there", { device, profile: wanted, instead: usable?.name });
  return usable;
}
