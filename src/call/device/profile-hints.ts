import type { Clock, Logger } from "../../common/index.ts";
import type { SipPhone } from "./sip-phone.ts";

export interface ProfileHintsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names of SIP profiles for phones. */
  readonly profiles: readonly string[];
}

interface Hint {
  readonly text: string;
  readonly loggedAtMs: number;
}

/** A hint about one phone is logged once in this time, unless it is another one. */
const LOG_AGAIN_MS = 3_600_000;
/** Phones that hints are kept of; they have all proved who they are. */
const MAX_PHONES = 50_000;
const MAX_AGENT_LENGTH = 64;

/** Why phones do not fit to their SIP profiles, the last thing of each, for people. */
export class ProfileHints {
  readonly #options: ProfileHintsOptions;
  readonly #hints = new Map<string, Hint>();

  constructor(options: ProfileHintsOptions) {
    this.#options = options;
  }

  /** By name of the device; absent: nothing does not fit. */
  of(device: string): string | undefined {
    return this.#hints.get(device)?.text;
  }

  /** Notes what does not fit. */
  note({ name, profile }: SipPhone, text: string): void {
    const known = this.#hints.get(name);
    const nowMs = this.#options.clock.nowMs();
    const isNews = known?.text !== text || nowMs - known.loggedAtMs >= LOG_AGAIN_MS;
    if (!isNews || (known === undefined && this.#hints.size >= MAX_PHONES)) return;
    this.#hints.set(name, { text, loggedAtMs: nowMs });
    this.#options.logger.warn("a phone does not fit to its SIP profile", {
      device: name,
      profile: profile.name,
      hint: text,
    });
  }

  /** A REGISTER was granted; what its user agent says may fit to another profile still. */
  registered(phone: SipPhone, userAgent: string | undefined): void {
    const agent = (userAgent ?? "").slice(0, MAX_AGENT_LENGTH);
    const own = phone.profile.name;
    const better = this.#options.profiles.find((name) => name !== own && isMadeFor(name, agent));
    if (better === undefined || isMadeFor(own, agent)) this.#hints.delete(phone.name);
    else this.note(phone, `it says that it is ${agent}; there is a SIP profile ${better} for that`);
  }

  /** Forgets a device that is there no more. */
  forget(device: string): void {
    this.#hints.delete(device);
  }
}

function isMadeFor(profile: string, agent: string): boolean {
  return agent.toLowerCase().includes(profile.toLowerCase());
}

/** What a phone is told that is refused because of its profile (RFC 3261 20.43). */
export function profileWarning(text: string): readonly [name: string, value: string] {
  return ["Warning", `399 tandem "${text.replace(/[^ !#-[\]-~]/g, "?")}"`];
}
