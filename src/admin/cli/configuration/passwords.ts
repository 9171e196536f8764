import { readFileSync } from "node:fs";
import { errorMessageOf } from "../../../common/index.ts";
import { badUsage, type RestContext } from "./rest-context.ts";

/** 64 bits: nobody guesses it, and it can be typed on a phone. */
const RANDOM_BYTES = 8;

/** A password that a command was told how to get. */
export interface ChosenPassword {
  readonly text: string;
  /** It was made here and nobody knows it yet: it is shown, this once. */
  readonly isNew: boolean;
}

/**
 * The password that `--password` means: `random` makes one, `-` asks for it or takes a line of standard input, `none` is none.
 * @throws {SwitchError} `bad-usage` for a password in clear: others on the host see command lines
 */
export async function choosePassword(
  word: string,
  whose: string,
  { input, ids }: Pick<RestContext, "input" | "ids">,
): Promise<ChosenPassword | undefined> {
  if (word === "none") return undefined;
  if (word === "random") return { text: ids.token(RANDOM_BYTES), isNew: true };
  if (word !== "-") {
    throw badUsage("--password is -, random or none: what stands in a command line, others on this host can see");
  }
  const text = await input.readSecret(`new password of ${whose}: `);
  if (input.isTerminal && (await input.readSecret("again: ")) !== text) throw badUsage("they are not the same");
  if (text === "") throw badUsage("an empty password is none: say --password none");
  return { text, isNew: false };
}

/** The first line of a file. @throws {SwitchError} `bad-usage` */
export function passwordOfFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8").split(/\r?\n/, 1)[0] ?? "";
  } catch (error) {
    throw badUsage(`${file} cannot be read: ${errorMessageOf(error)}`);
  }
  if (text === "") throw badUsage(`${file} is empty; the password is its first line`);
  return text;
}
