import { readdirSync, readFileSync, statSync } from "node:fs";
import { BaresipControl, type BaresipEvent } from "./baresip-control.ts";
import { writeBaresipConfig } from "./baresip-config.ts";
import { eventually } from "./eventually.ts";
import { freeLoopbackAddress } from "./loopback-address.ts";
import { ManagedProcess } from "./managed-process.ts";
import { RtpPortRange } from "./rtp-port-range.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";
import { readWav } from "./wav.ts";

/** A phone's account; without `server` it does not register and is called at its own address. */
export interface BaresipAccount {
  readonly user: string;
  /** `host:port` of the registrar. */
  readonly server?: string;
  readonly password?: string;
  readonly transport?: "udp" | "tcp" | "tls";
  readonly answer?: "manual" | "auto";
  /** Default 600. */
  readonly registerSeconds?: number;
  /** Keys in the SDP of RTP/AVP (offered, or insisted on) or RTP/SAVPF, or DTLS; default none. */
  readonly mediaEncryption?: "srtp" | "srtp-mand" | "srtp-mandf" | "dtls_srtp";
  /** URIs of the ways to `server`; it keeps a flow over each (RFC 5626). At most two. */
  readonly flows?: readonly string[];
}

/** How to start a `Baresip`. */
export interface BaresipOptions {
  /** Frequency of the tone it sends in every call. */
  readonly toneHz: number;
  /** Default 120; the call ends when the tone does. */
  readonly toneSeconds?: number;
  /** It subscribes to its message waiting indication after it has registered; default no. */
  readonly messageWaiting?: boolean;
}

const CONTROL_PORT = 4444;
const RECORDED_RATE_HZ = 8_000;
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * A real soft phone: Debian's baresip 1.0.0 without sound card, on a loopback address of its own. It sends a tone and
 * records what it hears. Its recording ends with the first hold (the phone drops its decode filter then); use
 * `RtpCapture` for what comes later.
 */
export class Baresip {
  readonly address: string;
  /** Where its RTP and RTCP arrive. */
  readonly rtpPorts: RtpPortRange;
  readonly #process: ManagedProcess;
  readonly #control: BaresipControl;
  readonly #directory: TemporaryDirectory;

  private constructor(
    address: string,
    rtpPorts: RtpPortRange,
    process: ManagedProcess,
    control: BaresipControl,
    directory: TemporaryDirectory,
  ) {
    this.address = address;
    this.rtpPorts = rtpPorts;
    this.#process = process;
    this.#control = control;
    this.#directory = directory;
  }

  /** Starts the process; it has no account yet. @throws {Error} with its output when it does not come up */
  static async start({ toneHz, toneSeconds = 120, messageWaiting = false }: BaresipOptions): Promise<Baresip> {
    const directory = new TemporaryDirectory("baresip");
    const address = await freeLoopbackAddress();
    const { path } = directory;
    const rtpPorts = await RtpPortRange.reserve();
    const modules = messageWaiting ? ["mwi.so"] : [];
    writeBaresipConfig({ directory: path, address, toneHz, toneSeconds, rtpPorts, controlPort: CONTROL_PORT, modules });
    const process = new ManagedProcess({
      isUrgent: true,
      command: "baresip",
      args: ["-f", path, "-v"],
      cwd: path,
      env: { HOME: path },
    });
    try {
      await process.outputMatching(/baresip is ready/, 10_000);
      const control = await BaresipControl.connect(address, CONTROL_PORT);
      return new Baresip(address, rtpPorts, process, control, directory);
    } catch (error) {
      await process.kill();
      rtpPorts.close();
      directory.close();
      throw error;
    }
  }

