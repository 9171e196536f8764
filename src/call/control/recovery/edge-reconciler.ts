import { errorMessageOf, type Clock, type Logger, type Timer } from "../../../common/index.ts";
import type { EdgeDialog, SignalingPort } from "../../signaling/signaling-port.ts";
import type { CallSession } from "../session/call-session.ts";
import type { CallTable } from "../call-table.ts";
import { DialogSweep } from "./dialog-sweep.ts";
import type { EdgeControl } from "../edge-control.ts";
import type { Leg } from "../leg/leg.ts";
import { wasKnown } from "../leg/leg-dialog.ts";
import { lossOutcome } from "../headers/reason-header.ts";

export interface EdgeReconcilerOptions {
  readonly port: Pick<SignalingPort, "takesDialogs" | "edgeMemory" | "claimDialogs" | "importDialogs">;
  /** Absent with a stock drachtio server, and with an edge on another host: dialogs cannot be listed. */
  readonly edgeControl: EdgeControl | undefined;
  readonly table: CallTable;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Requests can be sent inside dialogs again. */
  readonly onFound?: () => void;
}

/** A leg whose dialog the edge does not have. */
interface MissingLeg {
  readonly session: CallSession;
  readonly leg: Leg;
}

const RETRY_MS = 1_000;
/** How often dialogs are asked for that another application has. */
const MAX_REFUSALS = 10;
/** Younger dialogs, and calls answered later than this ago, may belong to what happened while the list was on its way. */
const SETTLED_MS = 2_000;
const UNKNOWN_CALL = 'Q.850;cause=41;text="Call is not known any more"';

/**
 * After each connection to the edge: the dialogs of calls are claimed, the edge is told of those that it has lost, and
 * dialogs that no call knows are ended. With a server that can do nothing of it, each party gets an INVITE instead.
 */
export class EdgeReconciler {
  readonly #options: EdgeReconcilerOptions;
  readonly #sweep: DialogSweep;
  #round = 0;
  /** Calls that were up when the edge was connected and are not judged yet. */
  #suspects: readonly CallSession[] = [];
  #refusals = 0;
  #retry: Timer | undefined;

  constructor(options: EdgeReconcilerOptions) {
    this.#options = options;
    this.#sweep = new DialogSweep(options);
  }

  /** The edge is connected. */
  start(): void {
    this.stop();
    const { table, port, edgeControl } = this.#options;
    const established = table.sessions.filter(({ call }) => call.state === "established");
    if (!port.takesDialogs && edgeControl === undefined) {
      this.#sweep.start(established);
      return this.#options.onFound?.();
    }
    this.#suspects = established;
    this.#refusals = 0;
    void this.#run(this.#round);
  }

