import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Ha1 } from "../../common/index.ts";
import type { SipProfile } from "../../call/device/sip-profile.ts";
import type { LogConfig, SecurityConfig } from "../../config/index.ts";
import type { SipListener, TlsSettings, WebSocketSettings } from "../../sip/index.ts";

/** A phone as services get it: hashes instead of its password, its profile by name. */
export interface PhoneRecord {
  readonly name: string;
  readonly directoryNumber: string;
  readonly displayName?: string;
  readonly user: string;
  readonly ha1: Ha1;
  readonly profile: string;
  readonly maxCalls: number;
}

/** A peer as services get it. */
export interface PeerRecord {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly certificateNames?: readonly string[];
  readonly uri: string;
  readonly prefixes: readonly string[];
  readonly profile: string;
  readonly maxCalls: number;
  readonly transit: boolean;
  readonly trusted?: boolean;
}

/** What CTIManager takes from applications. */
export interface CtiSettings {
  readonly listeners: readonly {
    readonly transport: "ws" | "wss";
    readonly address: string;
    readonly port: number;
  }[];
  readonly hostNames: readonly string[];
  readonly leaseSeconds: number;
  readonly maxSessions: number;
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  readonly maxPendingRequests: number;
  readonly maxMessageKilobytes: number;
  readonly queueEvents: number;
  readonly queueMegabytes: number;
  readonly logMegabytes: number;
  readonly allLogsMegabytes: number;
}

/** What the services of a node start from: the configuration with everything resolved. */
export interface NodeSettings {
  readonly name: string;
  readonly dataDir: string;
  readonly orphanGraceSeconds: number;
  readonly realm: string;
  /** Listeners of the embedded edge; none with a drachtio server in its place. */
  readonly listeners: readonly SipListener[];
  /** Present when something listens with TLS. */
  readonly tls?: TlsSettings;
  readonly webSocket?: WebSocketSettings;
  readonly dns: { readonly servers: readonly string[]; readonly failoverSeconds: number };
  /** Absent: the embedded edge. */
  readonly drachtio?: { readonly host: string; readonly port: number; readonly secret: string };
  readonly http: {
    readonly address: string;
    readonly port: number;
    readonly token?: string;
    readonly hostNames: readonly string[];
  };
  readonly cti: CtiSettings;
  readonly media: {
    readonly address: string;
    readonly advertisedAddress?: string;
    readonly portRange: { readonly min: number; readonly max: number };
    readonly portRestMs: number;
    readonly rtpTimeoutSeconds: number;
  };
  readonly call: {
    readonly maxCalls: number;
    readonly serialRingSeconds: number;
    readonly trunkTrySeconds: number;
    readonly endpoints: Readonly<Record<string, "echo" | "demo">>;
    readonly emergency?: { readonly numbers: readonly string[]; readonly route: string } | undefined;
  };
  readonly log: LogConfig;
  readonly security: SecurityConfig;
  readonly trace: { readonly keepMegabytes: number };
  readonly profiles: readonly SipProfile[];
  readonly phones: readonly PhoneRecord[];
  readonly peers: readonly PeerRecord[];
}

/** The contents of `run/node.json`; devices are in the configuration. */
export interface NodeFile extends Omit<NodeSettings, "phones" | "peers"> {
  /** Tandem's version and digest of the settings: a service that started from others is restarted. */
  readonly version: string;
  readonly configId: string;
  /** Where call control finds the edge; chosen at the first start and kept. */
  readonly wire: { readonly host: string; readonly port: number };
}

/** The option of a service process before the path of its `node.json`. */
export const NODE_FILE_OPTION = "--node-file";

/** The settings that services start from. */
export function serviceSettings(settings: NodeSettings): Omit<NodeSettings, "phones" | "peers"> {
  const { phones, peers, ...rest } = settings;
  void [phones, peers];
  return rest;
}

/** Names what services start from; the same settings give the same name. */
export function configIdOf(settings: NodeSettings): string {
  return createHash("sha256")
    .update(JSON.stringify(serviceSettings(settings)))
    .digest("hex")
    .slice(0, 16);
}

/** Writes the file in one piece, readable by its owner only. */
export function writeNodeFile(path: string, node: NodeFile): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, JSON.stringify(node), { mode: 0o600 });
  renameSync(temporary, path);
}

/**
 * Reads what `writeNodeFile` wrote.
 * @throws the file system's error, or a SyntaxError
 */
export function readNodeFile(path: string): NodeFile {
  return JSON.parse(readFileSync(path, "utf8")) as NodeFile;
}
