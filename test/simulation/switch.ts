import type { SessionObserver } from "../../src/call/control/session/session-observer.ts";
import type { DialedFeature } from "../../src/call/model/index.ts";
import { Agenda } from "./agenda.ts";
import { Chance, type Weather } from "./chance.ts";
import { SimulatedEdge } from "./edge.ts";
import { SimulatedFeatures } from "./features.ts";
import { NOBODY, SimulatedPhones, type PhoneDialog, type PhonesHost } from "./phones.ts";
import { deviceNamed } from "./plan.ts";
import { featureDialed } from "./dialed-features.ts";
import { SimulatedRelay } from "./relay.ts";
import { goalFor, isDialed } from "./routing.ts";
import { SimulatedSession, type Goal, type SimulatedLeg } from "./session.ts";
import { Ledger } from "./ledger.ts";

interface LegEntry {
  readonly leg: SimulatedLeg;
  readonly session: SimulatedSession;
}

/** Dialogs that the switch does not know are ended by then. */
const STRANGERS_MS = 10_000;

/** One node: its sessions and legs, with the real machines of sessions and of calls, and everything around them simulated. */
export class SimulatedSwitch implements PhonesHost {
  readonly agenda = new Agenda();
  readonly relay = new SimulatedRelay();
  readonly ledger: Ledger;
  readonly chance: Chance;
  readonly weather: Weather;
  readonly edge: SimulatedEdge;
  readonly phones: SimulatedPhones;
  readonly features: SimulatedFeatures;
  readonly sessions = new Map<string, SimulatedSession>();
  /** How often each thing has happened: for a reader to see that all are tried. */
  readonly counts = new Map<string, number>();
  /** Told of what happens, for a reader; absent: nobody reads. */
  trace: ((line: string) => void) | undefined;
  readonly #byTag = new Map<string, LegEntry>();
  #named = 0;

  constructor(seed: number, weather: Weather) {
    this.chance = new Chance(seed);
    this.weather = weather;
    this.edge = new SimulatedEdge(this.agenda, this.chance, weather);
    this.phones = new SimulatedPhones(this, this);
    this.features = new SimulatedFeatures(this);
    this.ledger = new Ledger(this.agenda);
  }

