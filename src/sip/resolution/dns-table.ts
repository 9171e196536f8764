import type { NaptrRecord, SrvRecord } from "node:dns";
import { GenerationMap, type Clock, type MetricSample } from "../../common/index.ts";
import type { AddressRecord, DnsAnswer, DnsQueries } from "./dns-queries.ts";

interface Entry {
  readonly answer: DnsAnswer<unknown>;
  readonly untilMs: number;
  /** An answer of before: used when the name servers fail. */
  readonly staleUntilMs: number;
}

const MAX_ENTRIES = 20_000;
/** Questions that are out at a time. */
const MAX_QUERIES = 200;
const MIN_TTL_MS = 1_000;
const MAX_TTL_MS = 3_600_000;
/** SRV and NAPTR records, whose TTL is not told. */
const UNTOLD_TTL_MS = 60_000;
/** That there is nothing (RFC 2308 5). */
const NONE_MS = 30_000;
/** That the name servers failed (RFC 2308 7): those who ask meanwhile do not wait. */
const FAILED_MS = 5_000;
/** RFC 8767: what is out of date is better than nothing. */
const STALE_MS = 3_600_000;

/** Remembers what name servers said as long as it holds, and asks them once for all who want to know the same. */
export class DnsTable {
  readonly #queries: DnsQueries;
  readonly #clock: Clock;
  readonly #entries: GenerationMap<Entry>;
  readonly #asked = new Map<string, Promise<DnsAnswer<unknown>>>();
  readonly #counts = { found: 0, none: 0, failed: 0 };

  constructor(queries: DnsQueries, clock: Clock) {
    this.#queries = queries;
    this.#clock = clock;
    this.#entries = new GenerationMap({ clock, maxEntries: MAX_ENTRIES, periodMs: STALE_MS + MAX_TTL_MS });
  }

  addresses(name: string, family: 4 | 6): Promise<DnsAnswer<AddressRecord>> {
    return this.#find(`A${family} ${name}`, () => this.#queries.addresses(name, family));
  }

  services(name: string): Promise<DnsAnswer<SrvRecord>> {
    return this.#find(`SRV ${name}`, () => this.#queries.services(name));
  }

  pointers(name: string): Promise<DnsAnswer<NaptrRecord>> {
    return this.#find(`NAPTR ${name}`, () => this.#queries.pointers(name));
  }

  metrics(): MetricSample[] {
    return [
      {
        name: "tandem_sip_dns_entries",
        type: "gauge",
        help: "Answers of DNS that are kept",
        value: this.#entries.size,
      },
      ...Object.entries(this.#counts).map(([result, value]): MetricSample => ({
        name: "tandem_sip_dns_queries_total",
        type: "counter",
        help: "Questions to name servers",
        labels: { result },
        value,
      })),
    ];
  }

  close(): void {
    this.#queries.close();
  }

  async #find<DnsRecord>(key: string, ask: () => Promise<DnsAnswer<DnsRecord>>): Promise<DnsAnswer<DnsRecord>> {
    const known = this.#entries.get(key);
    if (known !== undefined && known.untilMs > this.#clock.nowMs()) return known.answer as DnsAnswer<DnsRecord>;
    const asked = this.#asked.get(key) as Promise<DnsAnswer<DnsRecord>> | undefined;
    if (asked !== undefined) return asked;
    if (this.#asked.size >= MAX_QUERIES) return usable(known, { kind: "failed", why: "busy" }, this.#clock.nowMs());
    const question = ask().then((answer) => this.#learn(key, answer));
    this.#asked.set(key, question);
    return question;
  }

  #learn<DnsRecord>(key: string, fresh: DnsAnswer<DnsRecord>): DnsAnswer<DnsRecord> {
    const nowMs = this.#clock.nowMs();
    this.#asked.delete(key);
    this.#counts[fresh.kind] += 1;
    const known = this.#entries.get(key);
    const answer = usable(known, fresh, nowMs);
    const untilMs = nowMs + lifetimeMs(fresh);
    const staleUntilMs = answer === fresh ? untilMs + STALE_MS : (known?.staleUntilMs ?? 0);
    this.#entries.set(key, { answer, untilMs, staleUntilMs });
    return answer;
  }
}

/** What was known before, when name servers fail and it is not too old. */
function usable<DnsRecord>(known: Entry | undefined, fresh: DnsAnswer<DnsRecord>, nowMs: number): DnsAnswer<DnsRecord> {
  const isUsable = fresh.kind === "failed" && known?.answer.kind === "found" && known.staleUntilMs > nowMs;
  return isUsable ? (known.answer as DnsAnswer<DnsRecord>) : fresh;
}

function lifetimeMs(answer: DnsAnswer<unknown>): number {
  if (answer.kind === "failed") return FAILED_MS;
  if (answer.kind === "none") return NONE_MS;
  if (answer.ttlSeconds === undefined) return UNTOLD_TTL_MS;
  return Math.min(MAX_TTL_MS, Math.max(MIN_TTL_MS, answer.ttlSeconds * 1_000));
}
