import type { NodeTls, Provider, ProviderOptions } from "../../sdk/index.ts";

/** One line of `tandem doctor`. */
export interface HostCheck {
  readonly name: string;
  /** `missing`: something is not there, `low`: a limit of the host is, but Tandem runs; `bad`: it cannot run as it is. */
  readonly state: "ok" | "missing" | "low" | "bad";
  /** Where it is, or its version or value. */
  readonly found: string;
  readonly neededFor: string;
  /** What it costs that it is not there, and what to do; empty when all is well. */
  readonly advice: string;
}

/** What `tandem config check` says of a good file. */
export interface ConfigSummary {
  readonly node: string;
  readonly phones: number;
  readonly peers: number;
  readonly profiles: readonly { readonly name: string; readonly kind: string; readonly description: string }[];
}

/** What the command line cannot do itself: start processes and look at the host. Main provides it. */
export interface Launcher {
  readonly version: string;
  /** Where nodes are looked for when no data-dir is named, in this order; absolute. */
  readonly defaultDataDirs: readonly string[];
  /** Both resolve to the exit code when the node has stopped, or with `detach` when it is ready. */
  start(options: StartCommand): Promise<number>;
  demo(options: DemoCommand): Promise<number>;
  /** @throws {ConfigError} */
  checkConfig(file: string): ConfigSummary;
  inspectHost(): Promise<readonly HostCheck[]>;
  /** Stops services that run without a supervisor; resolves to their names. */
  stopOrphans(dataDir: string): Promise<readonly string[]>;
  /** Loads the SDK, and opens a provider. @throws {CtiError} */
  openCti(options: CtiAccess): Promise<Provider>;
  /**
   * From now on Ctrl-C and SIGTERM abort the signal instead of ending the process.
   * @param isToBeRead so does it that nobody reads what is printed any more (`| head`)
   */
  interruption(isToBeRead?: boolean): AbortSignal;
}

/** Options of `tandem start`. */
export interface StartCommand {
  readonly configFile: string;
  readonly dataDir?: string;
  readonly detach: boolean;
}

/** Options of `tandem demo`. */
export interface DemoCommand {
  readonly sipPort: number;
  /** Absent: the one after `sipPort`. */
  readonly tlsPort?: number;
  readonly httpPort: number;
  readonly ctiPort: number;
  readonly dataDir?: string;
  readonly bind: string;
}

/** What a command asks for. */
export interface CliInput {
  /** The password of `--user` where it need not be asked for. */
  readonly password?: string;
  /** A person types. */
  readonly isTerminal: boolean;
  /**
   * Asks on the terminal, without echo; takes the next line of standard input where that is no terminal.
   * @throws {SwitchError} `no-input` at its end, `interrupted`
   */
  readSecret(prompt: string): Promise<string>;
}

/** How far a long command has come, on a line that changes. */
export interface Progress {
  update(text: string): void;
  /** Takes the line away; may be called twice. */
  end(): void;
}

/** What a provider is opened with; `tls`: how servers are trusted over `wss:`. */
export type CtiAccess = ProviderOptions & { readonly tls?: NodeTls };

/** How a part of a line is shown on a terminal that has colors. */
export type TextStyle = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

/** A part of a line. */
export interface StyledText {
  readonly text: string;
  readonly style?: TextStyle;
}

/** Where commands write what is for people: the terminal obeys nothing in it but the styles. */
export interface PrintableOutput extends CliOutput {
  /** A result of one line. */
  styled(parts: readonly StyledText[]): void;
}

/** Where a command writes. */
export interface CliOutput {
  /** Results go to a terminal that has colors. */
  readonly hasColors?: true;
  /** Draws on the terminal; absent when remarks go to none. */
  readonly openProgress?: (text: string) => Promise<Progress>;
  /** Results. */
  out(text: string): void;
  /** Remarks and errors. */
  err(text: string): void;
  /** Characters of a line of the terminal; absent when it is none. */
  readonly columns?: number;
}
