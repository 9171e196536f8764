import { detached, digestHash, Journal, type Clock, type Logger, type MetricSample } from "../../common/index.ts";
import type { Inventory } from "../device/inventory.ts";
import { profileWarning, type ProfileHints } from "../device/profile-hints.ts";
import type { SipPhone } from "../device/sip-phone.ts";
import { isAllowedPlace } from "./allowed-place.ts";
import { applyRegister } from "./apply-register.ts";
import { BindingTable } from "./binding-table.ts";
import type { Binding } from "./binding.ts";
import { targetOf } from "./contact-target.ts";
import { readRegister, type RegisterFacts, type RegisterHeaderValues } from "./register-facts.ts";
import { registerReplyHeaders, type RegisterHeaders, type RegisterReply } from "./register-reply.ts";
import type { RequestedContact } from "./requested-contact.ts";
import { readStoredBindings } from "./stored-binding.ts";

/** The answer to a REGISTER: 200 with all current contacts, or a refusal that changed nothing. */
export interface RegisterResult {
  readonly status: 200 | 400 | 403 | 423 | 439 | 503;
  readonly headers: RegisterHeaders;
  /** All current bindings after the request, oldest first. */
  readonly bindings: readonly Binding[];
}

/** One line of the `registrations` view. */
export interface RegistrationSummary {
  readonly aor: string;
  /** Name of the device. */
  readonly phone: string;
  readonly contactUri: string;
  readonly remainingSeconds: number;
  readonly q: number;
  /** For example `tcp/192.0.2.7:40112`. */
  readonly source: string;
  readonly userAgent?: string;
}

export interface RegistrarOptions {
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Journal file; absent: nothing outlives the process. */
  readonly journalPath?: string;
  /** Told of phones that fit to their profiles, or do not; absent: nobody is told. */
  readonly hints?: Pick<ProfileHints, "note" | "registered">;
  /** Told of each address of record whose bindings have changed; absent: nobody is. */
  readonly onChanged?: (aor: string) => void;
  /** Bindings of all phones together; default 100,000. */
  readonly maxBindings?: number;
}

const MAX_USER_AGENT_LENGTH = 128;
/** Enough to tell two passwords apart, too little to find one. */
const KEY_MARK_LENGTH = 8;
const FULL_RETRY_SECONDS = 60;
/** RFC 5626 4.4.1: what phones on connections keep without being told. Over UDP they have a shorter time of their own. */
const FLOW_TIMER_SECONDS = 120;

/**
 * Registrar and location service. Who may register what was decided before: it takes authenticated requests.
 * @see RFC 3261 10.3, RFC 3327, RFC 5626 6
 */
