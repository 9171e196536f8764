import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { eventually } from "./eventually.ts";
import { sine } from "./goertzel.ts";
import { freeLoopbackAddress } from "./loopback-address.ts";
import { ManagedProcess } from "./managed-process.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";
import { readPcm, writeWav } from "./wav.ts";

/** How to start a `Linphone`. */
export interface LinphoneOptions {
  readonly user: string;
  /** Frequency of the tone that `playTone` sends. */
  readonly toneHz: number;
}

const DEFAULT_TIMEOUT_MS = 8_000;

/** A real soft phone: Debian's linphonec, without sound card, on a loopback address of its own. */
export class Linphone {
  readonly address: string;
  readonly #process: ManagedProcess;
  readonly #directory: TemporaryDirectory;

  private constructor(address: string, process: ManagedProcess, directory: TemporaryDirectory) {
    this.address = address;
    this.#process = process;
    this.#directory = directory;
  }

  static async start({ user, toneHz }: LinphoneOptions): Promise<Linphone> {
    const directory = new TemporaryDirectory("linphone");
    const address = await freeLoopbackAddress();
    for (const folder of [".local/share/linphone", ".config"]) mkdirSync(directory.join(folder), { recursive: true });
    writeFileSync(directory.join("rc"), configuration(user, address));
    writeFileSync(directory.join("tone.wav"), writeWav({ sampleRateHz: 8_000, samples: sine(toneHz, 60) }));
    const process = new ManagedProcess({
      command: "linphonec",
      args: ["-c", directory.join("rc"), "-d", "0"],
      cwd: directory.path,
      env: { HOME: directory.path, TMPDIR: directory.path },
    });
    const phone = new Linphone(address, process, directory);
    try {
      await process.outputMatching(/linphonec> /, 10_000);
      await phone.#command("soundcard use files", /Using wav files/);
      phone.write(`record ${directory.join("heard.wav")}`);
      return phone;
    } catch (error) {
      await phone.close();
      throw error;
    }
  }

  /** Registers with digest at `server` (`host:port`). @throws {Error} with its output when that fails */
  async register(user: string, server: string, password: string): Promise<void> {
    this.write(`register sip:${user}@${server} sip:${server} ${password}`);
    // It says nothing when that is done: it must be asked.
    await eventually(() => this.#command("status register", /^registered,/m, 300), { timeoutMs: DEFAULT_TIMEOUT_MS });
  }

  /** Calls and waits until the other side has answered and media flows. */
  async call(target: string): Promise<void> {
    await this.#command(`call ${target}`, /Media streams established/);
  }

  /** Puts the call that is talked in on hold. */
  async pause(): Promise<void> {
    await this.#command("pause", /is now paused/);
  }

  async resume(call: number): Promise<void> {
    await this.#command(`resume ${call}`, /Media streams established/);
  }

  /** Asks for a blind transfer of a call. */
  transfer(call: number, target: string): void {
    this.write(`transfer ${call} ${target}`);
  }

  /** Asks to connect the other parties of two calls. */
  transferToCall(call: number, other: number): void {
    this.write(`transfer ${call} --to-call ${other}`);
  }

  /** What it printed, for messages of failures. */
  get output(): string {
    return this.#process.output;
  }

  /** Sends the tone into the call that is up. */
  playTone(): void {
    this.write(`play ${this.#directory.join("tone.wav")}`);
  }

  /** Ends the call and waits until it says so. */
  async hangup(): Promise<void> {
    await this.#command("terminate", /Call \d+ with .* ended/);
  }

  /** The next `ms` of what it hears from now on. @throws {Error} when that much does not come in time */
  async hears(ms: number, timeoutMs = ms + 6_000): Promise<Int16Array> {
    const start = this.#heard().length;
    const length = Math.round(ms * 8);
    return eventually(
      () => {
        const samples = this.#heard().subarray(start, start + length);
        if (samples.length === length) return samples;
        throw new Error(`heard ${samples.length} of ${length} samples\n${this.#process.output}`);
      },
      { timeoutMs },
    );
  }

  write(line: string): void {
    this.#process.write(`${line}\n`);
  }

  /** Unregisters, ends the process and removes its files; may be called twice. */
  async close(): Promise<void> {
    if (this.#process.running) {
      this.write("quit");
      await this.#process.exited(4_000).catch(() => this.#process.kill());
    }
    this.#directory.close();
  }

  #heard(): Int16Array {
    const path = this.#directory.join("heard.wav");
    if (!existsSync(path)) return new Int16Array(0);
    // The header is written at the end only: until then its 44 bytes are zero.
    return readPcm(readFileSync(path).subarray(44));
  }

  async #command(line: string, answer: RegExp, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    const start = this.#process.output.length;
    this.write(line);
    await this.#process.outputMatching(answer, timeoutMs, start);
  }
}

function configuration(user: string, address: string): string {
  const lines = ["[sip]", "sip_port=5060", "sip_tcp_port=5060", "sip_tls_port=0", "guess_hostname=0"];
  lines.push(`bind_address=${address}`, `contact="${user}" <sip:${user}@${address}>`);
  return `${lines.join("\n")}\n[rtp]\naudio_rtp_port=39000\nprefer_ipv6=0\n`;
}
