import { errorCodeOf, SwitchError, type Clock, type Ids, type Logger } from "../../common/index.ts";
import type { Peer } from "../device/peer.ts";
import type { SignalingPort, SignalingSource } from "../signaling/signaling-port.ts";
import { DigestClient } from "./digest-client.ts";
import { FIRST_PING, type PingEvent } from "./ping.ts";
import { PingRunner } from "./ping-runner.ts";
import { newRegistration } from "./registration.ts";
import type { RegistrationSettings } from "./register-request.ts";
import { bindingKey, RegistrationRunner } from "./registration-runner.ts";
import type { StoredRegistration } from "./stored-registration.ts";
import { TrunkRequests } from "./trunk-requests.ts";
import { conditionOf, type TrunkCondition } from "./trunk-state.ts";

/** Reads sealed secrets. @throws {SwitchError} `secret-unreadable` and others */
export interface SecretReader {
  unseal(sealed: string): string;
}

/** What trunks have in common. */
export interface TrunkWatchContext {
  readonly port: SignalingPort;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly secrets: SecretReader | undefined;
  readonly store: (trunk: string, stored: StoredRegistration | undefined) => void;
  readonly onAttempt: (result: "registered" | "refused" | "failed") => void;
  readonly onSource: (source: SignalingSource) => void;
  readonly onPing: (result: PingEvent["type"]) => void;
  /** Told when what it is known by may have changed: its registration. */
  readonly onChanged: (watch: TrunkWatch) => void;
  /** A binding that is to be ended; told `ended` when it is. */
  readonly onLeaving: (runner: RegistrationRunner) => void;
  readonly onEnded: (runner: RegistrationRunner) => void;
}

/** What answers the challenges of a binding, also while it is given up. */
interface Account {
  digest: DigestClient | undefined;
}

/** One trunk: its secret, its registration and whether it answers. */
export class TrunkWatch {
  readonly #context: TrunkWatchContext;
  #peer: Peer;
  #stored: StoredRegistration | undefined;
  #account: Account = { digest: undefined };
  #runner: RegistrationRunner | undefined;
  #pings: PingRunner | undefined;
  #secretProblem: string | undefined;
  #hasBegun = false;
  #condition: TrunkCondition;
  #sinceMs: number;

  /** @param stored of a process before */
  constructor(context: TrunkWatchContext, peer: Peer, stored: StoredRegistration | undefined) {
    this.#context = context;
    this.#peer = peer;
    this.#stored = stored;
    this.#sinceMs = context.clock.wallMs();
    this.#readSecret();
    this.#condition = this.#now();
  }

  get peer(): Peer {
    return this.#peer;
  }

  get condition(): TrunkCondition {
    return this.#condition;
  }

  /** Since when it is in its state, in milliseconds since 1970. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Its secret cannot be read. */
  get hasProblem(): boolean {
    return this.#secretProblem !== undefined;
  }

  get digest(): DigestClient | undefined {
    return this.#account.digest;
  }

  get runner(): RegistrationRunner | undefined {
    return this.#runner;
  }

