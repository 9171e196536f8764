import { promises, type NaptrRecord, type SrvRecord } from "node:dns";
import { errorCodeOf } from "../../common/index.ts";

/** An address record. */
export interface AddressRecord {
  readonly address: string;
  readonly ttl: number;
}

/** What DNS has of a name, or why that is not known. */
export type DnsAnswer<DnsRecord> =
  | { readonly kind: "found"; readonly records: readonly DnsRecord[]; readonly ttlSeconds: number | undefined }
  /** `no-name`: there is no such name; `no-data`: the name has no records of this type. */
  | { readonly kind: "none"; readonly why: "no-name" | "no-data" }
  /** `timeout`: no name server answers; `refused`: they answer that they cannot tell; `busy`: not asked, too many look-ups. */
  | { readonly kind: "failed"; readonly why: "timeout" | "refused" | "busy" };

/** The questions that are put to name servers. Never rejected. */
export interface DnsQueries {
  addresses(name: string, family: 4 | 6): Promise<DnsAnswer<AddressRecord>>;
  services(name: string): Promise<DnsAnswer<SrvRecord>>;
  pointers(name: string): Promise<DnsAnswer<NaptrRecord>>;
  /** Gives up what is being asked. */
  close(): void;
}

/**
 * The second try takes twice as long as the first, and Node.js looks for time-outs once in the time of a try: with one server
 * that is 3.5 s at most, and less than a request waits.
 */
const OPTIONS = { timeout: 700, tries: 2 } as const;

const NO_NAME = new Set(["ENOTFOUND", "EBADNAME"]);
const SILENT = new Set(["ETIMEOUT", "ECONNREFUSED", "ECANCELLED", "EDESTRUCTION"]);

/** Asks name servers by sockets of its own: a server that does not answer holds up no thread that others need. */
export class ResolverQueries implements DnsQueries {
  readonly #servers: readonly string[];
  readonly #make: () => promises.Resolver;
  #made: promises.Resolver | undefined;

  /**
   * @param servers `address:port`, IPv6 in brackets; none: those of the system
   * @param make a resolver that knows the servers which the system has by then
   */
  constructor(servers: readonly string[], make = (): promises.Resolver => new promises.Resolver(OPTIONS)) {
    this.#servers = servers;
    this.#make = make;
  }

  addresses(name: string, family: 4 | 6): Promise<DnsAnswer<AddressRecord>> {
    const resolver = this.#resolver();
    const found = family === 4 ? resolver.resolve4(name, { ttl: true }) : resolver.resolve6(name, { ttl: true });
    return this.#answered(found, (records) => Math.min(...records.map(({ ttl }) => ttl)));
  }

  /** Node.js does not tell how long SRV and NAPTR records hold. */
  services(name: string): Promise<DnsAnswer<SrvRecord>> {
    return this.#answered(this.#resolver().resolveSrv(name));
  }

  pointers(name: string): Promise<DnsAnswer<NaptrRecord>> {
    return this.#answered(this.#resolver().resolveNaptr(name));
  }

  close(): void {
    this.#made?.cancel();
  }

  /** A resolver learns the servers of the system when it is made; where those have changed, only another knows them. */
  async #answered<DnsRecord>(
    question: Promise<readonly DnsRecord[]>,
    ttlOf?: (records: readonly DnsRecord[]) => number | undefined,
  ): Promise<DnsAnswer<DnsRecord>> {
    const answer = await answered(question, ttlOf);
    if (answer.kind === "failed" && this.#servers.length === 0) this.#made = undefined;
    return answer;
  }

  /** Made with the first question: most edges never ask one. */
  #resolver(): promises.Resolver {
    if (this.#made !== undefined) return this.#made;
    const resolver = this.#make();
    if (this.#servers.length > 0) resolver.setServers(this.#servers);
    this.#made = resolver;
    return resolver;
  }
}

async function answered<DnsRecord>(
  question: Promise<readonly DnsRecord[]>,
  ttlOf: (records: readonly DnsRecord[]) => number | undefined = () => undefined,
): Promise<DnsAnswer<DnsRecord>> {
  try {
    const records = await question;
    if (records.length === 0) return { kind: "none", why: "no-data" };
    return { kind: "found", records, ttlSeconds: ttlOf(records) };
  } catch (error) {
    const code = errorCodeOf(error) ?? "";
    if (code === "ENODATA") return { kind: "none", why: "no-data" };
    if (NO_NAME.has(code)) return { kind: "none", why: "no-name" };
    return { kind: "failed", why: SILENT.has(code) ? "timeout" : "refused" };
  }
}
