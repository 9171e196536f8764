import { ManagedProcess, type ManagedProcessOptions } from "./managed-process.ts";

/**
 * Runs a shell line in a terminal of 100 columns; the exit code is the line's. The terminal is one a person sits at,
 * wherever the tests run: continuous integration announces itself with CI, which turns progress bars off.
 */
export function startInTerminal(
  line: string,
  options: Omit<ManagedProcessOptions, "command" | "args"> = {},
): ManagedProcess {
  const inTerminal = `unset CI; stty cols 100 rows 40; ${line}`;
  return new ManagedProcess({
    ...options,
    command: "script",
    args: ["--quiet", "--flush", "--return", "--command", inTerminal, "/dev/null"],
    env: { ...options.env, TERM: "xterm" },
  });
}
