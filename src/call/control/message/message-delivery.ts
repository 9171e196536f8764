import type { Clock, Timer } from "../../../common/index.ts";
import { bestRefusal, type Refusal } from "../../model/index.ts";
import { STATUS_OF_SIGNALING_ERROR } from "../../signaling/signaling-error.ts";
import type { HeaderList, IncomingResponse, OutgoingRequest, SignalingPort } from "../../signaling/signaling-port.ts";

/** What came of a message. */
export interface DeliveryResult {
  /** 200 and above. */
  readonly status: number;
  /** What the one who refused takes instead. */
  readonly headers: HeaderList;
}

export interface DeliveryOptions {
  readonly port: SignalingPort;
  readonly clock: Clock;
  /** A MESSAGE for each place; at least one. */
  readonly requests: readonly OutgoingRequest[];
  /** Called once. */
  readonly onDone: (result: DeliveryResult) => void;
}

/** Before the sender's own transaction runs out, which a 408 does not reach any more (RFC 4320 4.2). */
const PATIENCE_MS = 20_000;
const NOBODY_ANSWERS = 480;
const UNREACHED = 430;

/**
 * Sends a message to all places at once. The first 2xx is its result; when all refuse, the best refusal is; when the
 * rest does not answer in 20 s, it is 480.
 */
export class MessageDelivery {
  readonly #options: DeliveryOptions;
  readonly #refusals: (Refusal & { readonly accept: HeaderList })[] = [];
  #waiting: number;
  #timer: Timer | undefined;
  #isDone = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#waiting = options.requests.length;
  }

  start(): void {
    const { port, clock, requests } = this.#options;
    this.#timer = clock.after(PATIENCE_MS, () => this.#done({ status: NOBODY_ANSWERS, headers: [] }));
    for (const request of requests) {
      port.request(request, {
        onResponse: (response) => this.#onResponse(response),
        onFailed: ({ code }) => this.#onRefused({ status: STATUS_OF_SIGNALING_ERROR[code], accept: [] }),
      });
    }
  }

  #onResponse({ message, source }: IncomingResponse): void {
    const { status } = message;
    if (status < 200) return;
    if (status < 300) return this.#done({ status, headers: [] });
    // The edge answers 503 in the place of one that it has no way to.
    const isUnreached = status === 503 && source.address === "";
    const accept = message.getAll("accept").map((value) => ["Accept", value] as const);
    this.#onRefused({ status: isUnreached ? UNREACHED : status, accept });
  }

  #onRefused(refusal: Refusal & { readonly accept: HeaderList }): void {
    this.#refusals.push(refusal);
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    const { status } = bestRefusal(this.#refusals);
    const accept = status === 415 ? this.#refusals.find((one) => one.status === 415)?.accept : undefined;
    this.#done({ status, headers: accept ?? [] });
  }

  #done(result: DeliveryResult): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#timer?.cancel();
    this.#options.onDone(result);
  }
}