export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #maxBindings: number;
  readonly #table: BindingTable;
  readonly #journal: Journal<readonly Binding[]> | undefined;
  readonly #results = new Map<RegisterResult["status"], number>();

  /** @throws the file system's error when the journal cannot be opened */
  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#maxBindings = options.maxBindings ?? 100_000;
    this.#table = new BindingTable(options.clock, (aor) => this.#record(aor));
    this.#journal =
      options.journalPath === undefined
        ? undefined
        : new Journal<readonly Binding[]>(
            { path: options.journalPath, clock: options.clock },
            (aor, value) => this.#restore(aor, value),
            () => this.#table.all(),
          );
  }

  /** Answers a REGISTER; when the result is 200 all of it was done, else nothing. */
  register(facts: RegisterFacts): RegisterResult {
    const result = this.#register(facts);
    this.#results.set(result.status, (this.#results.get(result.status) ?? 0) + 1);
    return result;
  }

  /**
   * Where a phone can be reached: highest q first, then the one refreshed last. Those of one instance are ways to the
   * same phone, of which only one may be used at a time (RFC 5626 7).
   */
  lookup(aor: string): readonly Binding[] {
    return this.#table
      .get(aor)
      .reverse()
      .sort((one, other) => other.q - one.q);
  }

  /** The flow of a binding has failed: there is no such contact any more (RFC 5626 7). Nothing when it was renewed. */
  flowFailed(binding: Binding): void {
    const { aor, contactUri } = binding;
    const current = this.#table.get(aor);
    const left = current.filter((one) => one !== binding);
    if (left.length === current.length) return;
    this.#options.logger.info("the flow of a contact is gone", { aor, contactUri });
    this.#replace(aor, left);
  }

  /** Forgets what has been registered under an address of record. */
  forget(aor: string): void {
    if (this.#table.get(aor).length > 0) this.#replace(aor, []);
  }

  /** Addresses that live bindings came from. */
  get sources(): readonly string[] {
    return this.#table.sources;
  }

  /** True when a live binding came from the address. */
  hasBindingFrom(address: string): boolean {
    return this.#table.hasSource(address);
  }

  /** At most `limit` bindings, by the order in which the phones registered. */
  list(limit = 1_000): RegistrationSummary[] {
    const rows: RegistrationSummary[] = [];
    for (const [aor, bindings] of this.#table.all()) {
      const phone = this.#options.inventory.phoneByAor(aor);
      if (phone === undefined) continue;
      for (const binding of bindings) {
        if (rows.length >= limit) return rows;
        const { contactUri, q, source, userAgent } = binding;
        rows.push({
          aor: phone.directoryNumber,
          phone: phone.name,
          contactUri,
          remainingSeconds: this.#table.remainingSeconds(binding),
          q,
          source: `${source.protocol}/${source.address}:${source.port}`,
          ...(userAgent === undefined ? {} : { userAgent }),
        });
      }
    }
    return rows;
  }

  counters(): MetricSample[] {
    return [
      { name: "tandem_registrations", type: "gauge", help: "Contacts that are registered", value: this.#table.size },
      ...[...this.#results].map(([status, value]): MetricSample => ({
        name: "tandem_register_results_total",
        type: "counter",
        help: "Authenticated REGISTER requests by status",
        labels: { status: String(status) },
        value,
      })),
      ...(this.#journal === undefined ? [] : [this.#journal.metric]),
    ];
  }

  /** Writes what is pending and stops; may be called twice. */
  close(): void {
    this.#journal?.close();
    this.#table.close();
  }

  #register(facts: RegisterFacts): RegisterResult {
    const { clock, logger, inventory, hints } = this.#options;
    const { aor } = facts.phone;
    const limits = facts.phone.profile.registration;
    const current = this.#table.get(aor);
    const refuse = (
      status: RegisterResult["status"],
      reason: string,
      headers: RegisterHeaders = [],
    ): RegisterResult => {
      logger.info("REGISTER refused", { aor, status, reason });
      return { status, headers, bindings: current };
    };

    const { homeElsewhere } = facts.phone;
    if (homeElsewhere !== undefined) {
      const text = `this phone is at home on ${homeElsewhere.join(", ")}`;
      hints?.note(facts.phone, text);
      return refuse(403, "Home Elsewhere", [profileWarning(text)]);
    }
    const read = readRegister(facts);
    if (!read.ok) return refuse(read.status, read.reason);
    const { request, expiresSeconds, path } = read.value;
    const bind = (contact: RequestedContact, seconds: number): Binding =>
      makeBinding(facts, read.value, contact, { wallMs: clock.wallMs(), seconds, current });
    const { callId, cseq, source } = facts;
    const isAllowed = ({ uri }: RequestedContact): boolean => isAllowedPlace(uri, path, source, inventory);
    const outcome = applyRegister({ current, request, expiresSeconds, callId, cseq, source, limits, isAllowed, bind });
    if (!outcome.ok) {
      const { status, reason } = outcome;
      const warnings = this.#warn(facts, status);
      const minimum: RegisterHeaders = status === 423 ? [["Min-Expires", String(limits.minExpirySeconds)]] : [];
      return refuse(status, reason, [...minimum, ...warnings]);
    }
    const growth = outcome.bindings.length - current.length;
    if (growth > 0 && this.#table.size + growth > this.#maxBindings) {
      return refuse(503, "Registrar Full", [["Retry-After", String(FULL_RETRY_SECONDS)]]);
    }
    if (request.kind !== "query") this.#replace(aor, outcome.bindings);
    if (request.kind === "contacts" && outcome.bindings.length > 0) {
      hints?.registered(facts.phone, facts.userAgent);
    }
    const headers = registerReplyHeaders({
      bindings: outcome.bindings,
      remainingSeconds: (binding) => this.#table.remainingSeconds(binding),
      path: read.value.supports.path ? path : [],
      ...outboundReply(read.value, facts),
      wallMs: clock.wallMs(),
    });
    return { status: 200, headers, bindings: outcome.bindings };
  }

  /** What of its profile a REGISTER does not keep to. */
  #warn({ phone }: RegisterFacts, status: 400 | 403 | 423): RegisterHeaders {
    if (status === 400) return [];
    const { name, registration } = phone.profile;
    const text =
      status === 423
        ? `SIP profile ${name} wants phones to register for ${registration.minExpirySeconds} s at least`
        : `SIP profile ${name} allows ${registration.maxContacts} contacts, at places that are the phone's own`;
    this.#options.hints?.note(phone, text);
    return [profileWarning(text)];
  }

  #replace(aor: string, bindings: readonly Binding[]): void {
    this.#table.replace(aor, bindings);
    this.#record(aor);
  }

  #record(aor: string): void {
    const bindings = this.#table.get(aor);
    if (bindings.length === 0) this.#journal?.remove(aor);
    else this.#journal?.put(aor, bindings);
    this.#options.onChanged?.(aor);
  }

  /** Left out are bindings that ended meanwhile, and those of phones that are gone, have moved, or have other credentials. */
  #restore(aor: string, value: unknown): void {
    const phone = this.#options.inventory.phoneByAor(aor);
    if (phone === undefined || phone.homeElsewhere !== undefined) return;
    const wallMs = this.#options.clock.wallMs();
    const mark = keyMarkOf(phone);
    const live = readStoredBindings(value).filter((binding) => {
      return binding.aor === aor && binding.expiresAtMs > wallMs && (binding.keyMark ?? mark) === mark;
    });
    this.#table.replace(aor, live.slice(0, Math.max(0, this.#maxBindings - this.#table.size)));
  }
}

