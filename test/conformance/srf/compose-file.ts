import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import type { SipListener } from "../../../src/sip/index.ts";

/** A drachtio server of the compose file. */
export interface EdgeService {
  readonly name: string;
  readonly address: string;
  readonly protocols: readonly SipListener["protocol"][];
  /** The host's port at which applications reach it. */
  readonly wirePort: number;
}

/** A SIPp server of the compose file. */
export interface SippService {
  readonly name: string;
  readonly address: string;
  /** File name in the package's folder of scenarios. */
  readonly scenario: string;
}

export interface ComposeServices {
  readonly edges: readonly EdgeService[];
  readonly servers: readonly SippService[];
}

const service = z.object({
  image: z.string(),
  command: z.string(),
  ports: z.array(z.string()).optional(),
  networks: z.object({ testbed: z.object({ ipv4_address: z.ipv4() }) }),
});
const compose = z.object({ services: z.record(z.string(), service) });
type Service = z.infer<typeof service>;

/** Reads the services that the package's tests expect. @throws {Error} for one that has no counterpart here */
export function readComposeFile(path: string): ComposeServices {
  const { services } = compose.parse(parse(readFileSync(path, "utf8")));
  const edges: EdgeService[] = [];
  const servers: SippService[] = [];
  for (const [name, entry] of Object.entries(services)) {
    if (entry.image.startsWith("drachtio/drachtio-server:")) edges.push(edgeService(name, entry));
    else if (entry.image.startsWith("drachtio/sipp:")) servers.push(sippService(name, entry));
    else throw new Error(`compose file: no counterpart of image ${entry.image} (${name})`);
  }
  return { edges, servers };
}

function edgeService(name: string, { command, ports = [], networks }: Service): EdgeService {
  const words = /^drachtio --contact "sip:\*;transport=(udp|tcp)" --loglevel \S+ --sofia-loglevel \d$/.exec(command);
  const [, wirePort] = /^(\d+):9022\/tcp$/.exec(ports[0] ?? "") ?? [];
  if (words === null || wirePort === undefined) throw new Error(`compose file: cannot start ${name}: ${command}`);
  const protocols: SipListener["protocol"][] = [words[1] === "tcp" ? "tcp" : "udp"];
  return { name, address: networks.testbed.ipv4_address, protocols, wirePort: Number(wirePort) };
}

function sippService(name: string, { command, networks }: Service): SippService {
  const [, scenario] = /^sipp -sf \/tmp\/([\w-]+\.xml)$/.exec(command) ?? [];
  if (scenario === undefined) throw new Error(`compose file: cannot start ${name}: ${command}`);
  return { name, address: networks.testbed.ipv4_address, scenario };
}
