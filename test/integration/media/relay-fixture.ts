import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { ChannelServer, RandomIds, silentLogger, SystemClock, type MetricSample } from "../../../src/common/index.ts";
import type { RelayEvent } from "../../../src/media/index.ts";
import { EmbeddedRelay } from "../../../src/media/relay/embedded/embedded-relay.ts";
import { RelayServer, type RelayServerOptions } from "../../../src/media/relay/embedded/relay-server.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";
import { withinMs } from "../../support/within-ms.ts";

type Overrides = Partial<Omit<RelayServerOptions, "channel" | "journalPath" | "logger">>;

/** A relay and its client in this process, joined by a Unix socket in a folder of their own. */
export class RelayFixture {
  readonly folder = new TemporaryDirectory("tandem-media");
  readonly clock = new SystemClock();
  readonly events: RelayEvent[] = [];
  readonly #overrides: Overrides;
  readonly #waiting = new Set<() => void>();
  #channel: ChannelServer;
  #server: RelayServer;
  #relay: EmbeddedRelay;

  private constructor(overrides: Overrides) {
    this.#overrides = overrides;
    this.#channel = new ChannelServer({ path: this.#socketPath, logger: silentLogger });
    this.#server = this.#newServer();
    this.#relay = this.#newRelay(() => undefined);
  }

  static async start(overrides: Overrides = {}): Promise<RelayFixture> {
    const fixture = new RelayFixture(overrides);
    try {
      await fixture.#listen();
      await fixture.#connect();
    } catch (error) {
      await fixture.close();
      throw error;
    }
    return fixture;
  }

  get relay(): EmbeddedRelay {
    return this.#relay;
  }

  get server(): RelayServer {
    return this.#server;
  }

  /** What a kill and a restart of the media service look like: its sockets go, and another takes the journal over. */
  async restart({ listens = true, meanwhile = async (): Promise<void> => undefined } = {}): Promise<void> {
    await this.#stop();
    await meanwhile();
    this.#channel = new ChannelServer({ path: this.#socketPath, logger: silentLogger });
    this.#server = this.#newServer();
    if (!listens) {
      await this.#server.start();
      return;
    }
    await this.#listen();
    await this.#connect();
  }

  /** The value of a metric, over all its labels. */
  metric(name: string, labels: Record<string, string> = {}): number {
    const fits = (sample: MetricSample): boolean =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels?.[key] === value);
    return this.#server
      .metrics()
      .filter(fits)
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** The first event that fits, waiting for it. */
  async event(fits: (event: RelayEvent) => boolean, timeoutMs = 4000): Promise<RelayEvent> {
    const arrived = async (): Promise<RelayEvent> => {
      for (;;) {
        const event = this.events.find(fits);
        if (event !== undefined) return event;
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    };
    return withinMs(timeoutMs, arrived(), () => `no such event in ${JSON.stringify(this.events)}`);
  }

  async close(): Promise<void> {
    await this.#stop();
    this.folder.close();
  }

  get #socketPath(): string {
    return join(this.folder.path, "media-1.sock");
  }

  async #stop(): Promise<void> {
    this.#relay.close();
    await this.#channel.close();
    await this.#server.close();
  }

  #newServer(): RelayServer {
    return new RelayServer({
      channel: this.#channel,
      portRange: { min: 20_000, max: 29_999 },
      address: "127.0.0.1",
      advertisedAddress: "127.0.0.1",
      clock: this.clock,
      ids: new RandomIds(),
      rtpTimeoutMs: 30_000,
      restMs: 1000,
      ...this.#overrides,
      logger: silentLogger,
      journalPath: join(this.folder.path, "media-sessions.journal"),
    });
  }

  async #listen(): Promise<void> {
    await this.#server.start();
    await this.#channel.listen();
  }

  async #connect(): Promise<void> {
    const connected = new Promise<void>((resolve) => {
      this.#relay = this.#newRelay(resolve);
    });
    this.#relay.start();
    await withinMs(3000, connected, () => "the relay client did not connect");
  }

  #newRelay(onConnected: () => void): EmbeddedRelay {
    return new EmbeddedRelay({
      path: this.#socketPath,
      clock: this.clock,
      logger: silentLogger,
      onConnected,
      onEvent: (event) => {
        this.events.push(event);
        for (const resolve of this.#waiting) resolve();
        this.#waiting.clear();
      },
    });
  }
}

/** The first port of `count` even pairs in a row that nobody has now, outside the ports that systems give out. */
export async function freePortRange(pairs: number): Promise<{ min: number; max: number }> {
  for (let min = 14_000; min < 20_000; min += 2 * pairs) {
    const max = min + 2 * pairs - 1;
    const isFree = await Promise.all(Array.from({ length: 2 * pairs }, (_, index) => canBind(min + index)));
    if (isFree.every(Boolean)) return { min, max };
  }
  throw new Error(`no ${pairs} port pairs in a row are free`);
}

async function canBind(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
