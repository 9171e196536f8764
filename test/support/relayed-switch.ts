import { ChannelServer, RandomIds, silentLogger, SystemClock } from "../../src/common/index.ts";
import { EmbeddedRelay } from "../../src/media/relay/embedded/embedded-relay.ts";
import { RelayServer } from "../../src/media/relay/embedded/relay-server.ts";
import type { CallRecord } from "../../src/call/index.ts";
import { eventually } from "./eventually.ts";
import { SwitchFixture, type SwitchOptions } from "./switch-fixture.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

/** The whole switch in one process: edge, call control and the real relay, which is reached over its channel. */
export class RelayedSwitch {
  readonly node: SwitchFixture;
  readonly relay: EmbeddedRelay;
  readonly #server: RelayServer;
  readonly #close: () => Promise<void>;

  private constructor(node: SwitchFixture, relay: EmbeddedRelay, server: RelayServer, close: () => Promise<void>) {
    this.node = node;
    this.relay = relay;
    this.#server = server;
    this.#close = close;
  }

  static async start(options: Omit<SwitchOptions, "relay"> = {}): Promise<RelayedSwitch> {
    const directory = new TemporaryDirectory("relayed");
    const path = directory.join("media.sock");
    const clock = new SystemClock();
    const channel = new ChannelServer({ path, logger: silentLogger });
    const server = new RelayServer({
      channel,
      portRange: { min: 41_000, max: 41_199 },
      address: "127.0.0.1",
      advertisedAddress: "127.0.0.1",
      clock,
      ids: new RandomIds(),
      logger: silentLogger,
      journalPath: directory.join("media-sessions.journal"),
      rtpTimeoutMs: 30_000,
      restMs: 100,
    });
    await server.start();
    await channel.listen();
    const relay = await new Promise<EmbeddedRelay>((resolve) => {
      const starting = new EmbeddedRelay({ path, clock, logger: silentLogger, onConnected: () => resolve(starting) });
      starting.start();
    });
    const node = await SwitchFixture.start({ ...options, relay });
    return new RelayedSwitch(node, relay, server, async () => {
      await node.stop();
      relay.close();
      await channel.close();
      await server.close();
      directory.close();
    });
  }

  /** Waits until nothing of any call is left, neither in call control, at the edge nor at the relay. */
  async settled(expectedRecords: number): Promise<CallRecord[]> {
    const records = await this.node.settled(expectedRecords);
    await eventually(
      () => {
        const sessions = this.#server.metrics().find(({ name }) => name === "tandem_media_sessions")?.value;
        if (sessions !== 0) throw new Error(`relay sessions left over: ${sessions}`);
      },
      { timeoutMs: 2_000, intervalMs: 10 },
    );
    return records;
  }

  stop(): Promise<void> {
    return this.#close();
  }
}
