import { join } from "node:path";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import type { BenchContext } from "../bench.ts";
import { RTP_ADDRESS } from "../systems/relay-under-test.ts";

const PROGRAM_TIMEOUT_MS = 20_000;

/** What came of a burst. */
export interface SentBurst {
  readonly sent: number;
  readonly elapsedMs: number;
}

/** A program with many RTP ports at `RTP_ADDRESS`. */
export class RtpFlows {
  readonly process: ManagedProcess;

  private constructor(process: ManagedProcess) {
    this.process = process;
  }

  static start({ cleanup }: BenchContext, name: "rtp-source" | "rtp-sink", count: number): RtpFlows {
    const program = join(import.meta.dirname, "..", "programs", `${name}.ts`);
    const args = ["--import", "tsx", program, RTP_ADDRESS, String(count)];
    const started = cleanup.add(new ManagedProcess({ command: process.execPath, args }), (running) =>
      running.kill().then(() => undefined),
    );
    return new RtpFlows(started);
  }

  async ports(): Promise<number[]> {
    const [, ports = "[]"] = await this.process.outputMatching(/^ports (.*)$/m, PROGRAM_TIMEOUT_MS);
    return JSON.parse(ports) as number[];
  }

  /** Each flow sends to one of these ports of 127.0.0.1 from now on. */
  async connect(ports: readonly number[]): Promise<void> {
    this.process.write(`${JSON.stringify(ports)}\n`);
    await this.process.outputMatching(/^connected/m, PROGRAM_TIMEOUT_MS);
  }

  /** Every port has heard something. */
  async allHeard(): Promise<void> {
    await this.process.outputMatching(/^heard all/m, PROGRAM_TIMEOUT_MS);
  }

  /** Sends over all flows in turn. @param rate packets a second */
  async send(rate: number, seconds: number): Promise<SentBurst> {
    const from = this.process.output.length;
    this.process.write(`${JSON.stringify({ rate, seconds })}\n`);
    const [, sent, elapsedMs] = await this.process.outputMatching(
      /^sent (\d+) (\d+)$/m,
      3_000 * seconds + 10_000,
      from,
    );
    return { sent: Number(sent), elapsedMs: Number(elapsedMs) };
  }
}
