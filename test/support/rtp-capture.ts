import { readFileSync } from "node:fs";
import { eventually } from "./eventually.ts";
import { ManagedProcess } from "./managed-process.ts";
import { decodeMuLaw } from "./g711.ts";
import { readPcap } from "./pcap.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

/** An RTP packet on the loopback interface. */
export interface CapturedRtp {
  /** Milliseconds since 1970, with fractions. */
  readonly timeMs: number;
  /** By the phone whose ports are captured, or to it. */
  readonly direction: "sent" | "received";
  readonly payloadType: number;
  readonly sequence: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** The UDP ports of a phone's RTP. */
interface Ports {
  readonly first: number;
  readonly last: number;
}

/** Records the RTP of a phone, by time, with dumpcap on the loopback interface. */
export class RtpCapture {
  readonly #ports: Ports;
  readonly #process: ManagedProcess;
  readonly #directory: TemporaryDirectory;

  private constructor(ports: Ports, process: ManagedProcess, directory: TemporaryDirectory) {
    this.#ports = ports;
    this.#process = process;
    this.#directory = directory;
  }

  /**
   * Starts to record. A phone is known by its ports: a relay answers to where RTP came from, which need not be the
   * address in the phone's SDP.
   * @throws {Error} when neither this user nor password-free sudo may capture
   */
  static async start(ports: Ports): Promise<RtpCapture> {
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
        `udp portrange ${ports.first}-${ports.last}`,
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
        return new RtpCapture(ports, process, directory);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        await process.kill();
        directory.close();
      }
    }
    throw new Error(`cannot capture on lo (root, sudo, or a user namespace is needed): ${failures.join("\n")}`);
  }

  /** The RTP that the phone got so far, in order of arrival; RTCP is left out. */
  received(): CapturedRtp[] {
    return this.#packets().filter(({ direction }) => direction === "received");
  }

  /** The RTP that the phone sent so far. */
  sent(): CapturedRtp[] {
    return this.#packets().filter(({ direction }) => direction === "sent");
  }

  #packets(): CapturedRtp[] {
    const { first, last } = this.#ports;
    return readPcap(readFileSync(this.#directory.join("lo.pcap"))).flatMap((datagram) => {
      const { timeMs, destinationPort, payload } = datagram;
      const second = payload.length < 12 ? undefined : payload.readUInt8(1);
      if (second === undefined || payload.readUInt8(0) >> 6 !== 2) return [];
      // RFC 5761 4: RTCP types 192 to 223 share the place of marker and payload type.
      if (second >= 192 && second <= 223) return [];
      const packet = {
        timeMs,
        direction: destinationPort >= first && destinationPort <= last ? ("received" as const) : ("sent" as const),
        payloadType: second & 127,
        sequence: payload.readUInt16BE(2),
        ssrc: payload.readUInt32BE(8),
        payload: payload.subarray(12 + (payload.readUInt8(0) & 15) * 4),
      };
      return [packet];
    });
  }

  /** Waits until the phone got `count` packets after `sinceMs` (wall time) and returns them. */
  receivedSince(sinceMs: number, count: number, timeoutMs: number): Promise<CapturedRtp[]> {
    return eventually(
      () => {
        const packets = this.received().filter(({ timeMs }) => timeMs >= sinceMs);
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

/** The number of sequence numbers that are missing between the packets of the same SSRC. */
export function lostPackets(packets: readonly CapturedRtp[]): number {
  const streams = new Map<number, { readonly first: number; readonly offsets: Set<number> }>();
  for (const { ssrc, sequence } of packets) {
    const stream = streams.get(ssrc) ?? { first: sequence, offsets: new Set() };
    streams.set(ssrc, stream);
    stream.offsets.add((sequence - stream.first) & 0xffff);
  }
  return [...streams.values()].reduce((lost, { offsets }) => lost + Math.max(...offsets) + 1 - offsets.size, 0);
}

/** The audio of the PCMU packets (payload type 0), one after the other, 8 kHz. */
export function audioOf(packets: readonly CapturedRtp[]): Int16Array {
  return decodeMuLaw(
    Buffer.concat(packets.filter(({ payloadType }) => payloadType === 0).map(({ payload }) => payload)),
  );
}
