import { spawnSync } from "node:child_process";
import { EmbeddedRelay } from "../../../src/media/relay/embedded/embedded-relay.ts";
import { silentLogger, SystemClock } from "../../../src/common/index.ts";
import { TANDEM, type BenchContext } from "../bench.ts";
import { startService } from "./service-process.ts";

/** A relay of RTP that the bench sends through. */
export interface RelayUnderTest {
  readonly name: string;
  readonly pid: number;
  /** Sets one call up. @returns the port of 127.0.0.1 that the caller sends to */
  openCall(id: string, callerPort: number, calleePort: number): Promise<number>;
  close(): Promise<void>;
}

/** The embedded relay, which has conferences, too. */
export interface ConferencesUnderTest extends RelayUnderTest {
  /** Puts a party into a conference, or from one into another; it keeps its port. @returns the port of 127.0.0.1 that it sends to */
  enterConference(id: string, conference: string, port: number): Promise<number>;
}

/** Where source and sink are. */
export const RTP_ADDRESS = "127.0.2.1";
export const PORT_RANGE = { min: 10_000, max: 31_999 };
const REST_MS = 1_000;
const TIMEOUT_SECONDS = 60;

/** The media service from dist, in a process of its own and without call control. */
export async function startEmbeddedRelay(context: BenchContext): Promise<ConferencesUnderTest> {
  const service = await startService(context, "media", {
    media: { address: "127.0.0.1", portRange: PORT_RANGE, portRestMs: REST_MS, rtpTimeoutSeconds: TIMEOUT_SECONDS },
    call: { maxCalls: 5_000, serialRingSeconds: 20, trunkTrySeconds: 4, endpoints: {} },
  });
  const relay = await new Promise<EmbeddedRelay>((resolve) => {
    const client: EmbeddedRelay = new EmbeddedRelay({
      path: service.socket,
      clock: new SystemClock(),
      logger: silentLogger,
      onConnected: () => resolve(client),
    });
    context.cleanup.add(client, (each) => each.close());
    client.start();
  });
  const options = { signalingAddress: RTP_ADDRESS, latch: "candidates" } as const;
  return {
    name: TANDEM,
    pid: service.pid,
    openCall: async (callId, callerPort, calleePort) => {
      const key = { callId, fromTag: "caller", toTag: "callee" };
      await relay.offer(key, audioDescription(callerPort), options);
      return audioPortOf(await relay.answer(key, audioDescription(calleePort), options));
    },
    enterConference: async (callId, conference, port) => {
      const key = { callId, fromTag: "caller", toTag: "callee" };
      const answer = await relay.answerByEndpoint(key, `conference:${conference}`, audioDescription(port), options);
      return audioPortOf(answer);
    },
    close: async () => {
      relay.close();
      await service.close();
    },
  };
}

/** SDP of a phone at `RTP_ADDRESS`. */
export function audioDescription(port: number): string {
  const address = `IN IP4 ${RTP_ADDRESS}`;
  const lines = ["v=0", `o=- ${port} 1 ${address}`, "s=-", `c=${address}`, "t=0 0", `m=audio ${port} RTP/AVP 0`];
  return [...lines, "a=rtpmap:0 PCMU/8000", "a=sendrecv", ""].join("\r\n");
}

/** @throws {Error} when the SDP has no audio */
export function audioPortOf(sdp: string): number {
  const [, port] = /^m=audio (\d+) /m.exec(sdp) ?? [];
  if (port === undefined) throw new Error(`the relay's SDP has no audio:\n${sdp}`);
  return Number(port);
}

/** Keeps a process with all its threads on one core. @returns false where that is not possible */
export function pinToCore(pid: number, core: number): boolean {
  return spawnSync("taskset", ["-a", "-c", "-p", String(core), String(pid)], { stdio: "ignore" }).status === 0;
}
