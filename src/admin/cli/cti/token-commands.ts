import { createHash } from "node:crypto";
import { isMatch } from "../../../common/index.ts";
import { collectionOf } from "../../../database/index.ts";
import { METHOD_NAMES } from "../../../protocol/index.ts";
import { EXIT } from "../exit-codes.ts";
import { tableColumns } from "../configuration/field-text.ts";
import { removeObjects } from "../configuration/object-commands.ts";
import { wordsOf } from "../configuration/object-words.ts";
import { badUsage, print, type RestContext } from "../configuration/rest-context.ts";
import { formatTable } from "../table.ts";

/** 256 bits: a hash without salt is enough for them. */
const SECRET_BYTES = 32;
const NAME_BYTES = 4;
const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, y: 31_536_000_000 };
const KIND = "cti-token";

/** What `tandem cti token create` is given. Lists are texts with commas. */
export interface TokenWords {
  readonly for: string;
  readonly name?: string;
  readonly devices?: string;
  readonly verbs?: string;
  readonly numbers?: string;
  readonly denyNumbers?: string;
  readonly rate?: number;
  readonly calls?: number;
  readonly monitorOnly?: boolean;
  /** Such as `30d`, or a time in UTC. */
  readonly expires?: string;
  readonly description?: string;
}

/**
 * `tandem cti token create`: prints the token, which nobody can read again.
 * @param wallMs milliseconds since 1970
 */
export async function createToken(words: TokenWords, rest: RestContext, wallMs: number): Promise<number> {
  const { for: user, description, rate, calls, monitorOnly, expires } = words;
  const name = words.name ?? `${user}-${rest.ids.token(NAME_BYTES)}`;
  const token = `${name}.${rest.ids.token(SECRET_BYTES)}`;
  const body = {
    name,
    user,
    tokenHash: createHash("sha256").update(token).digest("hex"),
    ...listIn("devices", words.devices),
    ...methodsIn(words.verbs),
    ...listIn("allowNumbers", words.numbers),
    ...listIn("denyNumbers", words.denyNumbers),
    ...(rate === undefined ? {} : { requestsPerSecond: rate }),
    ...(calls === undefined ? {} : { maxCalls: calls }),
    ...(monitorOnly === true ? { monitorOnly } : {}),
    ...(expires === undefined ? {} : { expiresAt: expiryOf(expires, wallMs) }),
    ...(description === undefined ? {} : { description }),
  };
  const collection = collectionOf(KIND);
  await rest.client.bulk("tandem cti token create", [{ operation: "create", collection, body }]);
  print(rest, { name, token }, `${token}\n(the token of ${name}, which is not shown again)`);
  return EXIT.ok;
}

/** `tandem cti token list [--for USER]` */
export async function listTokens(user: string | undefined, rest: RestContext): Promise<number> {
  const tokens = await rest.client.list(KIND, user === undefined ? {} : { where: { user } });
  if (!rest.json && tokens.length === 0) rest.output.err("there is no token");
  else print(rest, tokens, rest.json ? "" : formatTable(tokens, tableColumns(wordsOf(KIND).columns)));
  return EXIT.ok;
}

/** `tandem cti token revoke NAME...`: their sessions are closed at once. */
export function revokeTokens(names: readonly string[], rest: RestContext): Promise<number> {
  return removeObjects(wordsOf(KIND), names, rest);
}

function listIn(field: string, text: string | undefined): Readonly<Record<string, readonly string[]>> {
  if (text === undefined) return {};
  const entries = text.split(",").map((each) => each.trim());
  if (entries.includes("")) throw badUsage(`"${text}" has an empty entry`);
  return { [field]: entries };
}

function methodsIn(text: string | undefined): Readonly<Record<string, readonly string[]>> {
  const { methods = [] } = listIn("methods", text);
  const wrong = methods.find((pattern) => !METHOD_NAMES.some((name) => isMatch(pattern, name)));
  if (wrong !== undefined) throw badUsage(`--verbs: there is no method ${wrong}`);
  return text === undefined ? {} : { methods };
}

function expiryOf(text: string, wallMs: number): string {
  const [, count = "", unit = ""] = /^(\d{1,5})([mhdy])$/.exec(text) ?? [];
  const atMs = count === "" ? Date.parse(text) : wallMs + Number(count) * (UNITS_MS[unit] ?? 0);
  if (Number.isNaN(atMs) || atMs <= wallMs) {
    throw badUsage(`--expires ${text}: expected a time to come, such as 30d, 12h or 2027-01-31T00:00:00Z`);
  }
  return new Date(atMs).toISOString();
}