  /** The edge is gone, or everything is to end. */
  stop(): void {
    this.#round += 1;
    this.#sweep.stop();
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  async #run(round: number): Promise<void> {
    const { table, clock } = this.#options;
    const areCallsLeft = await this.#attempt(round, "dialogs cannot be claimed", () => this.#recover(round));
    if (round !== this.#round) return;
    for (const session of table.sessions) {
      if (session.call.suspended) session.findEdge();
    }
    this.#options.onFound?.();
    const areDialogsLeft = await this.#attempt(round, "dialogs of the edge cannot be listed", () =>
      this.#endStrangers(round),
    );
    if (round !== this.#round || !(areCallsLeft || areDialogsLeft)) return;
    this.#retry = clock.after(RETRY_MS, () => void this.#run(round));
  }

  /** @returns true when there is more to do: also when it failed, and the edge is still there */
  async #attempt(round: number, problem: string, work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      if (round !== this.#round) return false;
      this.#options.logger.warn(problem, { error: errorMessageOf(error) });
      return true;
    }
  }

  /** Takes the dialogs of all suspects, or ends their calls. @returns true when some are not to be judged yet */
  async #recover(round: number): Promise<boolean> {
    const { logger, port } = this.#options;
    const legs = this.#suspects.flatMap((session) => session.legs.filter(({ cti }) => cti === undefined));
    const { unknown, refused } = await this.#claim(legs);
    if (round !== this.#round) return false;
    for (const session of this.#suspects) {
      session.dialogs.noteKnown(
        session.legs.filter(({ dialogId }) => !unknown.has(dialogId) && !refused.has(dialogId)),
      );
    }
    const isRefused = refused.size > 0 && this.#refusals < MAX_REFUSALS;
    if (refused.size > 0) this.#refusals += 1;
    const waiting = this.#suspects.filter((session) => {
      const others = session.legs.some(({ dialogId }) => refused.has(dialogId)) && isRefused;
      // With its memory lost the edge cannot be about to know it.
      const mayCome = session.legs.some((leg) => unknown.has(leg.dialogId) && wasKnown(leg, port.edgeMemory));
      return others || (mayCome && this.#isYoung(session));
    });
    const missing = this.#suspects
      .filter((session) => session.call.state === "established" && !waiting.includes(session))
      .flatMap((session) => session.legs.map((leg) => ({ session, leg })))
      .filter(({ leg }) => unknown.has(leg.dialogId) || refused.has(leg.dialogId));
    const lost = await this.#import(missing);
    if (round !== this.#round) return false;
    const lostLegs = new Set(lost.map(({ leg }) => leg));
    for (const { session, leg } of missing) if (!lostLegs.has(leg)) session.dialogs.noteKnown([leg]);
    this.#suspects = waiting;
    for (const { session, leg } of lost) this.#lose(session, leg);
    if (missing.length > 0) {
      logger.warn("the edge had lost dialogs", { imported: missing.length - lost.length, lost: lost.length });
    }
    return waiting.length > 0;
  }

  async #claim(legs: readonly Leg[]): Promise<{ unknown: ReadonlySet<string>; refused: ReadonlySet<string> }> {
    const { port, edgeControl } = this.#options;
    const dialogIds = legs.map(({ dialogId }) => dialogId);
    if (port.takesDialogs) {
      const { unknown, refused } = await port.claimDialogs(dialogIds);
      return { unknown: new Set(unknown), refused: new Set(refused) };
    }
    const known = new Set(((await edgeControl?.listDialogs()) ?? []).map(({ dialogId }) => dialogId));
    return { unknown: new Set(dialogIds.filter((dialogId) => !known.has(dialogId))), refused: new Set() };
  }

  /** Tells the edge of dialogs. @returns those that it cannot be told of, or does not take */
  async #import(missing: readonly MissingLeg[]): Promise<readonly MissingLeg[]> {
    const { port, logger } = this.#options;
    const lost: MissingLeg[] = [];
    const told: (MissingLeg & { readonly dialog: EdgeDialog })[] = [];
    for (const each of missing) {
      const { session, leg } = each;
      // What the edge knew when its memory was what it is has ended; a caller without its answer has no dialog.
      const isEnded = wasKnown(leg, port.edgeMemory);
      const isReal = session.isAnswerSent || session.sideOf(leg) !== "caller";
      const dialog = port.takesDialogs && isReal && !isEnded ? session.dialogs.describe(leg) : undefined;
      if (dialog === undefined) lost.push(each);
      else told.push({ ...each, dialog });
    }
    if (told.length === 0) return lost;
    for (const { index, reason } of await port.importDialogs(told.map(({ dialog }) => dialog))) {
      const refused = told[index];
      if (refused === undefined) continue;
      logger.warn("the edge did not take a dialog", { callId: refused.session.callId, reason });
      lost.push(refused);
    }
    return lost;
  }

  #lose(session: CallSession, leg: Leg): void {
    const side = session.sideOf(leg);
    if (side !== undefined) session.lose(side, lossOutcome());
  }

  #isYoung({ progress }: CallSession): boolean {
    const ageMs = this.#options.clock.wallMs() - (progress.answeredAtMs ?? 0);
    return ageMs >= 0 && ageMs < SETTLED_MS;
  }

  /** Ends dialogs that no call knows. @returns true when some are too young to judge */
  async #endStrangers(round: number): Promise<boolean> {
    const { table, logger, edgeControl } = this.#options;
    const dialogs = (await edgeControl?.listDialogs()) ?? [];
    if (round !== this.#round) return false;
    const unknown = dialogs.filter(({ dialogId, method }) => method === "INVITE" && !table.findLeg(dialogId));
    const settled = unknown.filter(({ ageMs }) => ageMs >= SETTLED_MS);
    for (const { dialogId } of settled) this.#end(dialogId);
    if (settled.length > 0) logger.warn("the edge had dialogs of no call", { ended: settled.length });
    return unknown.length > settled.length;
  }

  #end(dialogId: string): void {
    const { edgeControl, logger } = this.#options;
    edgeControl?.endDialog(dialogId, UNKNOWN_CALL).catch((error: unknown) => {
      logger.warn("a dialog could not be ended", { dialogId, error: errorMessageOf(error) });
    });
  }
}
