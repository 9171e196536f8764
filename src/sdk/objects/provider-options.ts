import type { Credentials, SessionOptions } from "../connection/open-params.ts";
import { hostClock, type SdkClock } from "../connection/sdk-clock.ts";
import type { OpenSocket } from "../connection/socket.ts";
import { waitRefusal } from "../check-wait.ts";
import { clientError } from "../cti-error.ts";

/** What a provider is opened with. */
export interface ProviderOptions {
  /** Addresses such as `wss://switch.example.com:2748/cti`: the first is tried first, the others when it is gone. */
  readonly servers: readonly string[];
  /** The user and the password to sign in with ... */
  readonly user?: string;
  readonly password?: string;
  /** ... or a token; a function is asked for a new one each time. */
  readonly token?: string | (() => string | Promise<string>);
  /** How the application is named in logs and in the audit; default `application`. */
  readonly client?: { readonly name: string; readonly version?: string; readonly instance?: string };
  /** Interval of heartbeats, 1,000 to 120,000; the server may shorten it. */
  readonly heartbeatMs?: number;
  /** How long the server keeps the session of an application that is gone; default 30,000. */
  readonly leaseMs?: number;
  /** Sessions of the user with the same group stand in for each other: the oldest one that is alive owns what they all open. */
  readonly group?: string;
  /**
   * One of them takes over when the connection of the owner has been lost for so long: 0 to two heartbeats; default: only
   * when it has been silent for two heartbeats. Lost connections are made anew after 250.
   */
  readonly standbyAfterMs?: number;
  /**
   * What is told of without being asked for by name. `all`: everything that the user may see; `inventory` (default): the
   * states of devices and lines, and no calls; `none`. Without the right to all devices these are those that the user has
   * when the session is opened.
   */
  readonly watch?: "all" | "inventory" | "none";
  /** How long the first server that answers may take, 0 to 2,147,483,647; default 10,000. */
  readonly openTimeoutMs?: number;
  /** Gives up opening. */
  readonly signal?: AbortSignal;
  /** For tests. */
  readonly clock?: SdkClock;
  readonly random?: () => number;
}

/** @throws {CtiError} `CLIENT_PROTOCOL` for options that make no sense */
export function sessionOptionsOf(options: ProviderOptions, openSocket: OpenSocket): SessionOptions {
  const { servers, heartbeatMs, leaseMs, group, standbyAfterMs, client = { name: "application" } } = options;
  if (servers.length === 0) throw clientError("CLIENT_PROTOCOL", "servers: at least one address is needed");
  for (const server of servers) checkAddress(server);
  const refusal = waitRefusal("openTimeoutMs", options.openTimeoutMs ?? 0);
  if (refusal !== undefined) throw refusal;
  return {
    servers,
    credentials: credentialsOf(options),
    client,
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(group === undefined ? {} : { group }),
    ...(standbyAfterMs === undefined ? {} : { standbyAfterMs }),
    openSocket,
    clock: options.clock ?? hostClock,
    random: options.random ?? Math.random,
    newKey: newId,
  };
}

function checkAddress(server: string): void {
  const { protocol } = parseUrl(server) ?? { protocol: "" };
  if (protocol === "ws:" || protocol === "wss:") return;
  throw clientError("CLIENT_PROTOCOL", `servers: ${server} is no address such as ws://127.0.0.1:2748/cti`);
}

function parseUrl(text: string): { readonly protocol: string } | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function credentialsOf({ user, password, token }: ProviderOptions): Credentials {
  if (token !== undefined) return { token };
  if (user !== undefined && password !== undefined) return { user, password };
  throw clientError("CLIENT_PROTOCOL", "a user and a password, or a token, are needed");
}

/** 128 random bits. */
export function newId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