  /** Starts a phone and registers it. @throws {Error} when the registrar refuses it */
  static async registered(options: BaresipOptions, account: BaresipAccount): Promise<Baresip> {
    const phone = await Baresip.start(options);
    try {
      await phone.addAccount(account);
      await phone.event("REGISTER_OK");
      return phone;
    } catch (error) {
      await phone.close();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Where it is called without a registrar. */
  get uri(): string {
    return `sip:phone@${this.address}:5060`;
  }

  /** Commands, replies and events so far, for messages of failures. */
  get transcript(): string {
    return this.#control.transcript;
  }

  /** Adds an account and, with a server, starts to register: `REGISTER_OK` or `REGISTER_FAIL` follows. */
  async addAccount(account: BaresipAccount): Promise<void> {
    const { user, server = `${this.address}:5060`, transport = "udp", answer = "manual" } = account;
    const registerSeconds = account.server === undefined ? 0 : (account.registerSeconds ?? 600);
    const parameters = [`regint=${registerSeconds}`, `answermode=${answer}`, "audio_codecs=PCMU/8000/1"];
    if (account.mediaEncryption !== undefined) parameters.push(`mediaenc=${account.mediaEncryption}`);
    if (account.password !== undefined) parameters.push(`auth_user=${user}`, `auth_pass=${account.password}`);
    for (const [index, flow] of (account.flows ?? []).entries()) {
      parameters.push(`outbound${index === 0 ? "" : index + 1}="${flow}"`);
    }
    if (account.flows !== undefined) parameters.push("sipnat=outbound");
    await this.#control.command("uanew", `<sip:${user}@${server};transport=${transport}>;${parameters.join(";")}`);
  }

  async dial(target: string): Promise<void> {
    await this.#control.command("dial", target);
  }

  async accept(): Promise<void> {
    await this.#control.command("accept");
  }

  async hangup(): Promise<void> {
    await this.#control.command("hangup");
  }

  async hold(): Promise<void> {
    await this.#control.command("hold");
  }

  async resume(): Promise<void> {
    await this.#control.command("resume");
  }

  /** Asks for a blind transfer of its call. */
  async transfer(target: string): Promise<void> {
    await this.#control.command("transfer", target);
  }

  /** Sends telephone events (RFC 4733), one digit after the other. */
  async sendDigits(digits: string): Promise<void> {
    await this.#control.command("sndcode", digits);
  }

  /** The list of calls as the phone prints it. */
  listCalls(): Promise<string> {
    return this.#control.command("listcalls");
  }

  /** The next event of a type, which no earlier call has taken. @throws {Error} with the transcript on time-out */
  event(type: string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<BaresipEvent> {
    return this.#control.event((event) => event.type === type, type, timeoutMs);
  }

  /** The next event of any of the types, which no earlier call has taken. @throws {Error} with the transcript on time-out */
  anyEvent(types: readonly string[], timeoutMs = DEFAULT_TIMEOUT_MS): Promise<BaresipEvent> {
    return this.#control.event(({ type }) => types.includes(type), types.join(" or "), timeoutMs);
  }

  /** True when an event of the type has come and was not taken. */
  hasEvent(type: string): boolean {
    return this.#control.has((event) => event.type === type);
  }

  /** Waits for the reason that the phone gives for the end of a call. */
  async closedReason(timeoutMs = DEFAULT_TIMEOUT_MS): Promise<string> {
    return (await this.event("CALL_CLOSED", timeoutMs)).param ?? "";
  }

  /** All that it heard in its last call, until the first hold; 8 kHz. */
  heard(): Int16Array {
    const path = this.#recording();
    return path === undefined ? new Int16Array(0) : readWav(readFileSync(path)).samples;
  }

  /** The next `ms` of what it hears from now on. @throws {Error} when that much does not come in time */
  async hears(ms: number, timeoutMs = ms + 4_000): Promise<Int16Array> {
    const start = this.heard().length;
    const length = Math.round((ms * RECORDED_RATE_HZ) / 1_000);
    return eventually(
      () => {
        const samples = this.heard().subarray(start, start + length);
        if (samples.length === length) return samples;
        throw new Error(`heard ${samples.length} of ${length} samples in ${timeoutMs} ms\n${this.transcript}`);
      },
      { timeoutMs },
    );
  }

  /** Ends it like a power cut: nothing is unregistered, no call is ended. */
  async kill(): Promise<void> {
    this.#control.close();
    await this.#process.kill();
  }

  /** Ends its calls and registrations, then the process, and removes its files; may be called twice. */
  async close(): Promise<void> {
    if (this.#process.running) {
      await this.#control.command("quit").catch(() => undefined);
      await this.#process.exited(1_500).catch(() => this.#process.kill());
    }
    this.#control.close();
    this.rtpPorts.close();
    this.#directory.close();
  }

  #recording(): string | undefined {
    const directory = this.#directory.join("rec");
    const files = readdirSync(directory).filter((name) => name.endsWith("-dec.wav"));
    const newest = files.sort().at(-1);
    if (newest === undefined) return undefined;
    const path = this.#directory.join("rec", newest);
    return statSync(path).size < 44 ? undefined : path;
  }
}
