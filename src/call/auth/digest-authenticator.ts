import { timingSafeEqual } from "node:crypto";
import {
  digestHash,
  type Clock,
  type DigestAlgorithm,
  type Ids,
  type Logger,
  type MetricSample,
} from "../../common/index.ts";
import type { Inventory } from "../device/inventory.ts";
import { isLoopback } from "../device/ip-address.ts";
import { profileWarning, type ProfileHints } from "../device/profile-hints.ts";
import type { SipPhone } from "../device/sip-phone.ts";
import { challengeHeaders, opaqueOf, type ReplyHeaders } from "./digest-challenge.ts";
import { type DigestCredentials, readCredentials } from "./digest-credentials.ts";
import { digestResponse } from "./digest-response.ts";
import { matchesRequestUri } from "./digest-uri.ts";
import { type Admission, FailureGuard, type FailureLimits } from "./failure-guard.ts";
import { NonceMint } from "./nonce-mint.ts";
import { NonceUses } from "./nonce-uses.ts";

/** Where a request came from. `address` is a literal IP. */
export interface RequestSource {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** What has to be known of a request outside a dialog to tell who sent it. */
export interface AuthenticationFacts {
  readonly method: string;
  readonly requestUri: string;
  /** Each Authorization field's value, in order. */
  readonly authorization: readonly string[];
  /** User part of From (of To for REGISTER): picks the algorithms of a first challenge and is trusted for nothing else. */
  readonly claimedUser: string;
  /** REGISTER only: user part of To, which must be the phone's own user or number. */
  readonly registeredUser?: string;
  readonly source: RequestSource;
}

/**
 * `ok`: the phone that sent the request. Everything else is to be answered with `status`, `headers` and no more
 * detail; `reason` is for logs. `banned` is a 403 and `slowed` (for sources that must not be banned) a 503, both with
 * Retry-After.
 */
export type AuthenticationResult = { readonly kind: "ok"; readonly phone: SipPhone } | Refusal;

type Refusal =
  | ({ readonly kind: "challenge"; readonly status: 401 } & RefusalParts)
  | ({ readonly kind: "forbidden"; readonly status: 400 | 403 } & RefusalParts)
  | ({ readonly kind: "banned"; readonly status: 403 } & RefusalParts)
  | ({ readonly kind: "slowed"; readonly status: 503 } & RefusalParts);

type RefusalParts = { readonly headers: ReplyHeaders; readonly reason: string };

export interface DigestAuthenticatorOptions {
  readonly inventory: Inventory;
  /** Makes nonces genuine: the same after a restart and on each node of a cluster, else phones are challenged again. */
  readonly secret: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** True when a phone is registered from the address: such a source is slowed, not banned. */
  readonly hasBindingFrom: (address: string) => boolean;
  /** Told of phones that do not fit to their profiles; absent: nobody is told. */
  readonly hints?: Pick<ProfileHints, "note">;
  /** Told when a source has used up what it may get wrong, and may be banned; absent: nobody is told. */
  readonly onStopped?: (address: string) => void;
  /** Default 300. */
  readonly nonceMaxAgeSeconds?: number;
  /** Nonces whose use is remembered; default 65,536. */
  readonly maxNonces?: number;
  readonly failureLimits?: FailureLimits;
}

const DEFAULT_ALGORITHMS: readonly DigestAlgorithm[] = ["MD5"];
/** A count that no other may follow: credentials without qop have none and use up their nonce. */
const LAST_COUNT = 0xffff_ffff;

/**
 * Digest server for requests outside a dialog. Unknown users cost the same work and get the same answers as known
 * ones with a wrong password.
 * @see RFC 3261 22.4, RFC 7616, RFC 8760
 */
export class DigestAuthenticator {
  readonly #options: DigestAuthenticatorOptions;
  readonly #mint: NonceMint;
  readonly #uses: NonceUses;
  readonly #guard: FailureGuard;
  readonly #opaque: string;
  readonly #nobodysHa1: Readonly<Record<DigestAlgorithm, string>>;
  readonly #results = { ok: 0, challenge: 0, forbidden: 0, banned: 0, slowed: 0 };
  #failures = 0;

