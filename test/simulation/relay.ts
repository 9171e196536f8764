import type { MediaOperation } from "../../src/call/model/session/session-effect.ts";
import { otherSide, type Side } from "../../src/call/model/session/side.ts";
import type { Overlay } from "../../src/call/model/model-effect.ts";

/** A side of a session: where the relay takes its RTP, and what is played to it. */
interface RelaySide {
  readonly port: number;
  plays: Overlay | undefined;
}

export interface SideRef {
  readonly sessionId: string;
  readonly side: Side;
}

/** What a session description says, as much as matters here. */
export function sdpOf(port: number, direction = "sendrecv"): string {
  return `v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nm=audio ${port} RTP/AVP 8\r\na=${direction}\r\n`;
}

export function directionIn(sdp: string): string {
  return /a=(sendrecv|sendonly|recvonly|inactive)/.exec(sdp)?.[1] ?? "sendrecv";
}

/** Sessions of the media relay: ports that stay with a side wherever it goes. */
export class SimulatedRelay {
  readonly #sessions = new Map<string, Map<Side, RelaySide>>();
  #lastPort = 20_000;

  get sessionIds(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  /** What a side hears instead of the other one. */
  playedTo(sessionId: string, side: Side): Overlay | undefined {
    return this.#sessions.get(sessionId)?.get(side)?.plays;
  }

  /** @returns the session description that a party gets */
  run(sessionId: string, operation: MediaOperation): string {
    switch (operation.kind) {
      case "offer":
      case "answer": {
        const from = operation.kind === "offer" ? operation.offerer : otherSide(operation.offerer);
        return sdpOf(this.#side(sessionId, otherSide(from)).port, directionIn(operation.sdp));
      }
      case "endpoint-answer":
        return sdpOf(this.#side(sessionId, "caller").port, answerTo(directionIn(operation.sdp)));
      case "endpoint-offer":
        return sdpOf(this.#side(sessionId, "caller").port);
    }
  }

  /** What was played to the sides ends. */
  join(sessionId: string, caller: SideRef, callee: SideRef | undefined): void {
    const sides = new Map<Side, RelaySide>();
    for (const [side, ref] of [["caller", caller] as const, ["callee", callee] as const]) {
      if (ref === undefined) continue;
      const old = this.#sessions.get(ref.sessionId);
      const moved = old?.get(ref.side);
      if (moved !== undefined) sides.set(side, { port: moved.port, plays: undefined });
      old?.delete(ref.side);
    }
    this.#sessions.set(sessionId, sides);
  }

  play(sessionId: string, side: Side, source: Overlay | undefined): void {
    if (this.#sessions.has(sessionId)) this.#side(sessionId, side).plays = source;
  }

  /** Forgets a session's ports, as a relay that was killed. */
  lose(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  release(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  #side(sessionId: string, side: Side): RelaySide {
    const sides = this.#sessions.get(sessionId) ?? new Map<Side, RelaySide>();
    this.#sessions.set(sessionId, sides);
    const known = sides.get(side);
    if (known !== undefined) return known;
    this.#lastPort += 2;
    const made = { port: this.#lastPort, plays: undefined };
    sides.set(side, made);
    return made;
  }
}

/** RFC 3264 6.1 */
export function answerTo(direction: string, isHolding = false): string {
  if (direction === "inactive") return "inactive";
  if (direction === "sendonly") return isHolding ? "inactive" : "recvonly";
  if (direction === "recvonly") return "sendonly";
  return isHolding ? "sendonly" : "sendrecv";
}
