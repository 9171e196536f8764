import { createInterface, type Interface } from "node:readline";
import type { CliInput } from "../../admin/index.ts";
import { SwitchError } from "../../common/index.ts";

const MAX_SECRET_LENGTH = 1_024;

/** What asks; `close` lets the process end though standard input is open. */
export type TerminalInput = CliInput & { close(): void };

/** Secrets from the terminal, or from lines of standard input. `password`: that of `--user`, when it was handed in. */
export function terminalInput(
  input: NodeJS.ReadStream,
  prompts: NodeJS.WritableStream,
  password: string | undefined,
): TerminalInput {
  // Typed ahead of the next question.
  const ahead = { text: "" };
  let reader: Interface | undefined;
  let lines: AsyncIterator<string, undefined> | undefined;
  const nextLine = async (): Promise<string> => {
    reader ??= createInterface({ input, crlfDelay: Infinity });
    lines ??= reader[Symbol.asyncIterator]();
    const next = await lines.next();
    if (next.done !== true) return next.value;
    throw new SwitchError("no-input", "standard input ended where a password was expected");
  };
  return {
    ...(password === undefined ? {} : { password }),
    isTerminal: Boolean(input.isTTY),
    readSecret: (prompt) => (input.isTTY ? askWithoutEcho(input, prompts, prompt, ahead) : nextLine()),
    close: () => reader?.close(),
  };
}

function askWithoutEcho(
  input: NodeJS.ReadStream,
  prompts: NodeJS.WritableStream,
  prompt: string,
  ahead: { text: string },
): Promise<string> {
  // First: what is typed as soon as the question is seen is not echoed either.
  input.setRawMode(true);
  prompts.write(prompt);
  input.setEncoding("utf8");
  input.resume();
  return new Promise((resolve, reject) => {
    let typed = "";
    const end = (): void => {
      input.off("data", onData);
      input.setRawMode(false);
      input.pause();
      prompts.write("\n");
    };
    const onData = (text: string): void => {
      const keys = [...ahead.text, ...text];
      ahead.text = "";
      for (const [index, key] of keys.entries()) {
        if (key === "\r" || key === "\n") {
          ahead.text = keys.slice(index + 1).join("");
          end();
          return resolve(typed);
        }
        if (key === "\u0003" || key === "\u0004") {
          end();
          return reject(new SwitchError("interrupted", "interrupted; nothing was done"));
        }
        if (key === "\u007f" || key === "\b") typed = [...typed].slice(0, -1).join("");
        else if (typed.length < MAX_SECRET_LENGTH) typed += key;
      }
    };
    input.on("data", onData);
    onData("");
  });
}
