import type { Clock } from "../../../common/index.ts";
import type { RecordRoute } from "../../record/call-record.ts";
import type { Leg, LegDevice } from "./leg.ts";

/** What became of one INVITE of ours. Plain data; it goes into the journal with its call. Times are wall-clock ms. */
export interface LoggedLeg {
  readonly sipCallId: string;
  /** Absent in the journal: that of the callee's leg. */
  readonly device?: LegDevice;
  readonly route?: RecordRoute;
  readonly startedAtMs: number;
  ringingAtMs?: number;
  /** When its 2xx came. */
  connectedAtMs?: number;
  endedAtMs?: number;
  /** Its final response, 300 and above, or what stands for it. */
  status?: number;
  /** Q.850, as the device said; absent: it follows from the status. */
  cause?: number;
  /** It became the callee. */
  isAnswered?: true;
  /** The switch took it back. */
  isGivenUp?: boolean;
  /** Where its SIP came from. */
  source?: string;
}

/** Legs of one call that are kept; a call has 16 places at most, each with a few ways. */
const MAX_LEGS = 63;

/** The INVITEs of one call in the order in which they were sent. */
export class LegLog {
  readonly #clock: Clock;
  readonly #legs: LoggedLeg[];
  readonly #current = new Map<string, { readonly leg: Leg; readonly logged: LoggedLeg }>();
  #omitted = 0;

  /** @param before what an earlier process has logged */
  constructor(clock: Clock, before: readonly LoggedLeg[] = []) {
    this.#clock = clock;
    this.#legs = [...before];
  }

  get legs(): readonly LoggedLeg[] {
    return this.#legs;
  }

  /** Legs beyond what is kept. */
  get omitted(): number {
    return this.#omitted;
  }

  /** An INVITE goes out for a branch; what it sent before has ended with `statusBefore`. */
  start(branchId: string, leg: Leg, route: RecordRoute | undefined, statusBefore: number): void {
    this.fail(branchId, statusBefore);
    const { sipCallId, device } = leg;
    const startedAtMs = this.#clock.wallMs();
    const logged: LoggedLeg = { sipCallId, device, startedAtMs, ...(route === undefined ? {} : { route }) };
    this.#current.set(branchId, { leg, logged });
    if (this.#legs.length < MAX_LEGS) this.#legs.push(logged);
    else this.#omitted += 1;
  }

  ring(branchId: string, status: number): void {
    const logged = this.#current.get(branchId)?.logged;
    if (logged !== undefined && status >= 180) logged.ringingAtMs ??= this.#clock.wallMs();
  }

  answer(branchId: string): void {
    const current = this.#current.get(branchId);
    if (current === undefined) return;
    current.logged.connectedAtMs = this.#clock.wallMs();
    noteSource(current);
  }

  adopt(branchId: string): void {
    const logged = this.#current.get(branchId)?.logged;
    if (logged !== undefined) logged.isAnswered = true;
  }

  /** Not answered, or refused by us: its final response is still to come. */
  giveUp(branchId: string): void {
    const logged = this.#current.get(branchId)?.logged;
    if (logged === undefined) return;
    logged.isGivenUp = true;
    logged.endedAtMs ??= this.#clock.wallMs();
  }

  fail(branchId: string, status: number, cause?: number): void {
    const current = this.#current.get(branchId);
    if (current === undefined) return;
    const { logged } = current;
    logged.endedAtMs ??= this.#clock.wallMs();
    logged.status = status;
    if (cause !== undefined) logged.cause = cause;
    noteSource(current);
    this.#current.delete(branchId);
  }
}

function noteSource({ leg: { source }, logged }: { readonly leg: Leg; readonly logged: LoggedLeg }): void {
  if (source.address !== "") logged.source = sourceText(source);
}

/** For example `udp/192.0.2.7:5060`. */
export function sourceText({ protocol, address, port }: Leg["source"]): string {
  return `${protocol}/${address.includes(":") ? `[${address}]` : address}:${port}`;
}
