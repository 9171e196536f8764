import { errorMessageOf, type Clock, type Logger } from "../../common/index.ts";
import {
  DatabaseError,
  type BodyOf,
  type ConfigurationStore,
  type ForwardingKind,
  type Operation,
  type StoredObject,
} from "../../database/index.ts";
import { ChangeLimit } from "./change-limit.ts";
import type { DoNotDisturb } from "./feature-settings.ts";
import type { FeatureStore, FeatureStoreErrorCode, FeatureStoreResult, NewForward } from "./feature-store.ts";

export interface ConfiguredFeaturesOptions {
  readonly store: ConfigurationStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when something has been changed, so that it is taken up at once. */
  readonly onChanged: () => void;
}

/** A change that a phone or an application asks for. */
interface Wish {
  /** The device that has asked, or the device or line that an application asks it of: what is counted. */
  readonly by: string;
  /** Who is written down; absent: the device, by a feature code. */
  readonly author?: string | undefined;
  readonly summary: string;
  /** What to do, by the configuration as it is now: made anew when others were quicker. */
  readonly operations: (store: ConfigurationStore) => readonly Operation[] | FeatureStoreErrorCode;
}

/** Changes that lose to those of other services before it is given up. */
const MAX_ATTEMPTS = 10;
/** Changes that wait at a time. */
const MAX_WAITING = 1_000;

/** Settings of features that phones and applications change in the configuration. */
export class ConfiguredFeatures implements FeatureStore {
  readonly #options: ConfiguredFeaturesOptions;
  readonly #limit: ChangeLimit;
  /** One after the other: else phones that change the same at a time would be in each other's way. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: ConfiguredFeaturesOptions) {
    this.#options = options;
    this.#limit = new ChangeLimit(options.clock);
  }

  setDoNotDisturb(device: string, mode: DoNotDisturb, author?: string): Promise<FeatureStoreResult> {
    return this.#mergeDevice(device, `do not disturb: ${mode}`, { doNotDisturb: mode }, author);
  }

  setAutoAnswer(device: string, isOn: boolean, author: string): Promise<FeatureStoreResult> {
    return this.#mergeDevice(device, `auto answer: ${isOn ? "on" : "off"}`, { autoAnswer: isOn }, author);
  }

  setPrivacy(device: string, isOn: boolean): Promise<FeatureStoreResult> {
    return this.#mergeDevice(device, `privacy: ${isOn ? "on" : "off"}`, { privacy: isOn });
  }

  setForwardAll(line: string, destination: string | undefined, by: string): Promise<FeatureStoreResult> {
    const summary = destination === undefined ? `${line} is not forwarded` : `${line} is forwarded to ${destination}`;
    const operations: Wish["operations"] = (store) => {
      const stored = store.get("directory-number", line);
      if (stored === undefined) return "unknown-line";
      if (destination === stored.body.number) return "bad-destination";
      const target = destination ?? null;
      const next = forwardOf(stored.body, "all", { internal: target, external: target });
      return next === undefined ? [] : [merge(stored, { forwarding: { all: next } })];
    };
    return this.#change({ by, summary, operations });
  }

  setForwarding(line: string, kind: ForwardingKind, targets: NewForward, author: string): Promise<FeatureStoreResult> {
    const operations: Wish["operations"] = (store) => {
      const stored = store.get("directory-number", line);
      if (stored === undefined) return "unknown-line";
      if (Object.values(targets).includes(stored.body.number)) return "bad-destination";
      const next = forwardOf(stored.body, kind, targets);
      return next === undefined ? [] : [merge(stored, { forwarding: { [kind]: next } })];
    };
    return this.#change({ by: line, author, summary: `forwarding of ${line}: ${kind}`, operations });
  }

  setHuntLogin(line: string, isIn: boolean, by: string): Promise<FeatureStoreResult> {
    const summary = `${line} is logged ${isIn ? "in to" : "out of"} its line groups`;
    const operations: Wish["operations"] = (store) => {
      const groups = store
        .referrers("directory-number", line)
        .flatMap(({ kind, name, path }) => (kind === "line-group" && path === "members.*" ? [name] : []))
        .flatMap((name) => store.get("line-group", name) ?? []);
      if (groups.length === 0) return store.get("directory-number", line) === undefined ? "unknown-line" : "no-member";
      return groups
        .filter(({ body }) => body.loggedOut.includes(line) === isIn)
        .map((group) => merge(group, { loggedOut: loggedOutOf(group.body, line, isIn) }));
    };
    return this.#change({ by, summary, operations });
  }

  #mergeDevice(
    device: string,
    summary: string,
    body: Partial<Pick<BodyOf<"phone">, "doNotDisturb" | "autoAnswer" | "privacy">>,
    author?: string,
  ): Promise<FeatureStoreResult> {
    const operations: Wish["operations"] = (store) => {
      const stored = store.getDevice(device);
      const known: object = stored?.body ?? {};
      if (stored === undefined || !Object.keys(body).every((name) => name in known)) return "unknown-device";
      const isSo = Object.entries(body).every(([name, value]) => Reflect.get(known, name) === value);
      return isSo ? [] : [merge(stored, body)];
    };
    return this.#change({ by: device, author, summary, operations });
  }

  #change(wish: Wish): Promise<FeatureStoreResult> {
    // What is so already is neither counted nor refused, however often it is asked.
    if (this.#waiting === 0 && this.#isSo(wish)) return Promise.resolve({ kind: "unchanged" });
    if (!this.#limit.admits(wish.by)) {
      this.#limit.giveBack(wish.by);
      return Promise.resolve(refused("too-often"));
    }
    if (this.#waiting >= MAX_WAITING) return Promise.resolve(refused("overtaken"));
    this.#waiting += 1;
    const result = this.#last.then(() => this.#changeNow(wish)).finally(() => (this.#waiting -= 1));
    this.#last = result;
    return result;
  }

  #isSo({ operations }: Wish): boolean {
    try {
      return this.#options.store.snapshot(operations).length === 0;
    } catch {
      // It is tried, and told why not.
      return false;
    }
  }

  async #changeNow(wish: Wish): Promise<FeatureStoreResult> {
    const result = await this.#attempts(wish);
    if (result.kind === "unchanged") this.#limit.giveBack(wish.by);
    return result;
  }

  async #attempts(wish: Wish): Promise<FeatureStoreResult> {
    try {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        const result = await this.#attempt(wish);
        if (result !== undefined) return result;
      }
      return refused("overtaken");
    } catch (error) {
      if (isBadObject(error)) return refused("bad-destination");
      this.#options.logger.error("a setting cannot be kept", { of: wish.by, error: errorMessageOf(error) });
      return refused("store-failed");
    }
  }

  /** Undefined: others have changed the same in between. */
  async #attempt({
    by,
    author = `feature-code of ${by}`,
    summary,
    operations,
  }: Wish): Promise<FeatureStoreResult | undefined> {
    const { store, logger, onChanged } = this.#options;
    const wanted = store.snapshot(operations);
    if (typeof wanted === "string") return refused(wanted);
    if (wanted.length === 0) return { kind: "unchanged" };
    try {
      const change = await store.apply({ author, summary, operations: wanted });
      if (change === undefined) return { kind: "unchanged" };
      logger.info("a setting has been changed", { of: by, author, change: change.sequence, summary });
      onChanged();
      return { kind: "ok" };
    } catch (error) {
      if (isOvertaken(error)) return undefined;
      throw error;
    }
  }
}

