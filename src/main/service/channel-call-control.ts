import { ChannelClient, errorMessageOf, type Clock, type Logger } from "../../common/index.ts";
import type { CallControlLink, CallControlListener } from "../../cti/index.ts";
import type { PlacedSignal } from "../../signals/index.ts";
import { CallControlRequests } from "./call-control-requests.ts";

export interface ChannelCallControlOptions {
  /** Control socket of call control. */
  readonly path: string;
  /** Name of the CTIManager. */
  readonly manager: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The way to call control over the control channel of its service. */
export class ChannelCallControl extends CallControlRequests implements CallControlLink {
  readonly #channel: ChannelClient;
  #listener: CallControlListener | undefined;

  constructor({ path, manager, clock, logger }: ChannelCallControlOptions) {
    super(manager);
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

  protected ask(method: string, params: object, timeoutMs?: number): Promise<unknown> {
    return this.#channel.request(method, params, timeoutMs);
  }

  close(): void {
    this.#listener = undefined;
    this.#channel.close();
  }
}
