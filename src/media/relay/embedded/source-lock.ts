/** A transport address. */
export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}

/** What a `SourceLock` needs to go on in another process. */
export interface SourceLockRecord {
  /** Where the SDP wants packets; absent while held by address. */
  readonly target?: TransportAddress | undefined;
  /** The same of the last SDP that was no hold by address. */
  readonly lastTarget?: TransportAddress | undefined;
  readonly signalingAddress: string;
  readonly latchAny: boolean;
  /** Where the last chosen source sent from. */
  readonly learned?: TransportAddress | undefined;
  readonly isLocked: boolean;
}

/** `chosen`: the packet passes and its source is the one from now on. */
export type Admission = "refused" | "known" | "chosen";

/** For this long the source of a phone that moved is not chosen again: its last packets are still on their way. */
const MOVED_SOURCE_MS = 2000;

/** True for 127.0.0.0/8 and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/**
 * Decides which source a socket listens to and where it sends. Candidates are the address in the SDP and the address
 * that signaling comes from, any port, and, when one of them or the relay is on loopback, any loopback address: a phone
 * beside a relay on loopback writes another address of the host into its SDP, and sends from loopback. The first packet
 * of a candidate locks; `open` starts the choice again. What is sent goes to the source chosen last, before that to
 * the address in the SDP. While held by address (RFC 3264 8.4) nothing is sent, but what comes passes.
 */
export class SourceLock {
  readonly #isLoopback: (address: string) => boolean;
  readonly #isOnLoopback: boolean;
  #signalingAddress = "";
  #latchAny = false;
  #target: TransportAddress | undefined;
  #lastTarget: TransportAddress | undefined;
  #learned: TransportAddress | undefined;
  #moved: TransportAddress | undefined;
  #movedUntilMs = 0;
  #isLocked = false;
  #address = "";
  #port = 0;

  /** @param isOnLoopback the socket itself is on loopback, so that only this host can send to it */
  constructor(isLoopback: (address: string) => boolean = isLoopbackAddress, isOnLoopback = false) {
    this.#isLoopback = isLoopback;
    this.#isOnLoopback = isOnLoopback;
  }

  /** Where to send; meaningless while `port` is 0. */
  get address(): string {
    return this.#address;
  }

  /** Where to send; 0 while nothing is known, or held by address. */
  get port(): number {
    return this.#port;
  }

  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** The source chosen last, also while the choice is open. */
  get learned(): TransportAddress | undefined {
    return this.#learned;
  }

  /**
   * Opens the choice, for an SDP with `target`. A target that is that of before, also of before a hold by address,
   * keeps what was learned as the place to send to, so that a phone behind a NAT, silent on hold, is not lost.
   */
  open(target: TransportAddress | undefined, signalingAddress: string, latchAny: boolean, nowMs: number): void {
    this.#signalingAddress = signalingAddress;
    this.#latchAny = latchAny;
    this.#isLocked = false;
    this.#target = target;
    if (target !== undefined) this.#moveTo(target, nowMs);
    this.#chooseDestination();
  }

  /** Judges a packet by its source. Allocates only when the source is chosen. */
  admit(address: string, port: number, nowMs: number): Admission {
    const source = this.#learned;
    if (this.#isLocked) return port === source?.port && address === source.address ? "known" : "refused";
    // Nothing can be sent to port 0, which a raw socket may send from.
    if (port === 0) return "refused";
    if (!this.#latchAny && !this.#isCandidate(address)) return "refused";
    if (this.#hasMovedFrom(address, port, nowMs)) return "refused";
    this.#isLocked = true;
    this.#moved = undefined;
    this.#learned = { address, port };
    this.#chooseDestination();
    return "chosen";
  }

  record(): SourceLockRecord {
    return {
      target: this.#target,
      lastTarget: this.#lastTarget,
      signalingAddress: this.#signalingAddress,
      latchAny: this.#latchAny,
      learned: this.#learned,
      isLocked: this.#isLocked,
    };
  }

  restore(record: SourceLockRecord): void {
    this.#target = record.target;
    this.#lastTarget = record.lastTarget ?? record.target;
    this.#signalingAddress = record.signalingAddress;
    this.#latchAny = record.latchAny;
    this.#learned = record.learned;
    this.#isLocked = record.isLocked && record.learned !== undefined;
    this.#chooseDestination();
  }

  #moveTo(target: TransportAddress, nowMs: number): void {
    const before = this.#lastTarget;
    this.#lastTarget = target;
    if (isEqual(target, before)) return;
    this.#moved = before === undefined || isEqual(this.#learned, target) ? undefined : this.#learned;
    this.#movedUntilMs = nowMs + MOVED_SOURCE_MS;
    this.#learned = undefined;
  }

  #chooseDestination(): void {
    const destination = this.#target === undefined ? undefined : (this.#learned ?? this.#target);
    this.#address = destination?.address ?? "";
    this.#port = destination?.port ?? 0;
  }

  #isCandidate(address: string): boolean {
    const target = this.#lastTarget?.address;
    if (address === target || address === this.#signalingAddress) return true;
    if (!this.#isLoopback(address)) return false;
    if (this.#isLoopback(this.#signalingAddress)) return true;
    return target !== undefined && (this.#isOnLoopback || this.#isLoopback(target));
  }

  #hasMovedFrom(address: string, port: number, nowMs: number): boolean {
    const moved = this.#moved;
    return moved !== undefined && nowMs < this.#movedUntilMs && port === moved.port && address === moved.address;
  }
}

function isEqual(one: TransportAddress | undefined, other: TransportAddress | undefined): boolean {
  return one?.address === other?.address && one?.port === other?.port;
}
