import { chance, type Clock, type Ids, type Timer } from "../../common/index.ts";
import type { SignalingError } from "../signaling/signaling-error.ts";
import type { IncomingResponse, SignalingPort } from "../signaling/signaling-port.ts";
import {
  answerMs,
  FIRST_PING,
  firstPingDelayMs,
  nextPingDelayMs,
  stepPing,
  type Ping,
  type PingEvent,
} from "./ping.ts";

export interface PingRunnerOptions {
  /** Where OPTIONS go. */
  readonly uri: string;
  /** Host of From; absent: ours. */
  readonly fromDomain?: string | undefined;
  /** 1 and above. */
  readonly pingSeconds: number;
  readonly port: Pick<SignalingPort, "request">;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Told after each ping. */
  readonly onChanged: (event: PingEvent["type"]) => void;
}

const SPREAD_STEPS = 999_999;
const TAG_BYTES = 7;
/** Without a final answer, of one trunk: the edge gives them up after 32 s, and no more are sent meanwhile. */
const MAX_OPEN = 4;

/** Asks a trunk again and again whether it is there. */
export class PingRunner {
  readonly #options: PingRunnerOptions;
  #ping = FIRST_PING;
  #timer: Timer | undefined;
  #patience: Timer | undefined;
  #open = 0;
  #isClosed = false;

  constructor(options: PingRunnerOptions) {
    this.#options = options;
  }

  get ping(): Ping {
    return this.#ping;
  }

  start(): void {
    this.#wait(firstPingDelayMs(this.#options.pingSeconds, this.#spread()));
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#patience?.cancel();
  }

  #spread(): number {
    return chance(this.#options.ids, SPREAD_STEPS) / (SPREAD_STEPS + 1);
  }

  #wait(delayMs: number): void {
    this.#timer = this.#options.clock.after(delayMs, () => this.#send());
  }

  #send(): void {
    const { uri, fromDomain = "localhost", pingSeconds, port, clock, ids } = this.#options;
    if (this.#open >= MAX_OPEN) return this.#over({ type: "missed" });
    let isOver = false;
    const over = (event: PingEvent | undefined): void => {
      if (isOver || this.#isClosed) return;
      isOver = true;
      this.#patience?.cancel();
      this.#over(event);
    };
    this.#open += 1;
    this.#patience = clock.after(answerMs(pingSeconds), () => over({ type: "missed" }));
    const headers = [
      ["From", `<sip:ping@${fromDomain}>;tag=${ids.token(TAG_BYTES)}`],
      ["To", `<${uri}>`],
      ["Accept", "application/sdp"],
    ] as const;
    port.request(
      { method: "OPTIONS", uri, headers },
      {
        onResponse: (response) => {
          if (response.message.status < 200) return;
          this.#open -= 1;
          over(eventOf(response));
        },
        onFailed: (error) => {
          this.#open -= 1;
          over(eventOfError(error));
        },
      },
    );
  }

  /** @param event undefined: nobody was asked */
  #over(event: PingEvent | undefined): void {
    if (event !== undefined) this.#ping = stepPing(this.#ping, event);
    this.#wait(nextPingDelayMs(this.#ping, this.#options.pingSeconds, this.#spread()));
    if (event !== undefined) this.#options.onChanged(event.type);
  }
}

function eventOf({ message: { status }, source }: IncomingResponse): PingEvent {
  if (status === 408) return { type: "missed" };
  // The edge answers in the place of one that it has no way to.
  if (source.address === "") return { type: "refused", reason: "unreachable" };
  return status === 503 ? { type: "refused", reason: "503" } : { type: "answered" };
}

function eventOfError({ code }: SignalingError): PingEvent | undefined {
  if (code === "edge-lost") return undefined;
  return code === "edge-timeout" ? { type: "missed" } : { type: "refused", reason: code };
}
