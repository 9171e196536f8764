import { SwitchError } from "../common/index.ts";

/** One thing that is wrong with a configuration file. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1; absent when the file could not be read. */
  readonly line?: number;
  readonly column?: number;
  /** Where in the document, such as `phones[3].number`; empty for the document itself. */
  readonly path: string;
  readonly reason: string;
}

/** `invalid-config`: the configuration cannot be used; `problems` lists all that is wrong with it. */
export class ConfigError extends SwitchError<"invalid-config"> {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super("invalid-config", problems.map(formatProblem).join("\n"), { problems });
    this.problems = problems;
  }
}

/** A problem as one line: `FILE:LINE:COLUMN: PATH: REASON`, which editors can follow. */
export function formatProblem({ file, line, column, path, reason }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return path === "" ? `${place}: ${reason}` : `${place}: ${path}: ${reason}`;
}
