import type { Clock, Timer } from "../../../common/index.ts";
import { bestRefusal, type Refusal } from "../../model/index.ts";
import { isUnreached, type Way } from "../leg/branch.ts";
import { STATUS_OF_SIGNALING_ERROR } from "../../signaling/signaling-error.ts";
import type { HeaderList, IncomingResponse, OutgoingRequest, SignalingPort } from "../../signaling/signaling-port.ts";

/** What came of a message. */
export interface DeliveryResult {
  /** 200 and above. */
  readonly status: number;
  /** What the one who refused takes instead. */
  readonly headers: HeaderList;
}

/** Where a message goes. */
export interface DeliveryPlace {
  /** Tried one after the other while nobody is reached; at least one. */
  readonly ways: readonly Way[];
  readonly requestOver: (way: Way) => OutgoingRequest;
}

export interface DeliveryOptions {
  readonly port: SignalingPort;
  readonly clock: Clock;
  /** At least one. */
  readonly places: readonly DeliveryPlace[];
  /** Called once. */
  readonly onDone: (result: DeliveryResult) => void;
}

interface MessageRefusal extends Refusal {
  /** What it takes instead. */
  readonly accept: HeaderList;
}

/** Before the sender's own transaction runs out, which a 408 does not reach any more (RFC 4320 4.2). */
const PATIENCE_MS = 20_000;
const NOBODY_ANSWERS = 480;
const FLOW_FAILED = 430;

/**
 * Sends a message to all places at once. The first 2xx is its result; when all refuse, the best refusal is; when the
 * rest does not answer in 20 s, it is 480.
 */
export class MessageDelivery {
  readonly #options: DeliveryOptions;
  readonly #refusals: MessageRefusal[] = [];
  #waiting: number;
  #timer: Timer | undefined;
  #result: DeliveryResult | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#waiting = options.places.length;
  }

  start(): void {
    const { clock, places } = this.#options;
    this.#timer = clock.after(PATIENCE_MS, () => this.#done({ status: NOBODY_ANSWERS, headers: [] }));
    for (const place of places) this.#send(place, place.ways);
  }

  #send(place: DeliveryPlace, [way, ...others]: readonly Way[]): void {
    if (way === undefined) return this.#onRefused({ status: FLOW_FAILED, accept: [] });
    this.#options.port.request(place.requestOver(way), {
      onResponse: (response) => {
        const { status } = response.message;
        if (status < 200) return;
        if (status < 300) return this.#done({ status, headers: [] });
        if (status === FLOW_FAILED) way.onFlowFailed?.();
        if (isUnreached(response) && others.length > 0 && !this.#isRefused) return this.#send(place, others);
        this.#onRefused(refusalOf(response));
      },
      onFailed: ({ code }) => {
        if (others.length > 0 && !this.#isRefused && code !== "edge-lost") this.#send(place, others);
        else this.#onRefused({ status: STATUS_OF_SIGNALING_ERROR[code], accept: [] });
      },
    });
  }

  #onRefused(refusal: MessageRefusal): void {
    this.#refusals.push(refusal);
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    const { status } = bestRefusal(this.#refusals);
    const accept = status === 415 ? this.#refusals.find((one) => one.status === 415)?.accept : undefined;
    this.#done({ status, headers: accept ?? [] });
  }

  /** The sender has been told that nobody got it, and may send it again. */
  get #isRefused(): boolean {
    return this.#result !== undefined && this.#result.status >= 300;
  }

  #done(result: DeliveryResult): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    this.#timer?.cancel();
    this.#options.onDone(result);
  }
}

function refusalOf(response: IncomingResponse): MessageRefusal {
  const { message } = response;
  const accept = message.getAll("accept").map((value) => ["Accept", value] as const);
  // The edge answers 503 in the place of one that it has no way to.
  return { status: isUnreached(response) && message.status === 503 ? FLOW_FAILED : message.status, accept };
}
