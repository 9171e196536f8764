import { chance, type Clock, type Ids, type Timer } from "../../common/index.ts";
import type { IncomingResponse, SignalingPort, SignalingSource } from "../signaling/signaling-port.ts";
import type { SignalingError } from "../signaling/signaling-error.ts";
import type { StoredRegistration } from "./stored-registration.ts";
import {
  readGrant,
  registerRequest,
  secondsIn,
  type RegisterIdentity,
  type RegistrationSettings,
} from "./register-request.ts";
import {
  newRegistration,
  stepRegistration,
  type Registration,
  type RegistrationEffect,
  type RegistrationEvent,
} from "./registration.ts";

export interface RegistrationRunnerOptions {
  readonly trunk: string;
  readonly settings: RegistrationSettings;
  /** Of a process before. */
  readonly stored?: StoredRegistration | undefined;
  readonly port: Pick<SignalingPort, "request">;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Told of each change. */
  readonly onChanged: () => void;
  /** Undefined: there is no binding any more. */
  readonly store: (stored: StoredRegistration | undefined) => void;
  /** Told of a place that the registrar has answered from, when it is new. */
  readonly onSource: (source: SignalingSource) => void;
  /** Told of each final answer, or that there was none. */
  readonly onAttempt: (result: "registered" | "refused" | "failed") => void;
}

const SPREAD_STEPS = 999_999;
const TAG_BYTES = 7;
const CONTACT_BYTES = 16;
/** REGISTERs that a process before may have sent since its last success. */
const CSEQ_GAP = 1_000;
const MAX_CSEQ = 2 ** 30;
/** Places that a registrar has answered from lately. */
const MAX_SOURCES = 8;
/** After a restart a binding is renewed soon, though not at once: what is on file may not be all that has happened. */
const MIN_RESUME_DELAY_MS = 2_000;
const MAX_RESUME_DELAY_MS = 60_000;
/** Refusals that are about who asks, or for what; the rest may pass. */
const REFUSALS = new Set([401, 402, 403, 404, 405, 407, 410, 416, 420, 423, 484, 485, 501, 604, 606]);

/** Names what a binding is of. */
export function bindingKey({
  registrar,
  user,
  domain = "",
}: Pick<RegistrationSettings, "registrar" | "user" | "domain">): string {
  return domain === "" ? `${registrar} ${user}` : `${registrar} ${user}@${domain}`;
}

/** Keeps the registration of a trunk: performs what its machine says. */
export class RegistrationRunner {
  readonly #options: RegistrationRunnerOptions;
  readonly #identity: RegisterIdentity;
  #settings: RegistrationSettings;
  #registration: Registration;
  #cseq: number;
  #serviceRoute: readonly string[];
  #sources: readonly SignalingSource[];
  #timer: Timer | undefined;
  #expiry: Timer | undefined;

  constructor(options: RegistrationRunnerOptions) {
    const { settings, stored, ids } = options;
    this.#options = options;
    this.#settings = settings;
    this.#registration = newRegistration(settings.expiresSeconds);
    this.#identity = stored ?? { callId: ids.uuid(), contactUser: ids.token(CONTACT_BYTES) };
    this.#cseq = stored === undefined ? 0 : stored.cseq + CSEQ_GAP;
    this.#serviceRoute = stored?.serviceRoute ?? [];
    this.#sources = stored?.sources ?? [];
  }

  get registration(): Registration {
    return this.#registration;
  }

