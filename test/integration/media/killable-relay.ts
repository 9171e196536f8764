import { fileURLToPath } from "node:url";
import { silentLogger, SystemClock } from "../../../src/common/index.ts";
import type { RelayEvent } from "../../../src/media/index.ts";
import { EmbeddedRelay } from "../../../src/media/relay/embedded/embedded-relay.ts";
import { ManagedProcess } from "../../support/managed-process.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";
import { withinMs } from "../../support/within-ms.ts";

const SCRIPT = fileURLToPath(new URL("relay-process.ts", import.meta.url));

/** A relay in a process of its own, which can be killed and started again, and its client. */
export class KillableRelay {
  readonly relay: EmbeddedRelay;
  readonly events: RelayEvent[] = [];
  readonly #folder: TemporaryDirectory;
  #process: ManagedProcess;

  private constructor(folder: TemporaryDirectory, running: ManagedProcess, onConnected: () => void) {
    this.#folder = folder;
    this.#process = running;
    this.relay = new EmbeddedRelay({
      path: folder.join("media.sock"),
      clock: new SystemClock(),
      logger: silentLogger,
      onConnected,
      onEvent: (event) => this.events.push(event),
    });
  }

  static async start(): Promise<KillableRelay> {
    const folder = new TemporaryDirectory("tandem-media");
    const running = await startProcess(folder);
    let onConnected = (): void => undefined;
    const connected = new Promise<void>((resolve) => {
      onConnected = resolve;
    });
    const killable = new KillableRelay(folder, running, () => onConnected());
    killable.relay.start();
    try {
      await withinMs(3000, connected, () => "not connected");
    } catch (error) {
      await killable.close();
      throw error;
    }
    return killable;
  }

  /** `kill -9`, and another process with the same journal. */
  async killAndRestart(): Promise<void> {
    await this.#process.kill();
    this.#process = await startProcess(this.#folder);
  }

  async close(): Promise<void> {
    this.relay.close();
    await this.#process.kill();
    this.#folder.close();
  }
}

async function startProcess(folder: TemporaryDirectory): Promise<ManagedProcess> {
  const args = ["--import", "tsx", SCRIPT, folder.join("media.sock"), folder.join("media.journal")];
  const running = new ManagedProcess({ command: process.execPath, args });
  await running.outputMatching(/ready/, 15_000);
  return running;
}
