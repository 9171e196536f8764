import { ChannelServer, RandomIds, silentLogger, SystemClock } from "../../src/common/index.ts";
import type { RelayEvent } from "../../src/media/index.ts";
import { EmbeddedRelay } from "../../src/media/relay/embedded/embedded-relay.ts";
import { RelayServer } from "../../src/media/relay/embedded/relay-server.ts";
import type { CallRecord } from "../../src/call/index.ts";
import { eventually } from "./eventually.ts";
import { RtpEnd } from "./rtp-end.ts";
import { SwitchFixture, type SwitchOptions } from "./switch-fixture.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

export interface RelayedSwitchOptions extends Omit<SwitchOptions, "relay"> {
  /** Silence after which the relay tells of a call; default 30 s. */
  readonly rtpTimeoutMs?: number;
}

/** A whole switch with the relay that carries real RTP, and the RTP ends of its phones. */
export class RelayedSwitch {
  readonly node: SwitchFixture;
  readonly relay: EmbeddedRelay;
  readonly #server: RelayServer;
  readonly #closers: readonly (() => Promise<void> | void)[];
  readonly #ends: RtpEnd[] = [];

  private constructor(
    node: SwitchFixture,
    relay: EmbeddedRelay,
    server: RelayServer,
    closers: readonly (() => Promise<void> | void)[],
  ) {
    this.node = node;
    this.relay = relay;
    this.#server = server;
    this.#closers = closers;
  }

  static async start({ rtpTimeoutMs = 30_000, ...options }: RelayedSwitchOptions = {}): Promise<RelayedSwitch> {
    const clock = new SystemClock();
    const directory = new TemporaryDirectory("relayed");
    const channel = new ChannelServer({ path: directory.join("media.sock"), logger: silentLogger });
    const server = new RelayServer({
      channel,
      // Ports that others have are passed over.
      portRange: { min: 41_000, max: 41_199 },
      address: "127.0.0.1",
      advertisedAddress: "127.0.0.1",
      clock,
      ids: new RandomIds(),
      logger: silentLogger,
      journalPath: directory.join("media-sessions.journal"),
      rtpTimeoutMs,
      restMs: 100,
    });
    await server.start();
    await channel.listen();
    const listeners: ((event: RelayEvent) => void)[] = [];
    const relay = await new Promise<EmbeddedRelay>((resolve) => {
      const connecting = new EmbeddedRelay({
        path: directory.join("media.sock"),
        clock,
        logger: silentLogger,
        onConnected: () => resolve(connecting),
        onEvent: (event) => listeners.forEach((listener) => listener(event)),
      });
      connecting.start();
    });
    const node = await SwitchFixture.start({ ...options, relay });
    listeners.push((event) => node.manager.relayEvent(event));
    const closers = [() => relay.close(), () => channel.close(), () => server.close(), () => directory.close()];
    return new RelayedSwitch(node, relay, server, closers);
  }

  /** Another phone's socket for RTP. */
  async rtp(): Promise<RtpEnd> {
    const end = await RtpEnd.open();
    this.#ends.push(end);
    return end;
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

  async stop(): Promise<void> {
    await this.node.stop();
    for (const close of this.#closers) await close();
    for (const end of this.#ends.splice(0)) end.close();
  }
}