  /** REFERs come by another way here. */
  get observer(): SessionObserver<SimulatedSession> {
    return this.features as unknown as SessionObserver<SimulatedSession>;
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  // The table of sessions and legs.

  get tags(): readonly string[] {
    return [...this.#byTag.keys()];
  }

  findByTag(tag: string): LegEntry | undefined {
    return this.#byTag.get(tag);
  }

  addLeg(leg: SimulatedLeg, session: SimulatedSession): void {
    this.#byTag.set(leg.tag, { leg, session });
  }

  removeLeg(leg: SimulatedLeg, _session: SimulatedSession): void {
    if (this.#byTag.get(leg.tag)?.leg === leg) this.#byTag.delete(leg.tag);
  }

  dialogOf(tag: string): PhoneDialog {
    return this.phones.dialogs.get(tag) ?? NOBODY;
  }

  nameBranch(): string {
    this.#named += 1;
    return `branch${this.#named}`;
  }

  callsOf(device: string): number {
    let count = 0;
    for (const { leg, session } of this.#byTag.values()) {
      if (leg.device.name === device && !leg.isVirtual && session.call.state !== "disconnected") count += 1;
    }
    return count;
  }

  onSessionBegun(session: SimulatedSession): void {
    this.ledger.begin(session);
  }

  onSessionEnded(session: SimulatedSession): void {
    this.ledger.end(session);
    this.relay.release(session.sessionId);
    this.features.freed();
  }

  onSessionClosed(session: SimulatedSession): void {
    this.sessions.delete(session.sessionId);
  }

  // What phones say.

  onInvite(dialog: PhoneDialog, number: string, sdp: string | undefined): void {
    this.#named += 1;
    const sessionId = `s${this.#named}`;
    const leg: SimulatedLeg = { tag: dialog.tag, device: deviceNamed(dialog.device), isVirtual: false, dialog };
    const feature = featureDialed(number);
    if (feature !== undefined) return this.#dial(sessionId, leg, dialog, { number, feature, sdp });
    const goal = goalFor(this, number, { sessionId });
    if (!isDialed(goal)) return this.phones.respondInvite(dialog, goal);
    const endpoint = goal.route.kind === "endpoint" ? "echo" : undefined;
    const session = new SimulatedSession(this, { sessionId, caller: leg, endpoint, called: number });
    this.sessions.set(sessionId, session);
    this.features.onOffered(session);
    session.offer(sdp, goal);
  }

  #dial(
    sessionId: string,
    caller: SimulatedLeg,
    dialog: PhoneDialog,
    dialed: { readonly number: string; readonly feature: DialedFeature; readonly sdp: string | undefined },
  ): void {
    const decision = this.features.dial(sessionId, caller, dialed.number, dialed.feature);
    if (decision?.type !== "accept") return this.phones.respondInvite(dialog, decision?.status ?? 503);
    const { endpoint } = decision;
    const session = new SimulatedSession(this, { sessionId, caller, endpoint, called: dialed.number });
    this.sessions.set(sessionId, session);
    const goal: Goal = { route: { kind: "endpoint" }, targets: new Map(), divert: () => undefined };
    session.offer(dialed.sdp, goal);
  }

  onCancel({ tag }: PhoneDialog): void {
    this.findByTag(tag)?.session.cancel();
  }

  onReinvite({ tag }: PhoneDialog, transaction: string, sdp: string | undefined): void {
    const seat = this.#seat(tag);
    if (seat !== undefined) {
      seat.session.receive(seat.side, { type: "reinvite", side: seat.side, transaction, sdp }, transaction);
      return;
    }
    const dialog = this.dialogOf(tag);
    this.phones.respondChange(dialog, transaction, this.findByTag(tag) === undefined ? 481 : 491);
  }

  onReinviteCancelled({ tag }: PhoneDialog, transaction: string): void {
    // The real table finds the session by the transaction: it may be one that the leg has left.
    for (const session of this.sessions.values()) session.cancelChange(transaction);
    void tag;
  }

  onAck({ tag }: PhoneDialog, sdp: string | undefined): void {
    const seat = this.#seat(tag);
    seat?.session.receive(seat.side, { type: "acked", side: seat.side, sdp });
  }

  onBye({ tag }: PhoneDialog): void {
    const seat = this.#seat(tag);
    this.#named += 1;
    const transaction = `b${this.#named}`;
    seat?.session.receive(seat.side, { type: "bye", side: seat.side, transaction }, transaction);
  }

  onRefer({ tag, device }: PhoneDialog, to: string, replaces: string | undefined): void {
    const seat = this.#seat(tag);
    if (seat?.session.call.state !== "established" || deviceNamed(device).kind === "peer") return;
    if (replaces !== undefined && this.findByTag(replaces) === undefined) return;
    this.features.refer(tag, to, replaces);
  }

  onBranch(tag: string, status: number, sdp: string | undefined): void {
    this.findByTag(tag)?.session.branch(tag, status, sdp);
  }

  onExpired({ tag }: PhoneDialog): void {
    const seat = this.#seat(tag);
    seat?.session.lose(seat.side);
  }

  /** The 2xx to the INVITE of a leg that is in another session by now has come too late. */
  onAnswerLost(tag: string): void {
    const seat = this.#seat(tag);
    seat?.session.lose(seat.side);
  }

  /** The same of a re-INVITE, wherever its leg is now. */
  onChangeAnswerLost(tag: string): void {
    const seat = this.#seat(tag);
    seat?.session.dispatch({ type: "change-answer-lost", side: seat.side });
  }

  // What happens to the node.

  loseEdge(): void {
    if (!this.edge.isUp) return;
    this.count("edge lost");
    this.edge.lose();
    this.phones.loseEdge();
    for (const session of [...this.sessions.values()]) session.loseEdge();
    this.agenda.plan(this.agenda.nowMs + 200 + this.chance.below(5_000), true, () => this.#findEdge());
  }

  /** The relay has forgotten a session. */
  loseMedia(sessionId: string): void {
    const session = this.sessions.get(sessionId);
    if (session === undefined) return;
    this.relay.lose(sessionId);
    session.isMediaUnsure = true;
    session.dispatch({ type: "media-lost" });
  }

  #findEdge(): void {
    this.edge.find();
    for (const session of [...this.sessions.values()]) {
      if (session.call.state !== "established") continue;
      for (const leg of session.legs) {
        const { state } = this.dialogOf(leg.tag);
        const side = session.sideOf(leg);
        if (state !== "up" && state !== "gone" && !leg.isVirtual && side !== undefined) session.lose(side);
      }
    }
    for (const session of [...this.sessions.values()]) if (session.call.suspended) session.findEdge();
    this.agenda.plan(this.agenda.nowMs + STRANGERS_MS, true, () => this.#endStrangers());
  }

  #endStrangers(): void {
    for (const dialog of this.phones.inState("up")) if (!this.#byTag.has(dialog.tag)) this.phones.end(dialog);
  }

  #seat(tag: string): (LegEntry & { readonly side: "caller" | "callee" }) | undefined {
    const entry = this.#byTag.get(tag);
    const side = entry?.session.sideOf(entry.leg);
    return entry === undefined || side === undefined ? undefined : { ...entry, side };
  }
}
