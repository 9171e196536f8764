import { DEVICE_KINDS, type BodyOf, type Kind, type Permission } from "../../database/index.ts";
import type { CtiUser, TokenScope } from "./cti-user.ts";
import { isMatch } from "./name-pattern.ts";

/** The configuration as it is now; a `ConfigurationMirror` is one. */
export interface ConfigurationNow {
  get<K extends Kind>(kind: K, name: string): BodyOf<K> | undefined;
}

/** Users of applications as the configuration has them now. */
export class UserDirectory {
  readonly #now: ConfigurationNow;

  constructor(now: ConfigurationNow) {
    this.#now = now;
  }

  find(name: string): BodyOf<"user"> | undefined {
    return this.#now.get("user", name);
  }

  /** True while applications may sign in as the user. */
  isUsable(name: string): boolean {
    return this.find(name)?.ctiEnabled === true;
  }

  /** A user that acts, as it is from time to time. */
  user(name: string, token?: { readonly id: string; readonly scope: TokenScope }): CtiUser {
    return new LiveUser(this, name, token);
  }

  ownsDevice(user: string, device: string): boolean {
    const body = this.find(user);
    if (body?.devices.includes(device) === true) return true;
    return DEVICE_KINDS.some((kind) => {
      const found = this.#now.get(kind, device);
      return found !== undefined && "owner" in found && found.owner === user;
    });
  }
}

class LiveUser implements CtiUser {
  readonly name: string;
  readonly token?: string;
  readonly scope?: TokenScope;
  readonly #directory: UserDirectory;

  constructor(
    directory: UserDirectory,
    name: string,
    token: { readonly id: string; readonly scope: TokenScope } | undefined,
  ) {
    this.#directory = directory;
    this.name = name;
    if (token === undefined) return;
    this.token = token.id;
    this.scope = token.scope;
  }

  get permissions(): readonly Permission[] {
    return this.#directory.find(this.name)?.permissions ?? [];
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
    return this.permissions.includes("control-all-devices") || this.#directory.ownsDevice(this.name, device);
  }

  mayDial(number: string): boolean {
    const { allow, deny = [] } = this.scope?.numbers ?? {};
    if (deny.some((pattern) => isMatch(pattern, number))) return false;
    return allow === undefined || allow.some((pattern) => isMatch(pattern, number));
  }

  mayCall(method: string): boolean {
    const verbs = this.scope?.verbs;
    // What keeps a session going is everybody's.
    if (verbs === undefined || ALWAYS.includes(method)) return true;
    return verbs.some((pattern) => isMatch(pattern, method));
  }
}

const ALWAYS: readonly string[] = ["provider.ack", "provider.heartbeat", "provider.close"];
