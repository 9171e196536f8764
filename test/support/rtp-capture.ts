import { readFileSync } from "node:fs";
import { eventually } from "./eventually.ts";
import { ManagedProcess } from "./managed-process.ts";
import { decodeMuLaw } from "./mu-law.ts";
import { readPcap } from "./pcap.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

/** An RTP packet on the loopback interface. */
export interface CapturedRtp {
  /** Milliseconds since 1970, with fractions. */
  readonly timeMs: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly payloadType: number;
  readonly sequence: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** Records the RTP that arrives at a phone, by time of arrival, with dumpcap on the loopback interface. */
export class RtpCapture {
  readonly #process: ManagedProcess;
  readonly #directory: TemporaryDirectory;

  private constructor(process: ManagedProcess, directory: TemporaryDirectory) {
    this.#process = process;
    this.#directory = directory;
  }

  /**
   * Starts to record what is sent to these UDP ports: a phone's, since a relay answers to where RTP came from, which
   * need not be the address in its SDP.
   * @throws {Error} when neither this user nor password-free sudo may capture
   */
  static async start({ first, last }: { readonly first: number; readonly last: number }): Promise<RtpCapture> {
    const failures: string[] = [];
    for (const prefix of [[], ["sudo", "-n"]]) {
      const directory = new TemporaryDirectory("capture");
      const capture = [
        "dumpcap",
        "-q",
        "-P",
        "-i",
        "lo",
        "-B",
        "8",
        "-f",
        `udp dst portrange ${first}-${last}`,
        "-w",
        "-",
      ];
      const shell = `exec "$@" > ${directory.join("lo.pcap")}`;
      const process = new ManagedProcess({
        isUrgent: true,
        command: "sh",
        args: ["-c", shell, "sh", ...prefix, ...capture],
      });
      try {
        await process.outputMatching(/^File: /m, 5_000);
        return new RtpCapture(process, directory);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        await process.kill();
        directory.close();
      }
    }
    throw new Error(`cannot capture on lo (root, sudo, or a user namespace is needed): ${failures.join("\n")}`);
  }

  /** The RTP of payload types below 128 so far, in order of arrival; RTCP is left out. */
  packets(): CapturedRtp[] {
    return readPcap(readFileSync(this.#directory.join("lo.pcap"))).flatMap((datagram) => {
      const { timeMs, destination, destinationPort, payload } = datagram;
      const second = payload.length < 12 ? undefined : payload.readUInt8(1);
      if (second === undefined || payload.readUInt8(0) >> 6 !== 2) return [];
      // RFC 5761 4: RTCP types 192 to 223 share the place of marker and payload type.
      if (second >= 192 && second <= 223) return [];
      const packet = {
        timeMs,
        destination,
        destinationPort,
        payloadType: second & 127,
        sequence: payload.readUInt16BE(2),
        ssrc: payload.readUInt32BE(8),
        payload: payload.subarray(12 + (payload.readUInt8(0) & 15) * 4),
      };
      return [packet];
    });
  }

  /** Waits until `count` packets that arrived after `sinceMs` (wall time) are there and returns them. */
  packetsSince(sinceMs: number, count: number, timeoutMs: number): Promise<CapturedRtp[]> {
    return eventually(
      () => {
        const packets = this.packets().filter(({ timeMs }) => timeMs >= sinceMs);
        if (packets.length >= count) return packets;
        throw new Error(`captured ${packets.length} of ${count} packets in ${timeoutMs} ms`);
      },
      { timeoutMs, intervalMs: 100 },
    );
  }

  /** Ends the capture and removes its file; may be called twice. */
  async close(): Promise<void> {
    await this.#process.stop();
    this.#directory.close();
  }
}

/** The longest time between two packets that follow each other, whatever their SSRC, in ms; 0 for fewer than two. */
export function longestGapMs(packets: readonly CapturedRtp[]): number {
  return packets.reduce((longest, packet, index) => {
    const previous = packets[index - 1];
    return previous === undefined ? longest : Math.max(longest, packet.timeMs - previous.timeMs);
  }, 0);
}

/** The audio of the PCMU packets (payload type 0), one after the other, 8 kHz. */
export function audioOf(packets: readonly CapturedRtp[]): Int16Array {
  return decodeMuLaw(
    Buffer.concat(packets.filter(({ payloadType }) => payloadType === 0).map(({ payload }) => payload)),
  );
}
