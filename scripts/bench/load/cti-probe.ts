import { randomBytes } from "node:crypto";
import type { RemoteInfo, Socket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { headerOf } from "../../../test/support/sip-peer.ts";
import { CALLED_NUMBER, CALLEE_ADDRESS, SECOND_CALLER_ADDRESS } from "../systems/system-under-test.ts";
import { answerText, bound, dialogOf, isOpen, probeSdp, requestText, type ProbeDialog } from "./probe-sip.ts";

/** Moments of a call that are measured, each from what leads to it. */
export type Moment = "event" | "answer" | "redirect" | "transfer";

/** A call at an application that has to say where it goes. */
export interface ProbeOffer {
  /** The caller's number. */
  readonly caller: string;
  answer(): Promise<unknown>;
  /** Sends a call on that is not answered. */
  redirect(to: string): Promise<unknown>;
  /** Sends a call on that is. */
  transfer(to: string): Promise<unknown>;
}

/** What was measured, in ms, and how many calls went wrong. */
export interface CtiTimes {
  readonly times: Readonly<Record<Moment, readonly number[]>>;
  readonly made: number;
  readonly failed: number;
}

interface ProbeCall {
  readonly id: string;
  readonly invitedMs: number;
  /** When the command that is waited for was given. */
  commandedMs: number | undefined;
  dialog: ProbeDialog | undefined;
  offer: ProbeOffer | undefined;
  isOffered: boolean;
  isCrossed: boolean;
  isOver: boolean;
  problem: string | undefined;
}

const HOLD_MS = 100;
/** From ACK to the transfer: the call is established on all sides, and at 20 calls/s no other one is being set up. */
const TALK_MS = 75;
const DRAIN_MS = 2_000;
const TICK_MS = 1;

/**
 * Caller, callee and application in one process and on one clock. Nothing is sent again, so that each time is that of one
 * message. Tell it of each call that is offered to the application; the callee answers at once.
 */
export class CtiProbe {
  readonly #caller: Socket;
  readonly #callee: Socket;
  readonly #host: string;
  readonly #port: number;
  readonly #name = randomBytes(4).toString("hex");
  readonly #calls = new Map<string, ProbeCall>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #made = 0;
  readonly #times: Record<Moment, number[]> = { event: [], answer: [], redirect: [], transfer: [] };

  private constructor(sip: string, caller: Socket, callee: Socket) {
    const [host = "", port = ""] = sip.split(":");
    this.#host = host;
    this.#port = Number(port);
    this.#caller = caller;
    this.#callee = callee;
    caller.on("message", (bytes, from) => this.#onCallerMessage(bytes.toString("latin1"), from, performance.now()));
    callee.on("message", (bytes, from) => this.#onCalleeMessage(bytes.toString("latin1"), from, performance.now()));
  }

  /** @param sip `host:port` of the switch */
  static async start(sip: string): Promise<CtiProbe> {
    return new CtiProbe(sip, await bound(SECOND_CALLER_ADDRESS), await bound(CALLEE_ADDRESS));
  }

  /** Calls a number at an even rate and waits for the last calls. */
  async run(number: string, rate: number, seconds: number): Promise<CtiTimes> {
    this.#calls.clear();
    for (const times of Object.values(this.#times)) times.length = 0;
    const startMs = performance.now();
    let made = 0;
    for (;;) {
      const elapsedMs = Math.min(performance.now() - startMs, seconds * 1_000);
      for (; made < (elapsedMs * rate) / 1_000; made += 1) this.#invite(number);
      if (elapsedMs >= seconds * 1_000) break;
      await delay(TICK_MS);
    }
    await delay(DRAIN_MS);
    const bad = [...this.#calls.values()].filter(({ isOver, problem }) => !isOver || problem !== undefined);
    const { event, answer, redirect, transfer } = this.#times;
    const times = { event: [...event], answer: [...answer], redirect: [...redirect], transfer: [...transfer] };
    return { times, made, failed: bad.length };
  }

  /** What went wrong first; for people. */
  get problem(): string | undefined {
    for (const { problem, isOffered, isCrossed, isOver } of this.#calls.values()) {
      if (problem !== undefined) return problem;
      if (!isOver)
        return `a call was ${isOffered ? "offered" : "not offered"}, and ${isCrossed ? "sent on" : "not sent on"}`;
    }
    return undefined;
  }

  /** The call is sent to the callee. */
  onOfferToRedirect(offer: Pick<ProbeOffer, "caller" | "redirect">): void {
    this.#command(this.#offered(offer.caller), () => offer.redirect(CALLED_NUMBER));
  }

  /** The call is answered, and sent to the callee when it is established. */
  onOfferToAnswer(offer: ProbeOffer): void {
    const call = this.#offered(offer.caller);
    if (call !== undefined) call.offer = offer;
    this.#command(call, () => offer.answer());
  }

  /** May be called twice. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of [this.#caller, this.#callee]) if (isOpen(socket)) socket.close();
  }

  #invite(number: string): void {
    this.#made += 1;
    const id = `p${this.#name}x${this.#made}`;
    this.#calls.set(id, {
      id,
      invitedMs: performance.now(),
      commandedMs: undefined,
      dialog: undefined,
      offer: undefined,
      isOffered: false,
      isCrossed: false,
      isOver: false,
      problem: undefined,
    });
    const target = `sip:${number}@${this.#host}:${this.#port}`;
    const body = probeSdp(SECOND_CALLER_ADDRESS);
    this.#send(requestText("INVITE", { id, address: SECOND_CALLER_ADDRESS, target, to: "", routes: [], body }));
  }

  #offered(caller: string): ProbeCall | undefined {
    const call = this.#calls.get(caller);
    if (call === undefined || call.isOffered) return undefined;
    call.isOffered = true;
    this.#times.event.push(performance.now() - call.invitedMs);
    return call;
  }

  #command(call: ProbeCall | undefined, command: () => Promise<unknown>): void {
    if (call === undefined) return;
    call.commandedMs = performance.now();
    command().catch((error: unknown) => {
      // The caller ends some calls before the SDK has its answer.
      if (!call.isOver) call.problem = String(error);
    });
  }

  #took(moment: Moment, call: ProbeCall, atMs: number): void {
    if (call.commandedMs === undefined) return;
    this.#times[moment].push(atMs - call.commandedMs);
    call.commandedMs = undefined;
  }

  #onCallerMessage(text: string, from: RemoteInfo, atMs: number): void {
    const call = this.#calls.get(headerOf(text, "Call-ID"));
    if (!text.startsWith("SIP/2.0 ")) return this.#answer(this.#caller, SECOND_CALLER_ADDRESS, text, from);
    if (call === undefined) return;
    const status = Number(text.slice(8, 11));
    const method = headerOf(text, "CSeq").split(" ")[1];
    if (method === "BYE") call.isOver = true;
    if (method !== "INVITE" || status < 200 || call.dialog !== undefined) return;
    if (status >= 300) {
      call.problem = `the caller was answered ${status}`;
      return;
    }
    call.dialog = dialogOf(text, call.id, SECOND_CALLER_ADDRESS);
    this.#send(requestText("ACK", call.dialog));
    if (call.offer === undefined) return this.#later(HOLD_MS, () => this.#bye(call));
    this.#took("answer", call, atMs);
    this.#later(TALK_MS, () => this.#command(call, async () => call.offer?.transfer(CALLED_NUMBER)));
  }

  #onCalleeMessage(text: string, from: RemoteInfo, atMs: number): void {
    if (text.startsWith("SIP/2.0 ")) return;
    const call = this.#calls.get(/^From:.*sip:([^@>]+)@/im.exec(text)?.[1] ?? "");
    if (text.startsWith("INVITE ") && call !== undefined && !call.isCrossed) {
      call.isCrossed = true;
      this.#took(call.offer === undefined ? "redirect" : "transfer", call, atMs);
      if (call.offer !== undefined) this.#later(2 * HOLD_MS, () => this.#bye(call));
    }
    this.#answer(this.#callee, CALLEE_ADDRESS, text, from);
  }

  #answer(socket: Socket, address: string, request: string, { address: host, port }: RemoteInfo): void {
    if (request.startsWith("ACK ") || !isOpen(socket)) return;
    const body = request.startsWith("INVITE ") || request.startsWith("UPDATE ") ? probeSdp(address) : "";
    const send = (status: string, sdp: string): void =>
      socket.send(Buffer.from(answerText(request, status, address, sdp), "latin1"), port, host);
    if (socket === this.#callee && request.startsWith("INVITE ")) send("180 Ringing", "");
    send("200 OK", body);
  }

  #bye(call: ProbeCall): void {
    if (call.dialog !== undefined) this.#send(requestText("BYE", call.dialog));
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  #send(text: string): void {
    if (isOpen(this.#caller)) this.#caller.send(Buffer.from(text, "latin1"), this.#port, this.#host);
  }
}
