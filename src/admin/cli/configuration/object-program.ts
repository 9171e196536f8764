import { Option, type Command } from "commander";
import type { Kind } from "../../../database/index.ts";
import { overRest, withRest, type CliContext, type Settle } from "../node-options.ts";
import { addObject, type AddWords } from "./add-command.ts";
import { listObjects, removeObjects, setObject, showObject } from "./object-commands.ts";
import { isEndpoint, OBJECT_WORDS, type FieldOption, type ObjectWords } from "./object-words.ts";
import type { RestWords } from "./rest-context.ts";
import { hasPassword, setPassword } from "./user-commands.ts";

const FIELDS_HELP = "fields as key=value; key+=value and key-=value for lists; key= takes a field out";

/** Where more commands of a kind are added. */
export type ObjectCommands = ReadonlyMap<Kind, Command>;

/** Adds the commands of all kinds: add, list, show, set, remove. */
export function addObjectCommands(program: Command, context: CliContext, settle: Settle): ObjectCommands {
  return new Map(
    OBJECT_WORDS.map((words) => {
      const command = program.command(words.word).description(`add, see, change and remove a ${words.noun}`);
      command.helpGroup("Configuration:");
      addAdd(command, words, context, settle);
      addList(command, words, context, settle);
      addOthers(command, words, context, settle);
      if (hasPassword(words.kind)) addSetPassword(command, words, context, settle);
      return [words.kind, command];
    }),
  );
}

type Given = Readonly<Record<string, unknown>>;

function addAdd(parent: Command, words: ObjectWords, context: CliContext, settle: Settle): void {
  const command = parent
    .command("add <name> [fields...]")
    .description(`add a ${words.noun}; ${FIELDS_HELP}`)
    .summary(`add a ${words.noun}`);
  const options = new Map(words.options.map((field) => [optionOf(field), field]));
  for (const option of options.keys()) command.addOption(option);
  if (isEndpoint(words.kind)) {
    command.option(
      "--display-name <text>",
      "name shown to whom it calls: of the lines that are made, else on this device",
    );
  }
  if (hasPassword(words.kind)) withPasswordOptions(command, words.kind);
  withRest(command).action((name: string, fields: readonly string[], given: Given & RestWords) => {
    const add = addWords(name, fields, given, options);
    return settle(overRest(given, context, (rest) => addObject(words, add, rest)));
  });
}

function optionOf({ flags, description, isList }: FieldOption): Option {
  const option = new Option(flags, description);
  if (isList !== true) return option;
  return option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
}

function addWords(
  name: string,
  fields: readonly string[],
  given: Given,
  options: ReadonlyMap<Option, FieldOption>,
): AddWords {
  const ofFields = [...options].flatMap(([option, field]): [FieldOption, string | readonly string[]][] => {
    const value = given[option.attributeName()];
    return value === undefined ? [] : [[field, value as string | readonly string[]]];
  });
  const { password, passwordFile, displayName } = given as Readonly<Record<string, string | undefined>>;
  const isField = ofFields.some(([{ field }]) => field === "displayName");
  return {
    name,
    fields,
    options: new Map(ofFields),
    ...(password === undefined ? {} : { password }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
    ...(displayName === undefined || isField ? {} : { displayName }),
  };
}

function withPasswordOptions(command: Command, kind?: Kind): void {
  const usual: Readonly<Partial<Record<Kind, string>>> = {
    phone: "random",
    user: "random",
    trunk: "- when it registers",
  };
  const otherwise = kind === undefined ? "-" : (usual[kind] ?? "none");
  command
    .option("--password <how>", `- asks for it, random makes one and shows it once, none (default: ${otherwise})`)
    .option("--password-file <file>", "the password is the first line of this file");
}

function addList(parent: Command, words: ObjectWords, context: CliContext, settle: Settle): void {
  withRest(parent.command("list [filters...]").description("list them; filters as field=value"))
    .option("--search <text>", "only those in which the text occurs")
    .action((filters: readonly string[], given: RestWords & { readonly search?: string }) => {
      const { search } = given;
      const query = { filters, ...(search === undefined ? {} : { search }) };
      return settle(overRest(given, context, (rest) => listObjects(words, query, rest)));
    });
}

function addOthers(parent: Command, words: ObjectWords, context: CliContext, settle: Settle): void {
  withRest(parent.command("show <name>").description("show all of it")).action((name: string, given: RestWords) =>
    settle(overRest(given, context, (rest) => showObject(words, name, rest))),
  );
  withRest(
    parent.command("set <name> [fields...]").description(`change ${FIELDS_HELP}`).summary("change fields"),
  ).action((name: string, fields: readonly string[], given: RestWords) =>
    settle(overRest(given, context, (rest) => setObject(words, name, fields, rest))),
  );
  withRest(parent.command("remove <names...>").description("remove them: all or none")).action(
    (names: readonly string[], given: RestWords) =>
      settle(overRest(given, context, (rest) => removeObjects(words, names, rest))),
  );
}

function addSetPassword(parent: Command, words: ObjectWords, context: CliContext, settle: Settle): void {
  const command = withRest(parent.command("set-password <name>").description("give it another password"));
  withPasswordOptions(command);
  command.action((name: string, given: RestWords & { readonly password?: string; readonly passwordFile?: string }) =>
    settle(overRest(given, context, (rest) => setPassword(words, name, given, rest))),
  );
}
