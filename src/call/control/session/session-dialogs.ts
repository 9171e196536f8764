import type { Session, Side } from "../../model/index.ts";
import type { EdgeDialog } from "../../signaling/signaling-port.ts";
import type { Leg } from "../leg/leg.ts";
import { edgeDialogOf, noteKnown, skipSequenceNumbers } from "../leg/leg-dialog.ts";
import type { SessionContext } from "./session-context.ts";

/** The shell of a session, as far as its dialogs go. */
interface SessionShell {
  readonly call: Session;
  readonly legs: readonly Leg[];
  sideOf(leg: Leg): Side | undefined;
}

export interface SessionDialogsOptions<Shell> {
  readonly context: SessionContext<Shell>;
  readonly session: Shell;
  readonly persist: () => void;
}

/** What the edge knows of the dialogs of a session's legs. */
export class SessionDialogs<Shell extends SessionShell = SessionShell> {
  readonly #options: SessionDialogsOptions<Shell>;

  constructor(options: SessionDialogsOptions<Shell>) {
    this.#options = options;
  }

  /** What an edge is told of a leg's dialog that does not know it; undefined when too little is known. */
  describe(leg: Leg): EdgeDialog | undefined {
    const { session, persist } = this.#options;
    const side = session.sideOf(leg);
    skipSequenceNumbers(leg);
    persist();
    return edgeDialogOf(leg, side === undefined ? undefined : session.call[side].localSdp);
  }

  /** The edge that is connected has the dialogs of these legs. */
  noteKnown(legs: readonly Leg[]): void {
    const { context, persist } = this.#options;
    const { edgeMemory } = context.port;
    if (legs.filter((leg) => noteKnown(leg, edgeMemory)).length > 0) persist();
  }

  /** The server has lost the dialogs, or has them for a process that is gone. */
  lose(): void {
    this.doubt("lost");
    for (const leg of this.#options.session.legs) skipSequenceNumbers(leg);
    this.#options.persist();
  }

  doubt(standing: "unsure" | "lost"): void {
    for (const { dialog } of this.#options.session.legs) if (dialog !== undefined) dialog.standing = standing;
  }

  /** The server knows the dialog of a leg by another id from now on. */
  rename(leg: Leg, dialogId: string): void {
    const { context, session } = this.#options;
    context.owner.removeLeg(leg);
    leg.dialogId = dialogId;
    context.owner.addLeg(leg, session);
  }
}
