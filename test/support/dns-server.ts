import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv4 } from "node:net";
import { ipOctets } from "../../src/common/index.ts";

/** Records of one name. Test data only. */
export interface DnsZoneEntry {
  readonly addresses?: readonly string[];
  readonly services?: readonly { priority: number; weight: number; port: number; target: string }[];
  readonly pointers?: readonly { order: number; preference: number; service: string; replacement: string }[];
}

/** RFC 1035 3.2.2, RFC 3596, RFC 2782, RFC 3403. */
const TYPES: Readonly<Record<number, string>> = { 1: "A", 28: "AAAA", 33: "SRV", 35: "NAPTR" };
const NXDOMAIN = 3;
const TTL_SECONDS = 60;
const HEAD_BYTES = 12;

/** A small authoritative name server over UDP: answers what a test puts into it, and remembers what it was asked. */
export class DnsServer {
  /** By name in lower case. */
  readonly zone = new Map<string, DnsZoneEntry>();
  /** What was asked, such as `A pbx.test`. */
  readonly asked: string[] = [];
  ttlSeconds = TTL_SECONDS;
  /** True: it answers nobody. */
  isSilent = false;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (query, from) => this.#onQuery(query, from));
  }

  static async start(zone: Readonly<Record<string, DnsZoneEntry>> = {}): Promise<DnsServer> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const server = new DnsServer(socket);
    for (const [name, entry] of Object.entries(zone)) server.zone.set(name, entry);
    return server;
  }

  /** As `sip.dns.servers` wants it. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #onQuery(query: Buffer, { address, port }: RemoteInfo): void {
    const { name, end } = readName(query);
    const type = TYPES[query.readUInt16BE(end)] ?? "?";
    this.asked.push(`${type} ${name}`);
    if (this.isSilent) return;
    const entry = this.zone.get(name.toLowerCase());
    const data = entry === undefined ? [] : recordsOf(entry, type);
    const question = query.subarray(HEAD_BYTES, end + 4);
    const head = Buffer.alloc(HEAD_BYTES);
    query.copy(head, 0, 0, 2);
    // A response, authoritative; recursion is wanted and there.
    head.writeUInt16BE(0x8580 | (entry === undefined ? NXDOMAIN : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(data.length, 6);
    const answers = data.map((rdata) => {
      const fields = Buffer.alloc(10);
      query.copy(fields, 0, end, end + 4);
      fields.writeUInt32BE(this.ttlSeconds, 4);
      fields.writeUInt16BE(rdata.length, 8);
      return Buffer.concat([nameBytes(name), fields, rdata]);
    });
    this.#socket.send(Buffer.concat([head, question, ...answers]), port, address);
  }
}

function recordsOf({ addresses = [], services = [], pointers = [] }: DnsZoneEntry, type: string): Buffer[] {
  if (type === "A") return addresses.filter(isIPv4).map((address) => Buffer.from(ipOctets(address).map(Number)));
  if (type === "AAAA") {
    return addresses.filter((address) => !isIPv4(address)).map((address) => Buffer.from(ipOctets(address).map(Number)));
  }
  if (type === "SRV") {
    return services.map(({ priority, weight, port, target }) => {
      return Buffer.concat([numbers(priority, weight, port), nameBytes(target)]);
    });
  }
  return pointers.map(({ order, preference, service, replacement }) => {
    return Buffer.concat([numbers(order, preference), text("s"), text(service), text(""), nameBytes(replacement)]);
  });
}

function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEAD_BYTES;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join("."), end: at + 1 };
}

function nameBytes(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  return Buffer.concat([...labels.map(text), Buffer.alloc(1)]);
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value, "latin1")]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}
