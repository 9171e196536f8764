import { writeFileSync } from "node:fs";
import { EXIT, runCli } from "../../src/admin/index.ts";
import { SystemClock } from "../../src/common/index.ts";
import { RestFixture } from "./rest-fixture.ts";

/** What a command did. */
export interface CliRun {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** What a command finds when it asks. */
export interface CliAnswers {
  /** Answers to questions for secrets, in order. */
  readonly secrets?: readonly string[];
  readonly isTerminal?: boolean;
  /** In place of `TANDEM_PASSWORD`. */
  readonly password?: string;
  readonly interrupted?: AbortSignal;
  /** Remarks go to a terminal; told what is drawn there. */
  readonly onDrawn?: (text: string) => void;
}

/** The command line beside the REST interface of a node: a real configuration and HTTP server, no call control. */
export class ConfiguredCli {
  readonly rest: RestFixture;

  private constructor(rest: RestFixture) {
    this.rest = rest;
  }

  /** @param callControl answers in the place of call control, by method */
  static async start(callControl: Readonly<Record<string, (params: unknown) => unknown>> = {}): Promise<ConfiguredCli> {
    const fixture = await RestFixture.start();
    const { adminTokenFile, nodeFile } = fixture.paths;
    writeFileSync(nodeFile, JSON.stringify({ http: { address: "0.0.0.0", port: fixture.port } }));
    writeFileSync(adminTokenFile, `${fixture.adminToken}\n`, { mode: 0o600 });
    await fixture.answerAsCallManager({
      hello: () => ({}),
      "configuration-changed": (params) => params,
      ...callControl,
    });
    return new ConfiguredCli(fixture);
  }

  /** Runs `tandem WORDS` on the node in its folder. */
  run(words: readonly string[], answers: CliAnswers = {}): Promise<CliRun> {
    return this.runAnywhere([...words, "--data-dir", this.rest.paths.dataDir], answers);
  }

  /** The same without naming the folder. */
  async runAnywhere(words: readonly string[], answers: CliAnswers = {}): Promise<CliRun> {
    const [out, err]: [string[], string[]] = [[], []];
    const secrets = [...(answers.secrets ?? [])];
    const { onDrawn } = answers;
    const exitCode = await runCli(words, {
      launcher: {
        version: "1.2.3",
        defaultDataDirs: [this.rest.paths.dataDir],
        start: async () => EXIT.ok,
        demo: async () => EXIT.ok,
        checkConfig: () => ({ node: "node-1", phones: 0, peers: 0, profiles: [] }),
        inspectHost: async () => [],
        stopOrphans: async () => [],
        openCti: () => Promise.reject(new Error("there is no CTIManager")),
        interruption: () => answers.interrupted ?? new AbortController().signal,
      },
      output: {
        out: (text) => void out.push(text),
        err: (text) => void err.push(text),
        ...(onDrawn === undefined
          ? {}
          : { openProgress: () => Promise.resolve({ update: onDrawn, end: () => undefined }) }),
      },
      input: {
        isTerminal: answers.isTerminal ?? false,
        ...(answers.password === undefined ? {} : { password: answers.password }),
        readSecret: (prompt) => {
          const secret = secrets.shift();
          return secret === undefined
            ? Promise.reject(new Error(`nothing answers ${prompt}`))
            : Promise.resolve(secret);
        },
      },
      clock: new SystemClock(),
    });
    return { exitCode, out: out.join("\n"), err: err.join("\n") };
  }

  /** Runs a command with `--json`. @throws {Error} when it fails */
  async json<Result = Readonly<Record<string, unknown>>>(
    words: readonly string[],
    answers: CliAnswers = {},
  ): Promise<Result> {
    const { exitCode, out, err } = await this.run([...words, "--json"], answers);
    if (exitCode !== EXIT.ok) throw new Error(`${words.join(" ")}: ${err}`);
    return JSON.parse(out) as Result;
  }

  close(): Promise<void> {
    return this.rest.close();
  }
}
