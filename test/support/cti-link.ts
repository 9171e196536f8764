import type { CtiFeed } from "../../src/call/cti/index.ts";
import { ChannelClient, ChannelServer, silentLogger, SystemClock } from "../../src/common/index.ts";
import { handleCtiBus } from "../../src/main/service/cti-bus.ts";
import type { CtiAttach, CtiAttached, CtiSnapshot, PlacedSignal } from "../../src/signals/index.ts";
import { Inbox } from "./inbox.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

/** What a CTIManager has of a call control: a connection over a socket, and what came by it. */
export class CtiLink {
  readonly manager: string;
  readonly signals = new Inbox<PlacedSignal>(({ position, signal: { kind } }) => `${position} ${kind}`);
  readonly #client: ChannelClient;

  /** @param path socket of the control channel */
  private constructor(path: string, manager: string) {
    this.manager = manager;
    this.#client = new ChannelClient({
      path,
      clock: new SystemClock(),
      logger: silentLogger,
      onEvent: (event, params) => {
        if (event !== "cti-signals") return;
        for (const signal of (params as { signals: PlacedSignal[] }).signals) this.signals.put(signal);
      },
    });
  }

  static async connect(path: string, manager = "test/ctimanager"): Promise<CtiLink> {
    const link = new CtiLink(path, manager);
    await link.#client.connectOnce();
    return link;
  }

  async attach(known: Partial<CtiAttach> = {}): Promise<CtiAttached> {
    const { manager } = this;
    return (await this.request("cti-attach", { manager, observesCalls: true, ...known })) as CtiAttached;
  }

  async snapshot(): Promise<CtiSnapshot> {
    return (await this.request("cti-snapshot", { manager: this.manager })) as CtiSnapshot;
  }

  async acknowledge(position: number): Promise<void> {
    await this.request("cti-ack", { manager: this.manager, position });
  }

  request(method: string, params: unknown): Promise<unknown> {
    return this.#client.request(method, params);
  }

  close(): void {
    this.#client.close();
  }
}

/** The control channel of a call control in this process. */
export class CtiSocket {
  readonly #directory = new TemporaryDirectory("cti");
  #server: ChannelServer | undefined;

  get path(): string {
    return this.#directory.join("callmanager-1.sock");
  }

  /** Begins to listen, in the place of what did before. */
  async listen(feed: CtiFeed): Promise<void> {
    await this.#server?.close();
    this.#server = new ChannelServer({ path: this.path, logger: silentLogger });
    handleCtiBus(this.#server, feed);
    await this.#server.listen();
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.#directory.close();
  }
}
