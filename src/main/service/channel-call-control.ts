import { ChannelClient, errorMessageOf, type Clock, type Logger } from "../../common/index.ts";
import type { CallControlLink, CallControlListener } from "../../cti/index.ts";
import type {
  CallView,
  CtiAttach,
  CtiAttached,
  CtiCommandReply,
  CtiCommandRequest,
  CtiDeviceReply,
  CtiDeviceRequest,
  CtiSnapshot,
  CtiSnapshotPart,
  PlacedSignal,
} from "../../signals/index.ts";

export interface ChannelCallControlOptions {
  /** Control socket of call control. */
  readonly path: string;
  /** Name of the CTIManager. */
  readonly manager: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Lists = { readonly [Kind in "devices" | "lines" | "calls" | "routes"]: CtiSnapshot[Kind][number][] };

/** For one part: call control may have much to do. */
const SNAPSHOT_MS = 30_000;

/** The way to call control over the control channel of its service. */
export class ChannelCallControl implements CallControlLink {
  readonly #channel: ChannelClient;
  readonly #manager: string;
  #listener: CallControlListener | undefined;

  constructor({ path, manager, clock, logger }: ChannelCallControlOptions) {
    this.#manager = manager;
    this.#channel = new ChannelClient({
      path,
      clock,
      logger,
      onConnected: () => this.#listener?.onConnected(),
      onDisconnected: () => this.#listener?.onDisconnected(),
      onEvent: (event, params) => {
        if (event !== "cti-signals") return;
        try {
          this.#listener?.onSignals((params as { readonly signals: readonly PlacedSignal[] }).signals);
        } catch (error) {
          logger.error("a signal of call control was not followed", { error: errorMessageOf(error) });
        }
      },
    });
  }

  get isConnected(): boolean {
    return this.#channel.connected;
  }

  start(listener: CallControlListener): void {
    this.#listener = listener;
    this.#channel.start();
  }

  async attach(request: CtiAttach): Promise<CtiAttached> {
    return (await this.#channel.request("cti-attach", request)) as CtiAttached;
  }

  async ack(position: number): Promise<void> {
    await this.#channel.request("cti-ack", { manager: this.#manager, position });
  }

  async snapshot(): Promise<CtiSnapshot> {
    const whole = { devices: [], lines: [], calls: [], routes: [] } as Lists;
    for (let from: { readonly from?: number } = {}; ;) {
      const { next, epoch, position, ...part } = (await this.#channel.request(
        "cti-snapshot",
        { manager: this.#manager, ...from },
        SNAPSHOT_MS,
      )) as CtiSnapshotPart;
      whole.devices.push(...part.devices);
      whole.lines.push(...part.lines);
      whole.calls.push(...part.calls);
      whole.routes.push(...part.routes);
      if (next === undefined) return { epoch, position, ...whole };
      from = { from: next };
    }
  }

  async endedCall(callId: string): Promise<CallView | undefined> {
    const { call } = (await this.#channel.request("cti-ended-call", { callId })) as { readonly call?: CallView };
    return call;
  }

  async command(request: CtiCommandRequest, timeoutMs: number): Promise<CtiCommandReply> {
    return (await this.#channel.request("cti-command", request, timeoutMs)) as CtiCommandReply;
  }

  async device(request: CtiDeviceRequest): Promise<CtiDeviceReply> {
    return (await this.#channel.request("cti-device", request)) as CtiDeviceReply;
  }

  close(): void {
    this.#listener = undefined;
    this.#channel.close();
  }
}
