import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CallRecord } from "../../src/call/index.ts";
import type { EnduringCall } from "../support/enduring-call.ts";
import { eventually } from "../support/eventually.ts";
import { CallRefused, EnduringPhone } from "../support/enduring-phone.ts";
import type { LinkProtocol } from "../support/enduring-link.ts";
import { beginChange, beginRinging, type Underway } from "./bad-moments.ts";
import { CALL_GAUGES, TandemNode, type ServiceName } from "../support/tandem-node.ts";

/** A call as both its ends have it. */
export interface CallUnderTest {
  readonly near: EnduringCall;
  readonly far: EnduringCall;
  readonly index: number;
}

/** What became of the calls of one kill. */
export interface KillReport {
  readonly killed: string;
  readonly moment: KillMoment;
  readonly calls: number;
  /** One line for each call that was not held, resumed and hung up as it should. */
  readonly lost: readonly string[];
  readonly establishMs: number;
  /** From the kill until the services are ready again. */
  readonly backMs: number;
  /** Hold, resume and hang up of all calls. */
  readonly exerciseMs: number;
  /** Requests that were answered with an error first, and tried again. */
  readonly retries: number;
}

export interface CampaignOptions {
  readonly protocols: readonly LinkProtocol[];
  /** For each protocol. */
  readonly calls: number;
}

/**
 * When the kill comes: while nothing happens; while all calls are being held; while half of the calls wait for an
 * answer, a 200 or an ACK, and others ring.
 */
export type KillMoment = "quiet" | "holding" | "waiting";

export const OVER_UDP: CampaignOptions = { protocols: ["udp"], calls: 200 };
export const OVER_CONNECTIONS: CampaignOptions = { protocols: ["tcp", "tls", "ws", "wss"], calls: 20 };
/** What is killed, each at a time of its own. */
export const KILLS: readonly (readonly ServiceName[])[] = [["callmanager"], ["edge"], ["edge", "callmanager"]];

const PHONES_A_SIDE = 10;
const AT_A_TIME = 20;
const DIAL_TRIES = 5;
const BACK_MS = 15_000;
const SETTLED_MS = 15_000;
const SEEN_MS = 15_000;

/** A node and its phones, for kills during calls, one after the other. */
export class KillCampaign {
  readonly node: TandemNode;
  readonly #options: CampaignOptions;
  readonly #phones = new Map<string, EnduringPhone>();
  #records = 0;
  #serial = 0;

  private constructor(node: TandemNode, options: CampaignOptions) {
    this.node = node;
    this.#options = options;
  }

  /**
   * Starts a node with phones for the calls, all of them registered.
   * @param onNode told as soon as the node runs, for who may have to end it before the phones are registered
   */
  static async start(
    options: CampaignOptions,
    onNode: (node: TandemNode) => void = () => undefined,
  ): Promise<KillCampaign> {
    const node = await TandemNode.start({
      phones: accounts(options).map((user) => ({ name: `phone-${user}`, number: user, password: user, maxCalls: 100 })),
      moreListeners: moreListeners(options),
      orphanGraceSeconds: 30,
    });
    onNode(node);
    const campaign = new KillCampaign(node, options);
    try {
      await campaign.#startPhones();
      return campaign;
    } catch (error) {
      await campaign.destroy();
      throw error;
    }
  }

  phone(user: string): EnduringPhone {
    const phone = this.#phones.get(user);
    if (phone === undefined) throw new Error(`there is no phone ${user}`);
    return phone;
  }

  /** Establishes all calls, kills services, and has every call held, resumed and hung up. */
  async run(services: readonly ServiceName[], moment: KillMoment = "quiet"): Promise<KillReport> {
    const startedMs = performance.now();
    const calls = await this.establish();
    const establishedMs = performance.now();
    const underway = await this.#begin(moment, calls);
    const killedMs = performance.now();
    await this.kill(services);
    const backMs = performance.now();
    await this.#phonesBack();
    const lost = await this.#finish(calls, underway);
    const exercisedMs = performance.now();
    lost.push(...(await this.settled(calls.length)));
    return {
      killed: services.join(" and "),
      moment,
      calls: calls.length,
      lost,
      establishMs: Math.round(establishedMs - startedMs),
      backMs: Math.round(backMs - killedMs),
      exerciseMs: Math.round(exercisedMs - backMs),
      retries: calls.reduce((sum, { near, far }) => sum + near.retried.length + far.retried.length, 0),
    };
  }

