import { isMatch, isNumberAllowed } from "../../common/index.ts";
import { DEVICE_KINDS, type BodyOf, type Kind, type Permission } from "../../database/index.ts";
import type { CtiUser, TokenScope } from "./cti-user.ts";
import { LOCAL_USER, localUser } from "./local-tokens.ts";

/** The configuration as it is now; a `ConfigurationMirror` is one. */
export interface ConfigurationNow {
  get<K extends Kind>(kind: K, name: string): BodyOf<K> | undefined;
}

/** Users of applications, and their tokens, as the configuration has them now. */
export class UserDirectory {
  readonly #now: ConfigurationNow;
  /** By the list of the user that they are made of; what is configured anew has another one. */
  readonly #sets = new WeakMap<readonly string[], ReadonlySet<string>>();

  constructor(now: ConfigurationNow) {
    this.#now = now;
  }

  find(name: string): BodyOf<"user"> | undefined {
    return this.#now.get("user", name);
  }

  findToken(name: string): BodyOf<"cti-token"> | undefined {
    return this.#now.get("cti-token", name);
  }

  /**
   * Why a session may not go on; undefined: it may.
   * @param wallMs milliseconds since 1970
   */
  endOf(user: string, token: string | undefined, wallMs: number): "user-disabled" | "token-ended" | undefined {
    if (user === LOCAL_USER) return undefined;
    if (this.find(user)?.ctiEnabled !== true) return "user-disabled";
    if (token === undefined) return undefined;
    const body = this.findToken(token);
    return body?.user === user && !isExpired(body, wallMs) ? undefined : "token-ended";
  }

  /** A user that acts, as it is from time to time. */
  user(name: string, token?: string): CtiUser {
    return name === LOCAL_USER ? localUser : new LiveUser(this, name, token);
  }

  ownsDevice(user: string, device: string): boolean {
    const own = this.find(user)?.devices;
    if (own !== undefined && this.#setOf(own).has(device)) return true;
    return DEVICE_KINDS.some((kind) => {
      const found = this.#now.get(kind, device);
      return found !== undefined && "owner" in found && found.owner === user;
    });
  }

  /** It is asked for each device that there is, and there may be thousands of both. */
  #setOf(devices: readonly string[]): ReadonlySet<string> {
    const known = this.#sets.get(devices);
    if (known !== undefined) return known;
    const set = new Set(devices);
    this.#sets.set(devices, set);
    return set;
  }
}

/** @param wallMs milliseconds since 1970 */
export function isExpired({ expiresAt }: BodyOf<"cti-token">, wallMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= wallMs;
}

class LiveUser implements CtiUser {
  readonly name: string;
  readonly token?: string;
  readonly #directory: UserDirectory;

  constructor(directory: UserDirectory, name: string, token: string | undefined) {
    this.#directory = directory;
    this.name = name;
    if (token !== undefined) this.token = token;
  }

  get scope(): TokenScope | undefined {
    return this.token === undefined ? undefined : scopeOf(this.#directory.findToken(this.token));
  }

  get permissions(): readonly Permission[] {
    const all = this.#directory.find(this.name)?.permissions ?? [];
    const isOfSomeDevices = this.scope?.devices?.includes("*") === false;
    return isOfSomeDevices ? all.filter((permission) => permission !== ALL_DEVICES) : all;
  }

  get maxOpenDevices(): number {
    return this.#directory.find(this.name)?.maxOpenDevices ?? 0;
  }

  get maxConnections(): number {
    return this.#directory.find(this.name)?.maxConnections ?? 0;
  }

  get oneLinePerPort(): boolean {
    return this.#directory.find(this.name)?.oneLinePerPort ?? false;
  }

  mayUseDevice(device: string): boolean {
    const allowed = this.scope?.devices;
    if (allowed !== undefined && !allowed.some((pattern) => isMatch(pattern, device))) return false;
    const isOfAll = this.#directory.find(this.name)?.permissions.includes(ALL_DEVICES) === true;
    return isOfAll || this.#directory.ownsDevice(this.name, device);
  }

  mayDial(number: string): boolean {
    return isNumberAllowed(this.scope?.numbers ?? {}, number);
  }

  mayCall(method: string): boolean {
    const verbs = this.scope?.verbs;
    // What keeps a session going is everybody's.
    if (verbs === undefined || ALWAYS.includes(method)) return true;
    return verbs.some((pattern) => isMatch(pattern, method));
  }
}

const ALL_DEVICES: Permission = "control-all-devices";
const ALWAYS: readonly string[] = ["provider.ack", "provider.heartbeat", "provider.close"];

/** Nothing is allowed by a token that is there no more. */
function scopeOf(token: BodyOf<"cti-token"> | undefined): TokenScope {
  if (token === undefined) return { devices: [], verbs: [], numbers: { allow: [] }, isMonitorOnly: true };
  const { devices, methods, allowNumbers, denyNumbers, requestsPerSecond, maxCalls, monitorOnly, expiresAt } = token;
  return {
    ...(devices === undefined ? {} : { devices }),
    ...(methods === undefined ? {} : { verbs: methods }),
    numbers: {
      ...(allowNumbers === undefined ? {} : { allow: allowNumbers }),
      ...(denyNumbers === undefined ? {} : { deny: denyNumbers }),
    },
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    ...(maxCalls === undefined ? {} : { calls: maxCalls }),
    ...(monitorOnly ? { isMonitorOnly: true } : {}),
    ...(expiresAt === undefined ? {} : { expiresMs: Date.parse(expiresAt) }),
  };
}
