import type { Logger } from "../../common/index.ts";
import type { G711Law } from "../rtp/g711.ts";
import type { AnnouncementName, MusicFile, PlaySource } from "../relay/media-relay.ts";
import { readMusic, type Music } from "./read-music.ts";
import type { BuiltInPrompt, Prompt, PromptLibrary } from "./prompt-library.ts";

/** Music of a file that is played once. */
export type PlayedOnce = `once:${string}`;

/** What can be played. */
export type PromptName = "tone" | "demo" | PlaySource | AnnouncementName | PlayedOnce;

const PREFIX = "music:";
const ONCE = "once:";
/** What stands before the name of music that is to be read. */
const WANTED = /^(?:announcement:)?music:/;
const NOT_CONFIGURED = { ok: false, reason: "is not configured" } as const;
/** Names that are known not to be configured are kept, too, so that each is told once; beyond these all are forgotten. */
const MAX_NAMES = 2000;
/** Of all files that are in memory; each takes as many octets in each law as it has samples. */
const MAX_SAMPLES = 64 * 1024 * 1024;

/** The prompts that come with the relay, and music of files, which is read when first wanted and then kept. */
export class MusicShelf {
  readonly #library: PromptLibrary;
  readonly #logger: Logger;
  /** By name; undefined: the built-in music. */
  #files: ReadonlyMap<string, string | undefined> = new Map();
  /** By name; null: it cannot be read, which has been said. */
  readonly #music = new Map<string, Music | null>();
  /** Music with an end, for as long as that music is kept. */
  readonly #onceOf = new WeakMap<Prompt, Prompt>();
  readonly #loading = new Map<string, Promise<void>>();

  constructor(library: PromptLibrary, logger: Logger) {
    this.#library = library;
    this.#logger = logger;
  }

  /** Replaces the files, without reading anything. */
  setFiles(files: readonly MusicFile[]): void {
    this.#files = new Map(files.map(({ name, file }) => [name, file]));
  }

  /** Replaces the files and reads those again that are in memory; what plays goes on. */
  async configure(files: readonly MusicFile[]): Promise<void> {
    this.setFiles(files);
    for (const source of [...this.#music.keys()]) await this.#read(source);
  }

  /** Reads what `name` needs, so that `get` has it. Never fails: what cannot be read is told in the log, once. */
  async load(name: string): Promise<void> {
    const wanted = WANTED.exec(name)?.[0];
    if (wanted === undefined) return;
    const source = name.slice(wanted.length);
    if (this.#music.has(source)) return;
    const loading = this.#loading.get(source) ?? this.#read(source);
    this.#loading.set(source, loading);
    await loading;
    if (this.#loading.get(source) === loading) this.#loading.delete(source);
  }

  /** Music that has not been loaded, or cannot be, is the built-in music. */
  get(name: PromptName, law: G711Law): Prompt {
    if (name.startsWith(ONCE)) return this.#once(this.get(`${PREFIX}${name.slice(ONCE.length)}`, law), law);
    if (!name.startsWith(PREFIX)) return this.#library.get(name as BuiltInPrompt, law);
    return this.#music.get(name.slice(PREFIX.length))?.[law] ?? this.#library.get("music", law);
  }

  /** The same with an end, and silence behind it. */
  #once(music: Prompt, law: G711Law): Prompt {
    const known = this.#onceOf.get(music);
    if (known !== undefined) return known;
    const endBytes = music.audio.length;
    const audio = Buffer.concat([music.audio, this.#library.get("silence", law).audio]);
    const once: Prompt = { audio, loopStartBytes: endBytes, endBytes };
    this.#onceOf.set(music, once);
    return once;
  }

  async #read(source: string): Promise<void> {
    const file = this.#files.get(source);
    if (file === undefined && this.#files.has(source)) return void this.#music.delete(source);
    const result =
      file === undefined ? NOT_CONFIGURED : await readMusic(file, MAX_SAMPLES - this.#samplesOfOthers(source));
    // Configured anew meanwhile: what is right now is read when it is wanted.
    if (this.#files.get(source) !== file) return;
    if (this.#music.size >= MAX_NAMES) this.#music.clear();
    this.#music.set(source, result.ok ? result.value : null);
    if (result.ok) return;
    const { reason } = result;
    this.#logger.warn("music source cannot be played, the built-in music is", { source, file, reason });
  }

  #samplesOfOthers(source: string): number {
    let samples = 0;
    for (const [name, music] of this.#music) if (name !== source) samples += music?.PCMU.audio.length ?? 0;
    return samples;
  }
}
