import { Sipp, sippCredentials, type SippOptions, type SippResult } from "../../test/support/sipp.ts";
import type { Cleanup } from "../../test/support/cleanup.ts";

/** A phone of the soak as the node knows it. */
export interface SoakPhone {
  readonly user: string;
  readonly number: string;
  readonly password: string;
}

/** What one stream of the mixture has done so far. */
export interface StreamResult {
  readonly name: string;
  readonly good: number;
  readonly failed: number;
  readonly sentAgain: number;
  /** SIPp's screen and errors. */
  readonly log: string;
}

interface CallKind {
  readonly name: string;
  readonly scenario: string;
  /** Of the whole rate. */
  readonly share: number;
  /** Absent: a number that the switch answers itself. */
  readonly callee?: string;
  readonly service?: string;
  readonly holdMs: number;
  readonly transport?: "t1";
}

const CALLS: readonly CallKind[] = [
  { name: "answered", scenario: "call-digest", share: 0.5, callee: "answer", holdMs: 1_000 },
  { name: "answered, TCP", scenario: "call-digest", share: 0.12, callee: "answer", holdMs: 1_000, transport: "t1" },
  { name: "echo", scenario: "call-digest", share: 0.08, service: "9196", holdMs: 500 },
  { name: "hold", scenario: "call-hold", share: 0.1, callee: "answer-hold", holdMs: 300 },
  { name: "cancelled", scenario: "call-cancelled", share: 0.08, callee: "ring", holdMs: 300 },
  { name: "busy", scenario: "call-refused", share: 0.06, callee: "busy", holdMs: 0 },
  { name: "unanswered", scenario: "call-refused", share: 0.06, callee: "unanswered", holdMs: 0 },
];
const CALLEES = ["answer", "answer-hold", "ring", "busy", "unanswered"] as const;

export const CALLER_ADDRESS = "127.0.1.20";
export const CALLEE_ADDRESS = "127.0.1.21";
const FIRST_PORT = 5_060;
const REGISTER_PORT = 5_100;
/** SIPp binds them; those of two processes must differ. */
const FIRST_MEDIA_PORT = 40_000;
const MEDIA_PORTS = 100;
/** Registrations that are refreshed, for each call. */
const REGISTRATIONS_A_CALL = 0.2;
const REGISTER_EXPIRES = "120";
const CALLERS = 100;
const REFRESHERS = 100;
/** Calls of the callees that are up at a time stay below what a phone may have. */
const MAX_CALLS_OF_PHONE = 1_000;
const RECEIVE_TIMEOUT_MS = 10_000;
const STEP_TIMEOUT_MS = 15_000;

/** Every phone that the mixture needs. */
export function soakPhones(): SoakPhone[] {
  const phone = (user: string, number: number): SoakPhone => ({ user, number: String(number), password: `pw-${user}` });
  return [
    ...CALLEES.map((name, index) => phone(name, 2_000 + index)),
    ...Array.from({ length: CALLERS }, (_, index) => phone(`caller${index}`, 2_100 + index)),
    ...Array.from({ length: REFRESHERS }, (_, index) => phone(`refresher${index}`, 2_300 + index)),
  ];
}

/** The mixture in the node's configuration. */
export function phonesInConfig() {
  return soakPhones().map(({ user, number, password }) => {
    return { name: user, user, number, password, profile: "sipp", maxCalls: MAX_CALLS_OF_PHONE };
  });
}

interface Stream {
  readonly name: string;
  readonly sipp: Sipp;
  /** Calls that it is to make; absent for one that takes calls. */
  readonly wanted?: number;
}

/** Phones that register, call and are called in every way, as SIPp processes that run side by side. */
export class Mixture {
  readonly #cleanup: Cleanup;
  readonly #target: string;
  readonly #phones = new Map(soakPhones().map((phone) => [phone.user, phone]));
  readonly #callees: Stream[] = [];
  readonly #streams: Stream[] = [];
  #isStopped = false;

  /** @param target `host:port` of SIP over UDP and TCP */
  constructor(cleanup: Cleanup, target: string) {
    this.#cleanup = cleanup;
    this.#target = target;
  }

  /** Starts the callees and registers them. @throws {Error} when one cannot register */
  async register(): Promise<void> {
    for (const [index, name] of CALLEES.entries()) {
      const options = {
        scenario: name,
        address: CALLEE_ADDRESS,
        port: FIRST_PORT + 2 * index,
        mediaPort: FIRST_MEDIA_PORT + MEDIA_PORTS * index,
      };
      this.#callees.push({ name, sipp: this.#start(options) });
    }
    await this.#registerCallees("3600");
  }