/** RFC 5626 6; without a proxy between us the flow is ours, and so is how long it may be silent. */
function outboundReply(
  { isOutbound, supports }: RegisterHeaderValues,
  { source, viaCount = 1 }: RegisterFacts,
): Pick<RegisterReply, "isOutbound" | "flowTimerSeconds"> {
  if (!isOutbound || !supports.outbound) return { isOutbound: false };
  const isOurs = viaCount === 1 && source.protocol !== "udp";
  return { isOutbound: true, ...(isOurs ? { flowTimerSeconds: FLOW_TIMER_SECONDS } : {}) };
}

function makeBinding(
  facts: RegisterFacts,
  { path }: RegisterHeaderValues,
  { uriText, uri, q, instance, regId }: RequestedContact,
  {
    wallMs,
    seconds,
    current,
  }: { readonly wallMs: number; readonly seconds: number; readonly current: readonly Binding[] },
): Binding {
  const former = current.find(
    (one) => one.contactUri === uriText || (instance !== undefined && one.instance === instance),
  );
  const { phone, callId, cseq, source, userAgent } = facts;
  const { targetUri, ...way } = targetOf(uriText, uri, facts, regId !== undefined);
  return {
    aor: phone.aor,
    contactUri: detached(uriText),
    callId: detached(callId),
    cseq,
    q,
    refreshedAtMs: wallMs,
    sinceMs: former?.sinceMs ?? former?.refreshedAtMs ?? wallMs,
    expiresAtMs: wallMs + seconds * 1_000,
    source,
    targetUri: detached(targetUri),
    ...(path.length > 0 ? { path: path.map(detached) } : way),
    ...(instance === undefined ? {} : { instance: detached(instance) }),
    ...(regId === undefined ? {} : { regId }),
    ...(userAgent === undefined ? {} : { userAgent: detached(userAgent.slice(0, MAX_USER_AGENT_LENGTH)) }),
    keyMark: keyMarkOf(phone),
  };
}

/** Another one for another user name or password, whatever algorithms the SIP profile has. */
function keyMarkOf({ ha1 }: SipPhone): string {
  return digestHash("SHA-256", ha1.MD5 ?? ha1["SHA-256"] ?? "").slice(0, KEY_MARK_LENGTH);
}
