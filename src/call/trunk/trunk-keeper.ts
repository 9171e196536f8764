import { Journal, type Clock, type Ids, type Logger, type MetricSample, type Timer } from "../../common/index.ts";
import type { SipMessage } from "../../sip/message/index.ts";
import type { Peer } from "../device/peer.ts";
import type { SignalingPort, SignalingSource } from "../signaling/signaling-port.ts";
import { calledUri } from "./called-uri.ts";
import type { DigestClient } from "./digest-client.ts";
import type { RegistrationRunner } from "./registration-runner.ts";
import { isStoredRegistration, type StoredRegistration } from "./stored-registration.ts";
import { TrunkCounters } from "./trunk-counters.ts";
import { TrunkIndex } from "./trunk-index.ts";
import { TrunkRequests, type TrunkFacts } from "./trunk-requests.ts";
import { isUsableState, type TrunkStateName } from "./trunk-state.ts";
import { TrunkWatch, type SecretReader, type TrunkWatchContext } from "./trunk-watch.ts";

/** One line of the view of trunks. */
export interface TrunkState {
  readonly name: string;
  readonly state: TrunkStateName;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** Why it is not up, or what has failed though it is. Absent: nothing. */
  readonly reason?: string;
}

export interface TrunkKeeperOptions {
  /** How the switch speaks SIP; trunks are spoken to over `TrunkKeeper.port`. */
  readonly port: SignalingPort;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Absent: trunks with a secret are down. */
  readonly secrets?: SecretReader | undefined;
  /** Journal of bindings; absent: they do not outlive the process. */
  readonly journalPath?: string | undefined;
  /** Told of each place that a registrar has answered from. */
  readonly onSource?: (source: SignalingSource) => void;
}

/** So many trunks register in a second at most, when many begin at once; */
const BEGIN_PER_SECOND = 100;
/** the last one within half a minute, though. */
const MAX_BEGIN_MS = 30_000;
const RETRY_SECRETS_MS = 60_000;

/** Keeps trunks in service: registers with those that want it, asks whether they answer, and answers their challenges. */
export class TrunkKeeper implements TrunkFacts {
  /** Over this one requests that name a trunk answer its challenges and go by its Service-Route. */
  readonly port: SignalingPort;
  readonly #options: TrunkKeeperOptions;
  readonly #context: TrunkWatchContext;
  readonly #counters = new TrunkCounters();
  readonly #watches = new Map<string, TrunkWatch>();
  /** Bindings that are being ended. */
  readonly #leaving = new Set<RegistrationRunner>();
  readonly #stored = new Map<string, StoredRegistration>();
  readonly #journal: Journal<StoredRegistration> | undefined;
  #index: TrunkIndex | undefined;
  #hasEdge = false;
  #secretTimer: Timer | undefined;
  #onLeft: () => void = () => undefined;
  #isClosed = false;