  /** Takes the registrations of the callees back and ends them. */
  async unregister(): Promise<StreamResult[]> {
    const refreshers = [...this.#phones.values()].filter(({ user }) => user.startsWith("refresher"));
    await this.#registerOnce(CALLER_ADDRESS, refreshers, () => String(REGISTER_PORT), "0");
    await this.#registerCallees("0");
    return Promise.all(
      this.#callees.splice(0).map(async ({ name, sipp }) => {
        const result = await sipp.stop(STEP_TIMEOUT_MS);
        await sipp.close();
        return resultOf(`callee ${name}`, result);
      }),
    );
  }

  /** Begins to make calls and registrations, for `seconds`. @param rate calls a second in all */
  begin(rate: number, seconds: number): void {
    const callers = [...this.#phones.values()].filter(({ user }) => user.startsWith("caller"));
    for (const [index, kind] of CALLS.entries()) {
      const { scenario, share, callee = "", holdMs, transport } = kind;
      this.#stream(kind.name, rate * share, seconds, {
        scenario,
        port: FIRST_PORT + 2 * index,
        service: kind.service ?? this.#phones.get(callee)?.number ?? "",
        holdMs,
        rows: callers.map(credentials),
        ...(transport === undefined ? {} : { transport }),
      });
    }
    const refreshers = [...this.#phones.values()].filter(({ user }) => user.startsWith("refresher"));
    this.#stream("registrations", rate * REGISTRATIONS_A_CALL, seconds, {
      scenario: "register-digest",
      port: REGISTER_PORT,
      keywords: { contact_port: String(REGISTER_PORT), expires: REGISTER_EXPIRES },
      rows: refreshers.map(credentials),
    });
  }

  /** Makes calls for `seconds` and waits until all have ended. @throws {Error} when one does not end in time */
  async burst(rate: number, seconds: number, drainMs: number): Promise<StreamResult[]> {
    this.begin(rate, seconds);
    try {
      return await this.finished(1_000 * seconds + drainMs);
    } finally {
      await Promise.all(this.#streams.splice(0).map(({ sipp }) => sipp.close()));
    }
  }

  /** What has happened so far. */
  results(): StreamResult[] {
    return this.#streams.map(({ name, sipp }) => resultOf(name, sipp.progress()));
  }

  /** Waits until all calls are made and have ended. @throws {Error} with SIPp's screen when one does not end */
  async finished(withinMs: number): Promise<StreamResult[]> {
    return Promise.all(
      this.#streams.map(async ({ name, sipp, wanted = 0 }) => {
        const result = resultOf(name, await sipp.finished(withinMs));
        // A SIPp that ended early is as bad as one whose calls failed.
        const missing = this.#isStopped ? 0 : Math.max(0, wanted - result.good - result.failed);
        return { ...result, failed: result.failed + missing };
      }),
    );
  }

  /** No new calls; those that are up end as ever. */
  stop(): void {
    this.#isStopped = true;
    for (const { sipp } of this.#streams) sipp.endSoon();
  }

  /** Ends everything at once; may be called twice. */
  async close(): Promise<void> {
    const all = [...this.#streams.splice(0), ...this.#callees.splice(0)];
    await Promise.all(all.map(({ sipp }) => sipp.close()));
  }

  #stream(name: string, rate: number, seconds: number, options: Omit<SippOptions, "address" | "target">): void {
    const callsPerSecond = Math.max(1, Math.round(rate));
    const wanted = callsPerSecond * seconds;
    const sipp = this.#start({
      ...options,
      address: CALLER_ADDRESS,
      target: this.#target,
      calls: wanted,
      callsPerSecond,
      maxCalls: 10_000,
      mediaPort: FIRST_MEDIA_PORT + MEDIA_PORTS * this.#streams.length,
      receiveTimeoutMs: RECEIVE_TIMEOUT_MS,
    });
    this.#streams.push({ name, sipp, wanted });
  }

  #start(options: SippOptions): Sipp {
    return this.#cleanup.add(Sipp.start(options), (sipp) => sipp.close());
  }

  async #registerCallees(expires: string): Promise<void> {
    for (const [index, name] of CALLEES.entries()) {
      const phone = this.#phones.get(name);
      if (phone !== undefined) {
        await this.#registerOnce(CALLEE_ADDRESS, [phone], () => String(FIRST_PORT + 2 * index), expires);
      }
    }
  }

  async #registerOnce(
    address: string,
    phones: readonly SoakPhone[],
    contactPort: () => string,
    expires: string,
  ): Promise<void> {
    const result = await Sipp.run(
      {
        scenario: "register-digest",
        address,
        port: REGISTER_PORT,
        target: this.#target,
        calls: phones.length,
        callsPerSecond: 100,
        keywords: { contact_port: contactPort(), expires },
        rows: phones.map(credentials),
      },
      STEP_TIMEOUT_MS,
    );
    if (result.successful !== phones.length) throw new Error(`phones could not register:\n${result.log}`);
  }
}

function credentials({ user, password }: SoakPhone): string[] {
  return [user, sippCredentials(user, password)];
}

function resultOf(name: string, { successful, failed, retransmissions, log }: SippResult): StreamResult {
  return { name, good: successful, failed, sentAgain: retransmissions, log };
}
