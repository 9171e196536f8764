import { collectionOf, mergePatch, nameOf, withPartition, type Kind } from "../../../database/index.ts";
import type { BulkOperation } from "../../client/configuration-client.ts";
import { RestRefusal } from "../../client/rest-refusal.ts";
import { EXIT } from "../exit-codes.ts";
import { parseAssignment, parseAssignments, patchOf, type Assignment } from "./assignments.ts";
import { fieldsOf, nameFields } from "./object-names.ts";
import { isEndpoint, type FieldOption, type ObjectWords } from "./object-words.ts";
import { choosePassword, passwordOfFile, type ChosenPassword } from "./passwords.ts";
import { badUsage, print, type RestContext } from "./rest-context.ts";

type Json = Readonly<Record<string, unknown>>;

/** What `add` was told. */
export interface AddWords {
  readonly name: string;
  /** `key=value` words. */
  readonly fields: readonly string[];
  /** Options of fields, by field. */
  readonly options: ReadonlyMap<FieldOption, string | readonly string[]>;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly displayName?: string;
}

const MAX_ATTEMPTS = 5;

/**
 * `tandem KIND add NAME`: one change, with the directory numbers that are not there yet.
 * @throws {SwitchError} `bad-usage`; {RestRefusal}
 */
export async function addObject(words: ObjectWords, given: AddWords, rest: RestContext): Promise<number> {
  const { kind } = words;
  const plain = mergePatch(nameFields(kind, given.name), patchOf(assignmentsOf(kind, given), {})) as Json;
  const password = await passwordOf(kind, plain, given, rest);
  const body = withPassword(kind, plain, password?.text);
  for (let attempt = 1; ; attempt += 1) {
    const missing = await missingNumbers(kind, body, rest);
    const operations = operationsOf(kind, body, missing, given.displayName);
    try {
      const sequence = await rest.client.bulk(`tandem ${words.word} add ${given.name}`, operations);
      return tell({ words, body, missing, sequence, password }, rest);
    } catch (error) {
      // Somebody else has made a number in between.
      if (!isNumberThere(error) || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

function assignmentsOf(kind: Kind, { fields, options }: AddWords): Assignment[] {
  const tree = fieldsOf(kind);
  const ofOptions = [...options].flatMap(([{ field, isList }, value]) =>
    [value].flat().map((text) => parseAssignment(tree, field, isList === true ? "+=" : "=", text)),
  );
  return [...ofOptions, ...parseAssignments(tree, fields)];
}

/** How a password is come by when nothing is said: phones and users need one, a trunk that registers is asked for its. */
function passwordOf(
  kind: Kind,
  body: Json,
  { name, password, passwordFile }: AddWords,
  rest: RestContext,
): Promise<ChosenPassword | undefined> {
  if (passwordFile !== undefined) {
    if (password !== undefined) throw badUsage("--password and --password-file exclude each other");
    return Promise.resolve({ text: passwordOfFile(passwordFile), isNew: false });
  }
  if (kind === "trunk") {
    if (password === "random") throw badUsage("a trunk's password is what the other side knows: say - to be asked");
    return choosePassword(password ?? (body["registration"] === undefined ? "none" : "-"), `trunk ${name}`, rest);
  }
  const usual = kind === "phone" || kind === "user" ? "random" : "none";
  return choosePassword(password ?? usual, name, rest);
}

/** The body, or a patch, with a password where the kind has it. */
export function withPassword(kind: Kind, body: Json, password: string | undefined): Json {
  if (password === undefined) return body;
  if (!isEndpoint(kind)) return { ...body, password };
  return { ...body, credentials: { ...(body["credentials"] as Json | undefined), password } };
}

function numbersOf(kind: Kind, body: Json): string[] {
  const { lines } = body;
  if (!isEndpoint(kind) || !Array.isArray(lines)) return [];
  return (lines as readonly Json[]).flatMap(({ directoryNumber }) =>
    typeof directoryNumber === "string" ? [withPartition(directoryNumber)] : [],
  );
}

async function missingNumbers(kind: Kind, body: Json, { client }: RestContext): Promise<string[]> {
  const missing: string[] = [];
  for (const number of new Set(numbersOf(kind, body))) {
    if ((await client.find("directory-number", number)) === undefined) missing.push(number);
  }
  return missing;
}

/** The name shown goes with new numbers; numbers that are there keep theirs, and the device shows another. */
function operationsOf(
  kind: Kind,
  body: Json,
  missing: readonly string[],
  displayName: string | undefined,
): BulkOperation[] {
  const shown = displayName === undefined ? {} : { displayName };
  const numbers = missing.map((number): BulkOperation => {
    const fields = { ...nameFields("directory-number", number), ...shown };
    return { operation: "create", collection: collectionOf("directory-number"), body: fields };
  });
  const { lines } = body;
  const shownLines = (Array.isArray(lines) ? (lines as readonly Json[]) : []).map((line) =>
    missing.includes(withPartition(String(line["directoryNumber"]))) ? line : { ...line, ...shown },
  );
  const whole = Array.isArray(lines) ? { ...body, lines: shownLines } : body;
  return [...numbers, { operation: "create", collection: collectionOf(kind), body: whole }];
}

function isNumberThere(error: unknown): boolean {
  if (!(error instanceof RestRefusal) || error.code !== "already-exists") return false;
  return error.violations.some(({ kind }) => kind === "directory-number");
}

interface Added {
  readonly words: ObjectWords;
  readonly body: Json;
  readonly missing: readonly string[];
  readonly sequence: number | undefined;
  readonly password: ChosenPassword | undefined;
}

function tell({ words: { kind, noun }, body, missing, sequence, password }: Added, rest: RestContext): number {
  const id = nameOf(kind, body);
  const created = [...missing.map((number) => ({ kind: "directory-number", id: number })), { kind, id }];
  const shown = password?.isNew === true ? password.text : undefined;
  const numbers =
    missing.length === 0
      ? ""
      : `, with the new directory number${missing.length === 1 ? "" : "s"} ${missing.join(", ")}`;
  const lines = [`${noun} ${id} added${numbers} (change ${sequence})`];
  if (shown !== undefined) {
    const user = signInName(kind, body, id);
    lines.push(`it signs in as ${user} with the password ${shown}, which is not shown again`);
  }
  const result = { sequence: sequence ?? null, created, ...(shown === undefined ? {} : { password: shown }) };
  print(rest, result, lines.join("\n"));
  return EXIT.ok;
}

/** As sealing does: the digest user name of a device is that of its credentials, else its first number, else its name. */
function signInName(kind: Kind, body: Json, id: string): string {
  if (!isEndpoint(kind)) return id;
  const { user } = body["credentials"] as { readonly user?: string };
  return user ?? numbersOf(kind, body)[0]?.split("@", 1)[0] ?? id;
}