  /** @throws the file system's error when the journal cannot be opened */
  constructor(options: TrunkKeeperOptions) {
    const { port, clock, ids, logger, secrets, journalPath } = options;
    this.#options = options;
    this.port = new TrunkRequests(port, this);
    this.#context = {
      port,
      clock,
      ids,
      logger,
      secrets,
      store: (trunk, stored) => this.#store(trunk, stored),
      onAttempt: (result) => this.#counters.countRegistration(result),
      onSource: (source) => options.onSource?.(source),
      onPing: (result) => this.#counters.countPing(result),
      onChanged: () => (this.#index = undefined),
      onLeaving: (runner) => this.#leaving.add(runner),
      onEnded: (runner) => this.#ended(runner),
    };
    this.#journal =
      journalPath === undefined
        ? undefined
        : new Journal<StoredRegistration>(
            { path: journalPath, clock },
            (trunk, stored: unknown) => void (isStoredRegistration(stored) && this.#stored.set(trunk, stored)),
            () => this.#stored,
          );
  }

  /** Follows the configuration: trunks that are new begin, those that are gone unregister. May be called at any time. */
  apply(trunks: readonly Peer[]): void {
    if (this.#isClosed) return;
    const names = new Set(trunks.map(({ name }) => name));
    for (const [name, watch] of this.#watches) {
      if (names.has(name)) continue;
      this.#watches.delete(name);
      watch.leave();
    }
    for (const name of [...this.#stored.keys()]) if (!names.has(name)) this.#store(name, undefined);
    const withinMs = beginWithinMs(trunks.length);
    for (const peer of trunks) {
      const known = this.#watches.get(peer.name);
      if (known !== undefined) {
        known.apply(peer, withinMs);
        continue;
      }
      const watch = new TrunkWatch(this.#context, peer, this.#stored.get(peer.name));
      this.#watches.set(peer.name, watch);
      if (this.#hasEdge) watch.begin(withinMs);
    }
    this.#index = undefined;
    this.#awaitSecrets();
  }

  /** To be called each time there is an edge: trunks begin, or try again what has failed without one. */
  edgeConnected(): void {
    if (this.#isClosed) return;
    this.#hasEdge = true;
    const withinMs = beginWithinMs(this.#watches.size);
    for (const watch of this.#watches.values()) watch.begin(withinMs);
  }

  /** All trunks, by name. */
  trunkStates(): TrunkState[] {
    const states = [...this.#watches.values()].map(({ peer: { name }, condition, sinceMs }): TrunkState => {
      return { name, sinceMs, ...condition };
    });
    return states.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Addresses that registrars have answered from. */
  get sources(): readonly string[] {
    const sources = [...this.#watches.values()].flatMap(({ runner }) => runner?.sources ?? []);
    return [...new Set(sources.map(({ address }) => address))];
  }

  /** False while calls had better go elsewhere; a trunk that nobody keeps is as good as any. */
  isUsable(trunk: string): boolean {
    const watch = this.#watches.get(trunk);
    return watch === undefined || isUsableState(watch.condition.state);
  }

  digestOf(trunk: string): DigestClient | undefined {
    return this.#watches.get(trunk)?.digest;
  }

  serviceRouteOf(trunk: string): readonly string[] {
    return this.#watches.get(trunk)?.runner?.serviceRoute ?? [];
  }

  fromDomainOf(trunk: string): string | undefined {
    return this.#watches.get(trunk)?.peer.fromDomain;
  }

  /** The trunk whose registration has told the sender of a request where to call. */
  trunkByContact(message: SipMessage): Peer | undefined {
    return this.#current().byContact(message)?.peer;
  }

  /** The trunk whose registrar a request comes from. */
  trunkBySource(message: SipMessage, source: SignalingSource): Peer | undefined {
    return this.#current().bySource(message, source)?.peer;
  }

  /** What a request is for: where it has called the Contact of a trunk, the number that is meant by it. */
  calledUri(message: SipMessage): string {
    return this.#current().byContact(message) === undefined ? message.uri : calledUri(message);
  }

  metrics(): MetricSample[] {
    const states = [...this.#watches.values()].map(({ condition }) => condition.state);
    return [...this.#counters.metrics(states), ...(this.#journal === undefined ? [] : [this.#journal.metric])];
  }

  /** Unregisters everywhere, for a node that goes down for good. Resolves after `withinMs` at the latest. */
  async leave(withinMs: number): Promise<void> {
    this.apply([]);
    if (this.#leaving.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(withinMs, resolve);
      this.#onLeft = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** Stops; bindings stay, for the next process. May be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#secretTimer?.cancel();
    for (const watch of this.#watches.values()) watch.close();
    for (const runner of this.#leaving) runner.close();
    this.#journal?.close();
  }

  #current(): TrunkIndex {
    this.#index ??= new TrunkIndex(this.#watches.values());
    return this.#index;
  }

  #store(trunk: string, stored: StoredRegistration | undefined): void {
    if (stored === undefined) {
      this.#stored.delete(trunk);
      this.#journal?.remove(trunk);
    } else {
      this.#stored.set(trunk, stored);
      this.#journal?.put(trunk, stored);
    }
  }

  #ended(runner: RegistrationRunner): void {
    this.#leaving.delete(runner);
    if (this.#leaving.size === 0) this.#onLeft();
  }

  /** A key file may be put right while the switch runs. */
  #awaitSecrets(): void {
    this.#secretTimer?.cancel();
    const isUnreadable = [...this.#watches.values()].some(({ hasProblem }) => hasProblem);
    if (!isUnreadable) return;
    this.#secretTimer = this.#options.clock.after(RETRY_SECRETS_MS, () => {
      for (const watch of this.#watches.values()) watch.retrySecret(beginWithinMs(this.#watches.size));
      this.#awaitSecrets();
    });
  }
}

function beginWithinMs(count: number): number {
  return Math.min(MAX_BEGIN_MS, (count / BEGIN_PER_SECOND) * 1_000);
}