  /** Establishes the calls, some at a time. */
  async establish(): Promise<CallUnderTest[]> {
    const { protocols, calls } = this.#options;
    const wanted = protocols.flatMap((protocol) => Array.from({ length: calls }, (_, index) => ({ protocol, index })));
    const established: CallUnderTest[] = [];
    for (let from = 0; from < wanted.length; from += AT_A_TIME) {
      const some = wanted.slice(from, from + AT_A_TIME).map(({ protocol, index }, offset) => {
        return this.#establish(userOf(protocol, "caller", index), userOf(protocol, "callee", index), from + offset);
      });
      established.push(...(await Promise.all(some)));
    }
    return established;
  }

  /** Kills services at one time with SIGKILL, and waits until others in their place are ready. */
  async kill(services: readonly ServiceName[]): Promise<void> {
    const pids = await Promise.all(services.map(async (service) => (await this.node.hello(service)).pid));
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await Promise.all(services.map((service, index) => this.node.serviceAgain(service, pids[index] ?? 0, BACK_MS)));
  }

  /** Waits until nothing of any call is left. @returns what is wrong with what is left, or with the records */
  async settled(calls: number): Promise<string[]> {
    this.#records += calls;
    const results = await Promise.allSettled([
      this.node.zero(CALL_GAUGES, SETTLED_MS),
      eventually(() => this.#assertRecords(), { timeoutMs: SETTLED_MS }),
    ]);
    return results.flatMap((one) => (one.status === "rejected" ? [messageOf(one.reason)] : []));
  }

  /** Lines of the record file. */
  records(): readonly Pick<CallRecord, "callId" | "answeredAt">[] {
    const file = join(this.node.dataDir, "records", "calls.jsonl");
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as CallRecord);
  }

  /** Ends phones and node in order. @throws {Error} when a process is left */
  async stop(): Promise<void> {
    await this.#closePhones();
    await this.node.stop();
  }

  /** Ends all at once. */
  async destroy(): Promise<void> {
    await this.#closePhones();
    await this.node.destroy();
  }

  #assertRecords(): void {
    // What only rang when its process died is recorded, too, but that is not counted.
    const records = this.records().filter(({ answeredAt }) => answeredAt !== undefined);
    const calls = new Set(records.map(({ callId }) => callId));
    if (records.length === this.#records && calls.size === this.#records) return;
    throw new Error(`${records.length} call records of ${calls.size} calls instead of ${this.#records}`);
  }

  async #startPhones(): Promise<void> {
    const { protocols } = this.#options;
    for (const protocol of protocols) {
      const more = moreListeners(this.#options).findIndex((each) => each === protocol);
      const port = more < 0 ? this.node.sipPort : (this.node.morePorts[more] ?? 0);
      const users = accounts({ ...this.#options, protocols: [protocol] });
      await Promise.all(
        users.map(async (user, index) => {
          const server = { protocol, address: "127.0.0.1", port };
          const phone = await EnduringPhone.start({ server, user, password: user, hasInstance: index % 2 === 0 });
          this.#phones.set(user, phone);
        }),
      );
    }
  }

  async #closePhones(): Promise<void> {
    for (const phone of this.#phones.values()) await phone.close();
    this.#phones.clear();
  }

  async #phonesBack(): Promise<void> {
    await Promise.all([...this.#phones.values()].map((phone) => phone.isRegistered()));
  }

  async #establish(caller: string, callee: string, index: number): Promise<CallUnderTest> {
    this.#serial += 1;
    const subject = `call ${this.#serial}`;
    const near = await this.#dial(caller, callee, subject);
    const far = await this.phone(callee).incoming.take(({ parts }) => parts.subject === subject, subject);
    return { near, far, index };
  }

  /** A busy machine may refuse new calls for a while (503 with Retry-After): they are dialed again. */
  async #dial(caller: string, callee: string, subject: string): Promise<EnduringCall> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.phone(caller).call(callee, subject);
      } catch (error) {
        if (!(error instanceof CallRefused) || error.retryAfterMs === undefined || tries === DIAL_TRIES) throw error;
        await delay(error.retryAfterMs);
      }
    }
  }

  async #begin(moment: KillMoment, calls: readonly CallUnderTest[]): Promise<Underway[]> {
    if (moment === "quiet") return [];
    if (moment === "holding") return beginHolds(calls);
    const changes = await Promise.all(calls.filter(({ index }) => index % 16 < 8).map((call) => beginChange(call)));
    const { protocols } = this.#options;
    const ringing = protocols.map((protocol) => {
      this.#serial += 1;
      const [caller, callee] = [userOf(protocol, "caller", 0), userOf(protocol, "callee", 0)];
      return beginRinging(this.phone(caller), this.phone(callee), `call ${this.#serial}`);
    });
    return [...changes, ...(await Promise.all(ringing))];
  }

  /** Lets come to its end what was under way, and each call be held, resumed and hung up. */
  async #finish(calls: readonly CallUnderTest[], underway: readonly Underway[]): Promise<string[]> {
    const ofCalls = new Map(underway.map((one) => [one.call, one]));
    const others = underway.filter(({ call }) => call === undefined);
    const [lost, failed] = await Promise.all([
      eachCall(calls, async (call) => {
        await ofCalls.get(call)?.finish();
        await exercise(call);
      }),
      Promise.allSettled(others.map((one) => one.finish())),
    ]);
    const problems = failed.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
    return [...lost, ...problems];
  }
}