  constructor(options: DigestAuthenticatorOptions) {
    const { inventory, secret, clock, ids } = options;
    const maxAgeMs = (options.nonceMaxAgeSeconds ?? 300) * 1_000;
    this.#options = options;
    this.#mint = new NonceMint({ secret, realm: inventory.realm, maxAgeMs, clock, ids });
    this.#uses = new NonceUses({ clock, maxAgeMs, maxNonces: options.maxNonces ?? 65_536 });
    this.#guard = new FailureGuard(clock, options.failureLimits);
    this.#opaque = opaqueOf(secret, inventory.realm);
    const nobody = ids.token(32);
    this.#nobodysHa1 = { MD5: digestHash("MD5", nobody), "SHA-256": digestHash("SHA-256", nobody) };
  }

  verify(facts: AuthenticationFacts): AuthenticationResult {
    const result = this.#verify(facts);
    this.#results[result.kind] += 1;
    return result;
  }

  /** Forgets what a source has got wrong. */
  forgive(address: string): void {
    this.#guard.forgive(address);
  }

  counters(): MetricSample[] {
    const tracked = { nonces: this.#uses.size, ...this.#guard.size };
    return [
      ...Object.entries(this.#results).map(([result, value]): MetricSample => ({
        name: "tandem_auth_results_total",
        type: "counter",
        help: "Requests by outcome of authentication",
        labels: { result },
        value,
      })),
      {
        name: "tandem_auth_failures_total",
        type: "counter",
        help: "Credentials that were wrong",
        value: this.#failures,
      },
      ...Object.entries(tracked).map(([table, value]): MetricSample => ({
        name: "tandem_auth_table_entries",
        type: "gauge",
        help: "Entries of the bounded tables of authentication",
        labels: { table },
        value,
      })),
    ];
  }

  #verify(facts: AuthenticationFacts): AuthenticationResult {
    const { address } = facts.source;
    const isExempt = (): boolean => this.#isExempt(address);
    const source = this.#guard.admitSource(address, isExempt);
    if (source.kind !== "admitted") return stopped(source);
    const read = readCredentials(facts.authorization, this.#options.inventory.realm);
    if (read.kind === "none") {
      if (!isExempt() && this.#guard.claim(address, facts.claimedUser)) this.#stop(facts, "many user names");
      return this.#challenge(facts, facts.claimedUser, "no credentials");
    }
    if (read.kind === "malformed") return forbidden(400, read.reason);
    const { username } = read.list[0];
    const algorithms = this.#algorithmsOf(username);
    const credentials = read.list.find((each) => each.username === username && algorithms.includes(each.algorithm));
    if (credentials === undefined) return this.#challenge(facts, username, "algorithm was not offered");
    return this.#checkCredentials(facts, credentials, isExempt);
  }

  #checkCredentials(
    facts: AuthenticationFacts,
    credentials: DigestCredentials,
    isExempt: () => boolean,
  ): AuthenticationResult {
    const { address } = facts.source;
    const { username, nonce, qop } = credentials;
    const phone = this.#options.inventory.phoneByUser(username);
    const minted = this.#mint.check(nonce, address);
    if (minted.kind !== "fresh") return this.#challenge(facts, username, `nonce is ${minted.kind}`, true);
    if (credentials.opaque !== undefined && credentials.opaque !== this.#opaque) {
      return this.#challenge(facts, username, "opaque is foreign", true);
    }
    if (qop === undefined && !this.#options.inventory.hasLegacyDigest)
      return this.#challenge(facts, username, "credentials without qop");
    const admission = this.#guard.admitUser(address, username, isExempt);
    if (admission.kind !== "admitted") return stopped(admission);
    if (!this.#isResponseRight(facts.method, credentials, phone) || phone === undefined) {
      return this.#fail(facts, username);
    }
    // Only now: before, the answer would tell whose profile takes them.
    if (qop === undefined && phone.profile.digestLegacy !== true) {
      return this.#challenge(facts, username, "credentials without qop");
    }
    if (!matchesRequestUri(credentials.uri, facts.requestUri)) {
      this.#log("digest uri is not that of the request", facts, username);
      return forbidden(400, "digest uri mismatch");
    }
    const count = qop === undefined ? LAST_COUNT : parseInt(qop.count, 16);
    if (!this.#uses.use(nonce, minted.issuedAtMs, count)) {
      return this.#challenge(facts, username, "nonce count was used before", true);
    }
    this.#guard.succeed(address, username);
    return this.#authorize(facts, phone);
  }

  /** Who it is stands; whether he may do this from here is another matter. */
  #authorize({ registeredUser, claimedUser, source }: AuthenticationFacts, first: SipPhone): AuthenticationResult {
    const { name, user } = first;
    const line = this.#options.inventory.lineOf(name, registeredUser ?? claimedUser);
    if (registeredUser !== undefined && registeredUser !== user && line === undefined) {
      return forbidden(403, "registers for another user");
    }
    const phone = line ?? first;
    const { transports, name: profile } = phone.profile;
    if (!transports.some((transport) => transport === source.protocol)) {
      const text = `SIP profile ${profile} does not allow ${source.protocol}, only ${transports.join(", ")}`;
      this.#options.hints?.note(phone, text);
      return { ...forbidden(403, "transport is not in the SIP profile"), headers: [profileWarning(text)] };
    }
    return { kind: "ok", phone };
  }