  /** What it is a binding of. */
  get key(): string {
    return bindingKey(this.#settings);
  }

  get contactUser(): string {
    return this.#identity.contactUser;
  }

  /** Empty while there is no binding. */
  get serviceRoute(): readonly string[] {
    return this.#registration.isBound ? this.#serviceRoute : [];
  }

  /** Where the registrar has answered from. */
  get sources(): readonly SignalingSource[] {
    return this.#sources;
  }

  /** Begins; a binding of a process before goes on. @param withinMs the first REGISTER goes at any time within */
  start(withinMs: number): void {
    const { stored, clock } = this.#options;
    const leftMs = (stored?.validUntilMs ?? 0) - clock.wallMs();
    if (leftMs <= 0) return this.#step({ type: "start", delayMs: withinMs * this.#spread() });
    const resumeMs = MIN_RESUME_DELAY_MS + (MAX_RESUME_DELAY_MS - MIN_RESUME_DELAY_MS) * this.#spread();
    this.#step({ type: "resume", leftMs, delayMs: Math.min(leftMs / 2, resumeMs) });
  }

  /** The same binding with other settings, or with another password. */
  renew(settings: RegistrationSettings, withinMs: number): void {
    this.#settings = settings;
    const { expiresSeconds } = settings;
    this.#step({ type: "renew", expiresSeconds, delayMs: withinMs * this.#spread() });
  }

  /** There is an edge again: what waits for it goes soon. */
  retrySoon(withinMs: number): void {
    if (this.#registration.state === "waiting") this.renew(this.#settings, withinMs);
  }

  /** Ends the binding; `onChanged` is told when it is `ended`. */
  leave(): void {
    this.#step({ type: "leave" });
  }

  /** Stops without a word: the binding stays, for the next process. */
  close(): void {
    this.#timer?.cancel();
    this.#expiry?.cancel();
  }

  #spread(): number {
    return chance(this.#options.ids, SPREAD_STEPS) / (SPREAD_STEPS + 1);
  }

  #step(event: RegistrationEvent): void {
    const { registration, effects } = stepRegistration(this.#registration, event);
    const wasBound = this.#registration.isBound;
    this.#registration = registration;
    for (const effect of effects) this.#perform(effect);
    if (wasBound && !registration.isBound) this.#options.store(undefined);
    this.#options.onChanged();
  }

  #perform(effect: RegistrationEffect): void {
    const { clock } = this.#options;
    switch (effect.type) {
      case "send":
        return this.#send(effect.expiresSeconds);
      case "start-timer":
        this.#timer?.cancel();
        this.#timer = clock.after(effect.delayMs, () => this.#step({ type: "due" }));
        return;
      case "start-expiry":
        this.#expiry?.cancel();
        this.#expiry = clock.after(effect.delayMs, () => this.#step({ type: "expired" }));
        return;
      case "stop-timers":
        return this.close();
    }
  }

  #send(expiresSeconds: number): void {
    const { trunk, port, ids } = this.#options;
    this.#cseq = (this.#cseq % MAX_CSEQ) + 1;
    const facts = { cseq: this.#cseq, fromTag: ids.token(TAG_BYTES), expiresSeconds };
    port.request(registerRequest(trunk, this.#settings, this.#identity, facts), {
      onResponse: (response) => {
        if (response.message.status < 200) return;
        // Each answer to a challenge has used one more.
        const used = /^\d+/.exec(response.message.get("cseq") ?? "")?.[0];
        this.#cseq = Math.max(this.#cseq, Math.min(Number(used ?? 0), MAX_CSEQ));
        if (expiresSeconds === 0) this.#step({ type: "left" });
        else this.#onAnswer(response, expiresSeconds);
      },
      onFailed: (error) => {
        if (expiresSeconds === 0) this.#step({ type: "left" });
        else this.#onFailed(error);
      },
    });
  }

  #onAnswer({ message, source }: IncomingResponse, askedSeconds: number): void {
    const { status } = message;
    const spread = this.#spread();
    if (status < 300) {
      const { grantedSeconds, serviceRoute } = readGrant(message, this.contactUser, askedSeconds);
      if (grantedSeconds === 0) return this.#fail("not-granted", true);
      this.#serviceRoute = serviceRoute;
      if (source.address !== "") this.#noteSource(source);
      this.#options.onAttempt("registered");
      this.#step({ type: "registered", grantedSeconds, spread });
      if (this.#registration.isBound && !this.#registration.isToLeave) this.#store(grantedSeconds);
    } else if (status === 423) {
      this.#step({ type: "too-brief", minSeconds: secondsIn(message, "min-expires") ?? 0, spread });
    } else if (source.address === "") {
      this.#fail(status === 408 ? "no-answer" : "unreachable", false);
    } else {
      this.#fail(String(status), REFUSALS.has(status), secondsIn(message, "retry-after"));
    }
  }

  #onFailed({ code }: SignalingError): void {
    if (code === "edge-lost") this.#step({ type: "not-sent" });
    else this.#fail(code === "edge-timeout" ? "no-answer" : code, false);
  }

  #fail(reason: string, isRefusal: boolean, retryAfterSeconds?: number): void {
    this.#options.onAttempt(isRefusal ? "refused" : "failed");
    const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    this.#step({ type: "failed", reason, isRefusal, ...retry, spread: this.#spread() });
  }

  #noteSource(source: SignalingSource): void {
    const others = this.#sources.filter(({ address, port }) => address !== source.address || port !== source.port);
    if (others.length === this.#sources.length) this.#options.onSource(source);
    this.#sources = [source, ...others].slice(0, MAX_SOURCES);
  }

  #store(grantedSeconds: number): void {
    this.#options.store({
      ...this.#identity,
      of: bindingKey(this.#settings),
      cseq: this.#cseq,
      validUntilMs: this.#options.clock.wallMs() + grantedSeconds * 1_000,
      serviceRoute: this.#serviceRoute,
      sources: this.#sources,
    });
  }
}