  /** Why nothing is to be sent to it. */
  get #problem(): string | undefined {
    return this.#peer.homeElsewhere === undefined ? this.#secretProblem : "home-elsewhere";
  }

  /** There is an edge: registers and asks. @param withinMs the first REGISTER goes at any time within */
  begin(withinMs: number): void {
    if (this.#hasBegun) return this.#runner?.retrySoon(withinMs);
    this.#hasBegun = true;
    this.#startRegistration(withinMs);
    this.#startPings();
    this.#changed();
  }

  /** Follows its configuration. */
  apply(peer: Peer, withinMs: number): void {
    const before = this.#peer;
    this.#peer = peer;
    const isSecretNew = !isSame(secretFacts(before), secretFacts(peer));
    const isRegistrationNew = !isSame(settingsOf(before), settingsOf(peer));
    const hasMoved = !isSame(before.homeElsewhere, peer.homeElsewhere);
    const wasUnreadable = this.#secretProblem !== undefined;
    if (peer.homeElsewhere !== undefined) this.#leaveRunner();
    if (isRegistrationNew) this.#leaveOther(peer);
    if (isSecretNew || wasUnreadable) this.#readSecret();
    if (!this.#hasBegun) return this.#changed();
    if (isSecretNew || isRegistrationNew || hasMoved || wasUnreadable) this.#followRegistration(peer, withinMs);
    if (wasUnreadable || hasMoved || !isSame(pingFacts(before), pingFacts(peer))) this.#startPings();
    this.#changed();
  }

  /** A secret that could not be read is tried again. */
  retrySecret(withinMs: number): void {
    if (this.#secretProblem !== undefined) this.apply(this.#peer, withinMs);
  }

  /** It is taken out: its binding ends. */
  leave(): void {
    this.#pings?.close();
    this.#pings = undefined;
    this.#leaveRunner();
  }

  /** Stops without a word. */
  close(): void {
    this.#pings?.close();
    this.#runner?.close();
  }

  #readSecret(): void {
    const { ids, secrets } = this.#context;
    const { sealedPassword } = this.#peer;
    this.#secretProblem = undefined;
    this.#account.digest = undefined;
    if (sealedPassword === undefined) return;
    const user = octets(digestUserOf(this.#peer));
    try {
      const password = octets(secrets?.unseal(sealedPassword) ?? missingReader());
      this.#account.digest = new DigestClient({ user, password }, ids);
    } catch (error) {
      this.#secretProblem = errorCodeOf(error) ?? UNREADABLE;
    }
  }

  /** Another registrar or user is another binding: the one that is there is given up with what it was made with. */
  #leaveOther(peer: Peer): void {
    if (this.#runner === undefined) return;
    const settings = settingsOf(peer);
    if (settings === undefined || bindingKey(settings) !== this.#runner.key) this.#leaveRunner();
  }

  #followRegistration(peer: Peer, withinMs: number): void {
    const settings = settingsOf(peer);
    if (this.#problem !== undefined) {
      // Nothing that needs the secret can be sent, an end of the binding neither.
      this.#runner?.close();
      this.#runner = undefined;
    } else if (settings !== undefined && this.#runner !== undefined) this.#runner.renew(settings, withinMs);
    else this.#startRegistration(withinMs);
  }

  #leaveRunner(): void {
    const runner = this.#runner;
    this.#runner = undefined;
    this.#account = { ...this.#account };
    if (runner === undefined) return;
    this.#context.store(this.#peer.name, undefined);
    this.#context.onLeaving(runner);
    runner.leave();
  }

  #startRegistration(withinMs: number): void {
    const { name } = this.#peer;
    const settings = settingsOf(this.#peer);
    if (settings === undefined || this.#problem !== undefined) return;
    const { clock, ids } = this.#context;
    const account = this.#account;
    const stored = this.#stored?.of === bindingKey(settings) ? this.#stored : undefined;
    this.#stored = undefined;
    const runner: RegistrationRunner = new RegistrationRunner({
      trunk: name,
      settings,
      stored,
      port: new TrunkRequests(this.#context.port, {
        digestOf: () => account.digest,
        serviceRouteOf: () => [],
        fromDomainOf: () => undefined,
      }),
      clock,
      ids,
      onChanged: () => {
        if (runner.registration.state === "ended") this.#context.onEnded(runner);
        else this.#changed();
      },
      store: (binding) => {
        if (this.#runner === runner) this.#context.store(name, binding);
      },
      onSource: (source) => this.#context.onSource(source),
      onAttempt: (result) => this.#context.onAttempt(result),
    });
    this.#runner = runner;
    runner.start(withinMs);
  }

  #startPings(): void {
    this.#pings?.close();
    this.#pings = undefined;
    const { uri, pingSeconds = 0, fromDomain } = this.#peer;
    if (pingSeconds === 0 || this.#problem !== undefined) return;
    const { port, clock, ids } = this.#context;
    const onChanged = (event: PingEvent["type"]): void => {
      this.#context.onPing(event);
      this.#noteCondition();
    };
    this.#pings = new PingRunner({ uri, fromDomain, pingSeconds, port, clock, ids, onChanged });
    this.#pings.start();
  }

  #now(): TrunkCondition {
    const { registration, pingSeconds = 0 } = this.#peer;
    return conditionOf({
      problem: this.#problem,
      registration: registration === undefined ? undefined : (this.#runner?.registration ?? NOT_BEGUN),
      ping: pingSeconds === 0 ? undefined : (this.#pings?.ping ?? FIRST_PING),
    });
  }

  #changed(): void {
    this.#noteCondition();
    this.#context.onChanged(this);
  }

  #noteCondition(): void {
    const before = this.#condition;
    const now = this.#now();
    this.#condition = now;
    if (before.state !== now.state) {
      this.#sinceMs = this.#context.clock.wallMs();
      const { logger } = this.#context;
      const facts = { trunk: this.#peer.name, state: now.state, before: before.state, reason: now.reason };
      if (now.state === "down" || now.state === "unregistered") logger.warn("a trunk is out of service", facts);
      else logger.info("the state of a trunk has changed", facts);
    }
  }
}

const UNREADABLE = "secret-unreadable";
const NOT_BEGUN = newRegistration(0);

function missingReader(): never {
  throw new SwitchError(UNREADABLE, "there is nobody who reads secrets");
}

function secretFacts(peer: Peer): unknown {
  return [peer.sealedPassword, digestUserOf(peer)];
}

function digestUserOf({ name, authUser, registration }: Peer): string {
  return registration?.authUser ?? authUser ?? registration?.user ?? name;
}

function pingFacts({ uri, pingSeconds, fromDomain }: Peer): unknown {
  return [uri, pingSeconds, fromDomain];
}

function settingsOf({ registration, fromDomain }: Peer): RegistrationSettings | undefined {
  if (registration === undefined || fromDomain === undefined) return registration;
  return { ...registration, domain: fromDomain };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** UTF-8, one character per octet. */
function octets(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
