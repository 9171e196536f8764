import { createSocket, type Socket } from "node:dgram";
import { eventually } from "../../../test/support/eventually.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { TemporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { withinMs } from "../../../test/support/within-ms.ts";
import type { BenchContext } from "../bench.ts";
import { findProgram } from "./find-program.ts";
import { audioDescription, audioPortOf, PORT_RANGE, type RelayUnderTest } from "./relay-under-test.ts";
import { bdecode, bencode, type Bencoded } from "./bencode.ts";

const ADDRESS = "127.0.0.1";
const START_TIMEOUT_MS = 10_000;
const REPLY_TIMEOUT_MS = 1_000;

/** rtpengine in user space, driven over its ng protocol. */
export async function startRtpengine({ cleanup }: BenchContext): Promise<RelayUnderTest> {
  const directory = cleanup.add(new TemporaryDirectory("rtpengine"), (folder) => folder.close());
  const ngPort = await freePort(ADDRESS);
  const ports = ["--port-min", String(PORT_RANGE.min), "--port-max", String(PORT_RANGE.max)];
  const listen = ["--interface", ADDRESS, "--listen-ng", `${ADDRESS}:${ngPort}`, "--table", "-1"];
  const process = cleanup.add(
    new ManagedProcess({
      command: findProgram("rtpengine") ?? "rtpengine",
      args: ["--config-file", "none", "--foreground", "--log-stderr", "--log-level", "3", ...listen, ...ports],
      cwd: directory.path,
    }),
    (running) => running.stop(3_000).then(() => undefined),
  );
  const client = cleanup.add(new NgClient(ngPort), (each) => each.close());
  await eventually(() => client.request({ command: "ping" }), { timeoutMs: START_TIMEOUT_MS }).catch(
    (cause: unknown) => {
      throw new Error(`rtpengine does not answer:\n${process.output}`, { cause });
    },
  );
  return {
    name: "rtpengine",
    pid: process.pid,
    openCall: async (id, callerPort, calleePort) => {
      const key = { "call-id": id, "from-tag": "caller" };
      const fixed = { ...key, replace: ["origin"], ICE: "remove" };
      await client.request({ ...fixed, command: "offer", sdp: audioDescription(callerPort) });
      const answer = { ...fixed, "to-tag": "callee", command: "answer", sdp: audioDescription(calleePort) };
      const { sdp } = await client.request(answer);
      return audioPortOf(typeof sdp === "string" ? sdp : "");
    },
    close: async () => {
      client.close();
      await process.stop(3_000);
      directory.close();
    },
  };
}

/** Requests of the ng protocol, one at a time. */
class NgClient {
  readonly #socket: Socket = createSocket("udp4");
  readonly #port: number;
  #cookie = 0;
  #closed = false;

  constructor(port: number) {
    this.#port = port;
    this.#socket.on("error", () => undefined);
  }

  /** @throws {Error} when there is no reply in time, or one that is not good */
  async request(message: Bencoded): Promise<Readonly<Record<string, Bencoded>>> {
    this.#cookie += 1;
    const cookie = String(this.#cookie);
    const reply = new Promise<string>((resolve) => {
      const onMessage = (bytes: Buffer): void => {
        const text = bytes.toString("latin1");
        if (!text.startsWith(`${cookie} `)) return;
        this.#socket.off("message", onMessage);
        resolve(text.slice(cookie.length + 1));
      };
      this.#socket.on("message", onMessage);
    });
    this.#socket.send(`${cookie} ${bencode(message)}`, this.#port, ADDRESS);
    const values = bdecode(await withinMs(REPLY_TIMEOUT_MS, reply, () => "rtpengine did not reply"));
    const result = values as Readonly<Record<string, Bencoded>>;
    if (result["result"] === "ok" || result["result"] === "pong") return result;
    throw new Error(`rtpengine refused: ${JSON.stringify(result)}`);
  }

  /** May be called twice. */
  close(): void {
    if (!this.#closed) this.#socket.close();
    this.#closed = true;
  }
}
