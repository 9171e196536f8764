import { InvalidArgumentError, Option, type Command } from "commander";
import type { RestWords } from "../configuration/rest-context.ts";
import { overRest, withRest, type CliContext, type Settle } from "../node-options.ts";
import { createToken, listTokens, revokeTokens, type TokenWords } from "./token-commands.ts";

/** Adds `tandem cti token`. */
export function addTokenCommands(program: Command, context: CliContext, settle: Settle): void {
  const cti = program.commands.find((command) => command.name() === "cti") ?? program.command("cti");
  const token = cti.command("token").description("make, list and revoke what CTI applications sign in with");
  withRest(token.command("create").description("make a token and print it, this once"))
    .requiredOption("--for <user>", "the user on whose behalf the application acts")
    .option("--name <name>", "name of the token (default: one that is made of the user's)")
    .option("--devices <list>", "devices that it may use, such as phone-1001,desk-* (default: those of the user)")
    .option("--verbs <list>", "methods that it may call, such as events.*,call.answer (default: all)")
    .option("--numbers <list>", "numbers that it may dial, such as 1*,9196 (default: all)")
    .option("--deny-numbers <list>", "numbers that it may not dial")
    .addOption(new Option("--rate <number>", "requests in a second of each session").argParser(parseCount))
    .addOption(new Option("--calls <number>", "calls that it has made, at a time").argParser(parseCount))
    .option("--monitor-only", "it may watch, and command nothing", false)
    .option("--expires <time>", "for how long, such as 12h, 30d or 1y, or until when (default: for good)")
    .option("--description <text>", "for people")
    .action((given: RestWords & TokenWords) =>
      settle(overRest(given, context, (rest) => createToken(given, rest, context.clock.wallMs()))),
    );
  withRest(token.command("list").description("list tokens and what they allow"))
    .option("--for <user>", "of this user only")
    .action((given: RestWords & { readonly for?: string }) =>
      settle(overRest(given, context, (rest) => listTokens(given.for, rest))),
    );
  withRest(
    token.command("revoke <names...>").description("end tokens, and the sessions of who has signed in with them"),
  ).action((names: readonly string[], given: RestWords) =>
    settle(overRest(given, context, (rest) => revokeTokens(names, rest))),
  );
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("A whole number is expected.");
  return Number(text);
}
