import { readFileSync } from "node:fs";
import { errorMessageOf, SwitchError } from "../../../common/index.ts";
import type { Provider, ProviderOptions } from "../../../sdk/index.ts";
import { openNode, withDataDir, type CliContext } from "../node-options.ts";
import type { Command } from "commander";

/** Which CTIManager a command speaks with, and as whom. */
export interface CtiWords {
  readonly dataDir?: string;
  readonly server?: readonly string[];
  readonly user?: string;
  readonly ca?: string;
  readonly json?: boolean;
}

const CLIENT = "tandem cti";

/** Options of commands that speak with a CTIManager as applications do. */
export function withCti(command: Command): Command {
  return withDataDir(command)
    .option(
      "--server <url>",
      "another server, such as wss://192.0.2.10:2748/cti; several times: the first one first; with --user",
      (url: string, before: readonly string[] = []) => [...before, url],
    )
    .option("--user <name>", "sign in as this user; the password is asked for, or TANDEM_PASSWORD")
    .option("--ca <file>", "certificates that are trusted with wss:, PEM; default: the system's")
    .option("--json", "print JSON", false);
}

/**
 * Signs in: at the node of this host as its owner or, with `--user`, as a user; with `--server` anywhere.
 * @throws {SwitchError} `bad-usage`, `no-node`, `no-cti`
 * @throws {CtiError}
 */
export async function openCti(
  words: CtiWords,
  context: CliContext,
  more: Pick<ProviderOptions, "watch"> = {},
): Promise<Provider> {
  const { launcher } = context;
  const client = { name: CLIENT, version: launcher.version };
  return launcher.openCti({ client, ...more, ...tlsOf(words), ...(await accessOf(words, context)) });
}

async function accessOf(
  words: CtiWords,
  context: CliContext,
): Promise<Pick<ProviderOptions, "servers" | "user" | "password" | "token">> {
  const { server, user, dataDir } = words;
  if (server !== undefined && dataDir !== undefined) throw badUsage("--server and --data-dir exclude each other");
  if (user !== undefined) {
    const servers = server ?? [await localAddress(words, context)];
    return { servers, user, password: await passwordOf(user, servers, context) };
  }
  if (server !== undefined) throw badUsage("--server needs --user NAME: only the node's own folder lets in without");
  const { caller } = await openNode(words, context);
  // It is used up by signing in, and a lost session is signed in for again.
  const token = async (): Promise<string> => {
    const answer = (await caller.call("ctimanager", "cti-local-token")) as { readonly token: string };
    return answer.token;
  };
  return { servers: [await addressOf(caller)], token };
}

async function localAddress(words: CtiWords, context: CliContext): Promise<string> {
  return addressOf((await openNode(words, context)).caller);
}

type Caller = Awaited<ReturnType<typeof openNode>>["caller"];

/** Where the CTIManager of this node listens, without TLS: its certificate names no loopback address. */
async function addressOf(caller: Caller): Promise<string> {
  const { details } = (await caller.call("ctimanager", "status")) as { readonly details?: { readonly cti?: unknown } };
  const listeners = Array.isArray(details?.cti) ? details.cti.map(String) : [];
  for (const listener of listeners) {
    const [, address, port] = /^ws (.+):(\d{1,5})$/.exec(listener) ?? [];
    if (address !== undefined && port !== undefined) return `ws://${hostOf(address)}:${port}/cti`;
  }
  const hint = "name one with --server wss://NAME:PORT/cti and --user";
  throw new SwitchError(
    "no-cti",
    `CTIManager listens nowhere without TLS (${listeners.join(", ") || "nowhere"}); ${hint}`,
  );
}

function hostOf(address: string): string {
  const host = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address.replace(/^\[|\]$/g, "");
  return host.includes(":") ? `[${host}]` : host;
}

async function passwordOf(user: string, servers: readonly string[], { input, output }: CliContext): Promise<string> {
  const open = servers.find((server) => /^ws:/.test(server) && !/^ws:\/\/(127\.|localhost|\[::1\])/.test(server));
  if (open !== undefined) output.err(`(the password goes to ${open} in clear)`);
  return input.password ?? (await input.readSecret(`password of ${user}: `));
}

function tlsOf({ ca }: CtiWords): { readonly tls?: { readonly ca: string } } {
  if (ca === undefined) return {};
  try {
    return { tls: { ca: readFileSync(ca, "utf8") } };
  } catch (error) {
    throw badUsage(`--ca ${ca}: ${errorMessageOf(error)}`);
  }
}

export function badUsage(message: string): SwitchError {
  return new SwitchError("bad-usage", message);
}