/** Hold and resume by one end, hang up by one end; a quarter each of the four ways, some by UPDATE. */
export async function exercise(call: CallUnderTest): Promise<void> {
  const { self, other } = holder(call);
  const method = call.index % 5 === 4 ? "UPDATE" : "INVITE";
  for (const direction of ["sendonly", "sendrecv"] as const) {
    const before = other.asked.length;
    await self.change(direction, method);
    if (!other.asked.slice(before).includes(direction)) throw new Error(`the other end saw no ${direction}`);
  }
  await hangUp(call);
}

/** Hangs up; both ends have to see it. */
export async function hangUp({ near, far, index }: CallUnderTest): Promise<void> {
  const [self, other] = index % 4 < 2 ? [near, far] : [far, near];
  await self.hangUp();
  await other.hasEnded(SEEN_MS);
}

/** Does something with every call at the same time. @returns one line for each call that failed */
export async function eachCall(
  calls: readonly CallUnderTest[],
  act: (call: CallUnderTest) => Promise<void>,
): Promise<string[]> {
  const results = await Promise.allSettled(calls.map(act));
  return results.flatMap((result, index) => {
    if (result.status === "fulfilled") return [];
    const { near, far } = calls[index] ?? {};
    const why = messageOf(result.reason);
    const tried = [...(near?.retried ?? []), ...(far?.retried ?? [])].join(",");
    return [`call ${index} (${near?.parts.callId}, ${far?.parts.callId}): ${why}; tried again after: ${tried || "-"}`];
  });
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function holder({ near, far, index }: CallUnderTest): { self: EnduringCall; other: EnduringCall } {
  return index % 2 === 0 ? { self: near, other: far } : { self: far, other: near };
}

/** Begins to hold every call; resolves when the first holds have come to the other end. */
async function beginHolds(calls: readonly CallUnderTest[]): Promise<Underway[]> {
  const seen = calls.slice(0, AT_A_TIME).map((call) => asksNext(holder(call).other));
  const underway = calls.map((call): Underway => {
    const { self } = holder(call);
    const done = self.change("sendonly").then(() => self.change("sendrecv"));
    // Its failure is told when it is awaited.
    done.catch(() => undefined);
    return { call, finish: () => done };
  });
  await Promise.race(seen);
  return underway;
}

function asksNext(call: EnduringCall): Promise<void> {
  return new Promise((resolve) => {
    call.onAsked = resolve;
  });
}

/** All but those that a node has anyway. */
function moreListeners({ protocols }: CampaignOptions): ("tls" | "ws" | "wss")[] {
  return protocols.filter((protocol) => protocol !== "udp" && protocol !== "tcp");
}

function accounts({ protocols, calls }: CampaignOptions): string[] {
  const phones = Math.min(PHONES_A_SIDE, calls);
  const indexes = Array.from({ length: phones }, (_, index) => index);
  return protocols.flatMap((protocol) =>
    (["caller", "callee"] as const).flatMap((side) => indexes.map((index) => userOf(protocol, side, index))),
  );
}

/** Numbers of four digits: protocol, side, two for the phone. */
function userOf(protocol: LinkProtocol, side: "caller" | "callee", index: number): string {
  const first = 2 + ["udp", "tcp", "tls", "ws", "wss"].indexOf(protocol);
  return `${first}${side === "caller" ? 1 : 2}${String(index % PHONES_A_SIDE).padStart(2, "0")}`;
}
