import { randomBytes } from "node:crypto";
import type { RemoteInfo, Socket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { headerOf } from "../../../test/support/sip-peer.ts";
import { CALLED_NUMBER, CALLEE_ADDRESS, SECOND_CALLER_ADDRESS } from "../systems/system-under-test.ts";
import { answerText, bound, dialogOf, isOpen, probeSdp, requestText } from "./probe-sip.ts";

/** Times of a probe's calls, all from its INVITE on, in ms. */
export interface CallTimes {
  /** Until the INVITE of the other leg reached the callee. */
  readonly crossed: readonly number[];
  /** Until 180 reached the caller: the post-dial delay. */
  readonly rang: readonly number[];
  readonly answered: readonly number[];
  /** Calls that were made and not answered. */
  readonly failed: number;
}

interface ProbeCall {
  readonly id: string;
  readonly startMs: number;
  crossed: boolean;
  rang: boolean;
  answered: boolean;
}

const HOLD_MS = 100;
const DRAIN_MS = 1_500;
const TICK_MS = 1;
const DIALOG = { address: SECOND_CALLER_ADDRESS, to: "", routes: [] } as const;

/**
 * Caller and callee in one process and on one clock: makes calls, answers them with 180 and 200 at once, and ends them
 * after 100 ms. Nothing is sent again, so that each time is that of one message.
 */
export class CallProbe {
  readonly #caller: Socket;
  readonly #callee: Socket;
  readonly #host: string;
  readonly #port: number;
  /** Of Call-IDs, tags and branches: what an earlier probe used would be taken for something sent again. */
  readonly #name = randomBytes(4).toString("hex");
  readonly #calls = new Map<string, ProbeCall>();
  readonly #crossed: number[] = [];
  readonly #rang: number[] = [];
  readonly #answered: number[] = [];
  #made = 0;

  private constructor(sip: string, caller: Socket, callee: Socket) {
    const [host = "", port = ""] = sip.split(":");
    this.#host = host;
    this.#port = Number(port);
    this.#caller = caller;
    this.#callee = callee;
    caller.on("message", (bytes) => this.#onCallerMessage(bytes.toString("latin1"), performance.now()));
    callee.on("message", (bytes, from) => this.#onCalleeMessage(bytes.toString("latin1"), from, performance.now()));
  }

  /** @param sip `host:port` of the switch */
  static async start(sip: string): Promise<CallProbe> {
    return new CallProbe(sip, await bound(SECOND_CALLER_ADDRESS), await bound(CALLEE_ADDRESS));
  }

  /** Makes calls at an even rate and waits for the last ones. */
  async run(rate: number, seconds: number): Promise<CallTimes> {
    const startMs = performance.now();
    for (;;) {
      const elapsedMs = Math.min(performance.now() - startMs, seconds * 1_000);
      while (this.#made < (elapsedMs * rate) / 1_000) this.#invite();
      if (elapsedMs >= seconds * 1_000) break;
      await delay(TICK_MS);
    }
    await delay(DRAIN_MS);
    const { length } = this.#answered;
    return { crossed: this.#crossed, rang: this.#rang, answered: this.#answered, failed: this.#made - length };
  }

  /** May be called twice. */
  close(): void {
    for (const socket of [this.#caller, this.#callee]) if (isOpen(socket)) socket.close();
  }

  #invite(): void {
    this.#made += 1;
    const id = `q${this.#name}x${this.#made}`;
    const call = { id, startMs: performance.now(), crossed: false, rang: false, answered: false };
    this.#calls.set(id, call);
    const target = `sip:${CALLED_NUMBER}@${this.#host}:${this.#port}`;
    this.#send(requestText("INVITE", { ...DIALOG, id, target, body: probeSdp() }));
  }

  #onCallerMessage(text: string, atMs: number): void {
    const call = this.#calls.get(headerOf(text, "Call-ID"));
    if (call === undefined) return;
    const status = text.startsWith("SIP/2.0 ") ? Number(text.slice(8, 11)) : 0;
    const method = headerOf(text, "CSeq").split(" ")[1];
    if (method === "BYE") this.#calls.delete(call.id);
    if (method !== "INVITE") return;
    if (status === 180 && !call.rang) {
      call.rang = true;
      this.#rang.push(atMs - call.startMs);
    }
    if (status !== 200 || call.answered) return;
    call.answered = true;
    this.#answered.push(atMs - call.startMs);
    const dialog = dialogOf(text, call.id, SECOND_CALLER_ADDRESS);
    this.#send(requestText("ACK", dialog));
    setTimeout(() => this.#send(requestText("BYE", dialog)), HOLD_MS);
  }

  #onCalleeMessage(text: string, from: RemoteInfo, atMs: number): void {
    const method = text.slice(0, text.indexOf(" "));
    if (method === "ACK" || method === "SIP/2.0") return;
    if (method !== "INVITE") return this.#answer(text, from, "200 OK", "");
    const call = this.#calls.get(/^From:.*sip:([^@>]+)@/im.exec(text)?.[1] ?? "");
    if (call !== undefined && !call.crossed) {
      call.crossed = true;
      this.#crossed.push(atMs - call.startMs);
    }
    this.#answer(text, from, "180 Ringing", "");
    this.#answer(text, from, "200 OK", probeSdp());
  }

  #answer(request: string, { address, port }: RemoteInfo, status: string, body: string): void {
    const text = answerText(request, status, CALLEE_ADDRESS, body);
    if (isOpen(this.#callee)) this.#callee.send(Buffer.from(text, "latin1"), port, address);
  }

  #send(text: string): void {
    if (isOpen(this.#caller)) this.#caller.send(Buffer.from(text, "latin1"), this.#port, this.#host);
  }
}