  #isResponseRight(method: string, credentials: DigestCredentials, phone: SipPhone | undefined): boolean {
    const { algorithm, response, uri, nonce, qop } = credentials;
    const ha1 = phone?.ha1[algorithm] ?? this.#nobodysHa1[algorithm];
    const input = { method, uri, nonce, ...(qop === undefined ? {} : { qop }) };
    return timingSafeEqual(Buffer.from(digestResponse(algorithm, ha1, input)), Buffer.from(response));
  }

  #fail(facts: AuthenticationFacts, username: string): AuthenticationResult {
    this.#failures += 1;
    const { address } = facts.source;
    const stops = this.#guard.fail(address, username);
    const isStopped = stops !== undefined;
    this.#log(isStopped ? "too many authentication failures" : "authentication failed", facts, username, isStopped);
    if (stops === "source" && !this.#isExempt(address)) this.#options.onStopped?.(address);
    const isHopeless = this.#guard.isHopeless(address, username);
    return isHopeless
      ? forbidden(403, "wrong credentials again")
      : this.#challenge(facts, username, "wrong credentials");
  }

  #stop(facts: AuthenticationFacts, reason: string): void {
    this.#log(reason, facts, facts.claimedUser, true);
    this.#options.onStopped?.(facts.source.address);
  }

  #challenge({ source }: AuthenticationFacts, user: string, reason: string, stale = false): AuthenticationResult {
    const { realm } = this.#options.inventory;
    const nonce = this.#mint.issue(source.address);
    const headers = challengeHeaders(this.#algorithmsOf(user), { realm, nonce, opaque: this.#opaque, stale });
    return { kind: "challenge", status: 401, headers, reason };
  }

  #algorithmsOf(user: string): readonly DigestAlgorithm[] {
    const { inventory } = this.#options;
    const phone = inventory.phoneByUser(user) ?? inventory.phoneByNumber(user);
    // One that cannot register is like one that is not there.
    return phone === undefined || phone.user === "" ? DEFAULT_ALGORITHMS : phone.profile.digestAlgorithms;
  }

  #isExempt(address: string): boolean {
    const { inventory, hasBindingFrom } = this.#options;
    return isLoopback(address) || inventory.peerByAddress(address) !== undefined || hasBindingFrom(address);
  }

  #log(message: string, { method, source }: AuthenticationFacts, username: string, isWarning = false): void {
    const { logger } = this.#options;
    const fields = { method, source: source.address, protocol: source.protocol, user: username.slice(0, 64) };
    if (isWarning) logger.warn(message, fields);
    else logger.info(message, fields);
  }
}

function stopped({ kind, retryAfterSeconds }: Exclude<Admission, { kind: "admitted" }>): AuthenticationResult {
  const headers: ReplyHeaders = [["Retry-After", String(retryAfterSeconds)]];
  const reason = "too many failures";
  return kind === "banned" ? { kind, status: 403, headers, reason } : { kind, status: 503, headers, reason };
}

function forbidden(status: 400 | 403, reason: string): Refusal & { readonly kind: "forbidden" } {
  return { kind: "forbidden", status, headers: [], reason };
}