/** With its revision: what it was made of may be changed meanwhile. */
function merge({ kind, name, revision }: StoredObject, body: object): Operation {
  return { type: "merge", kind, name, body, ifRevision: revision };
}

/** A patch of one kind of forwarding; null: without anything left it goes. Undefined: it is so already. */
function forwardOf(
  { forwarding }: BodyOf<"directory-number">,
  kind: ForwardingKind,
  targets: NewForward,
): object | null | undefined {
  const known = forwarding[kind];
  const next = {
    internal: targets.internal === undefined ? (known?.internal ?? null) : targets.internal,
    external: targets.external === undefined ? (known?.external ?? null) : targets.external,
  };
  if (next.internal === (known?.internal ?? null) && next.external === (known?.external ?? null)) return undefined;
  const isLeft = next.internal !== null || next.external !== null || known?.callingSearchSpace !== undefined;
  return isLeft ? next : null;
}

function loggedOutOf({ members, loggedOut }: BodyOf<"line-group">, line: string, isIn: boolean): readonly string[] {
  if (isIn) return loggedOut.filter((one) => one !== line);
  // Without those that are members no more there is room for each member.
  return loggedOut.includes(line) ? loggedOut : [...loggedOut.filter((one) => members.includes(one)), line];
}

function refused(code: FeatureStoreErrorCode): FeatureStoreResult {
  return { kind: "refused", code };
}

function codesIn(error: unknown): readonly string[] {
  return error instanceof DatabaseError ? error.violations.map(({ code }) => code) : [];
}

/** Changed, or deleted, between reading and writing; what is then is told by the next reading. */
function isOvertaken(error: unknown): boolean {
  const codes = codesIn(error);
  return codes.length > 0 && codes.every((code) => code === "changed-meanwhile" || code === "not-found");
}

function isBadObject(error: unknown): boolean {
  const codes = codesIn(error);
  return codes.length > 0 && codes.every((code) => code === "bad-object");
}
