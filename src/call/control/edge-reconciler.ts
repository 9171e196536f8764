import { errorMessageOf, type Clock, type Logger, type Timer } from "../../common/index.ts";
import type { CallSession } from "./call-session.ts";
import type { CallTable } from "./call-table.ts";
import type { EdgeControl, EdgeDialogSummary } from "./edge-control.ts";
import { lossOutcome } from "./reason-header.ts";

export interface EdgeReconcilerOptions {
  /** Absent with a stock drachtio server: nothing can be compared. */
  readonly edgeControl: EdgeControl | undefined;
  readonly table: CallTable;
  readonly clock: Clock;
  readonly logger: Logger;
}

const RETRY_MS = 1_000;
/** Younger dialogs, and calls answered later than this ago, may belong to what happened while the list was on its way. */
const SETTLED_MS = 2_000;
const UNKNOWN_CALL = 'Q.850;cause=41;text="Call is not known any more"';

/** After each connection to the edge: dialogs that no call knows are ended, calls whose dialogs are gone end. */
export class EdgeReconciler {
  readonly #options: EdgeReconcilerOptions;
  #round = 0;
  /** Calls that were up when the edge was connected and are not judged yet. */
  #suspects: readonly CallSession[] = [];
  #retry: Timer | undefined;

  constructor(options: EdgeReconcilerOptions) {
    this.#options = options;
  }

  /** The edge is connected. */
  start(): void {
    this.stop();
    this.#suspects = this.#options.table.sessions.filter(({ call }) => call.state === "established");
    void this.#run(this.#round);
  }

  /** The edge is gone, or everything is to end. */
  stop(): void {
    this.#round += 1;
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  async #run(round: number): Promise<void> {
    const { edgeControl, table, logger, clock } = this.#options;
    let isYoungLeft = false;
    try {
      const dialogs = (await edgeControl?.listDialogs()) ?? undefined;
      if (round !== this.#round) return;
      if (dialogs !== undefined) isYoungLeft = this.#compare(dialogs);
    } catch (error) {
      if (round !== this.#round) return;
      logger.warn("dialogs of the edge cannot be listed", { error: errorMessageOf(error) });
      isYoungLeft = true;
    }
    for (const session of table.sessions) {
      if (session.call.suspended) session.dispatch({ type: "edge-back" });
    }
    if (isYoungLeft) this.#retry = clock.after(RETRY_MS, () => void this.#run(round));
  }

  /** @returns true when some dialogs or calls were too young to judge */
  #compare(dialogs: readonly EdgeDialogSummary[]): boolean {
    const { table, logger, clock } = this.#options;
    const known = new Set(dialogs.map(({ dialogId }) => dialogId));
    const unknown = dialogs.filter(({ dialogId, method }) => method === "INVITE" && !table.findLeg(dialogId));
    const settled = unknown.filter(({ ageMs }) => ageMs >= SETTLED_MS);
    for (const { dialogId } of settled) this.#end(dialogId);
    let lost = 0;
    const isYoung = ({ progress }: CallSession): boolean => {
      const ageMs = clock.wallMs() - (progress.answeredAtMs ?? 0);
      return ageMs >= 0 && ageMs < SETTLED_MS;
    };
    const young = this.#suspects.filter(isYoung);
    for (const session of this.#suspects) {
      if (isYoung(session)) continue;
      for (const leg of session.legs) {
        const side = session.sideOf(leg);
        if (known.has(leg.dialogId) || side === undefined) continue;
        lost += 1;
        session.dispatch({ type: "gone", side, outcome: lossOutcome() });
      }
    }
    this.#suspects = young;
    if (settled.length > 0 || lost > 0) {
      logger.warn("edge and calls differed", { dialogsEnded: settled.length, legsLost: lost });
    }
    return unknown.length > settled.length || young.length > 0;
  }

  #end(dialogId: string): void {
    const { edgeControl, logger } = this.#options;
    edgeControl?.endDialog(dialogId, UNKNOWN_CALL).catch((error: unknown) => {
      logger.warn("a dialog could not be ended", { dialogId, error: errorMessageOf(error) });
    });
  }
}
