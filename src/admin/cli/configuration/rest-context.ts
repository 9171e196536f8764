import { RandomIds, SwitchError, type Ids } from "../../../common/index.ts";
import { ConfigurationClient } from "../../client/configuration-client.ts";
import { accessOfOwner, accessOfUser, isInClear, urlOfNode, type LocalNode } from "../../client/find-access.ts";
import { RestClient, type RestAccess } from "../../client/rest-client.ts";
import type { CliInput, CliOutput } from "../launcher.ts";

/** Which node a command speaks with, and as whom. */
export interface RestWords {
  readonly dataDir?: string;
  readonly url?: string;
  readonly user?: string;
  readonly json?: boolean;
}

/** What commands over REST work with. */
export interface RestContext {
  readonly client: ConfigurationClient;
  readonly output: CliOutput;
  readonly input: CliInput;
  readonly ids: Ids;
  readonly json: boolean;
}

/** How `openRest` gets at a node of this host. */
export interface RestSurroundings {
  readonly output: CliOutput;
  readonly input: CliInput;
  /** The node, as the words say or from the usual places. */
  findNode(): Promise<LocalNode>;
}

/**
 * Opens the REST interface: that of the node in a data-dir as its owner or, with `--user`, as a user; with `--url` that
 * of any node.
 * @throws {SwitchError} `bad-usage`, `no-node`, `no-admin`
 */
export async function openRest(words: RestWords, surroundings: RestSurroundings): Promise<RestContext> {
  const { output, input } = surroundings;
  const access = await accessOf(words, surroundings);
  return {
    client: new ConfigurationClient(
      new RestClient(access, () => output.err("(it is on file; call control has not taken it over yet)")),
    ),
    output,
    input,
    ids: new RandomIds(),
    json: words.json ?? false,
  };
}

async function accessOf({ url, user, dataDir }: RestWords, surroundings: RestSurroundings): Promise<() => RestAccess> {
  const { output, input } = surroundings;
  if (url !== undefined && dataDir !== undefined) throw badUsage("--url and --data-dir exclude each other");
  if (user === undefined) {
    if (url !== undefined) throw badUsage("--url needs --user NAME: only the node's own folder lets in without");
    const node = await surroundings.findNode();
    accessOfOwner(node);
    return () => accessOfOwner(node);
  }
  const place = url ?? urlOfNode(await surroundings.findNode());
  if (isInClear(place)) output.err(`(the password goes to ${place} in clear)`);
  const password = input.password ?? (await input.readSecret(`password of ${user}: `));
  const access = accessOfUser(place, user, password);
  return () => access;
}

/** A wrong command line. */
export function badUsage(message: string): SwitchError {
  return new SwitchError("bad-usage", message);
}

/** Prints a result: JSON for programs, else a sentence or a table. */
export function print({ output, json }: Pick<RestContext, "output" | "json">, result: unknown, text: string): void {
  output.out(json ? JSON.stringify(result, null, 2) : text);
}
