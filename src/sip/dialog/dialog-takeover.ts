import type { Application } from "./application.ts";
import type { CoreContext } from "./core-context.ts";
import type { DialogActions } from "./dialog-actions.ts";
import { setOwner, type Dialog } from "./dialog.ts";
import { dialogOfImport, importedDialogId, likelyTarget, parseImportedDialog } from "./imported-dialog.ts";
import { defaultContact, hostPort } from "./local-host.ts";

/** What became of the dialogs that an application claimed, by id. */
export interface ClaimResult {
  readonly claimed: number;
  readonly unknown: readonly string[];
  /** They belong to another application that is connected. */
  readonly refused: readonly string[];
  /** A dialog that this edge had under the same memory id, and that is unknown, has ended. */
  readonly memoryId: string;
}

/** What became of the dialogs that an application described. */
export interface ImportResult {
  readonly imported: number;
  /** The edge had them; they are the application's now, otherwise as they were. */
  readonly known: number;
  /** By position in the request. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
}

const OF_ANOTHER = "dialog belongs to another application";
const OTHER_TAGS = "dialog is known with other tags";
const FULL = "dialog limit reached";
const NOT_AVAILABLE = "requested protocol/transport not available";
/**
 * When refreshes come that may be due, since nobody knows when the last was: within this time, in the second half of it.
 * Peers of long sessions wait half the interval longer than the refresh should come, those of short ones 15 s.
 */
const SOON_MS = 5_000;
const LONG_SECONDS = 600;
/** Spreads them. */
const APART_MS = 7_919;

/** Dialogs that change hands: of an application that is gone, or of an edge that is. */
export class DialogTakeover {
  readonly #context: CoreContext;
  readonly #actions: DialogActions;

  constructor(context: CoreContext, actions: DialogActions) {
    this.#context = context;
    this.#actions = actions;
  }

  /**
   * Gives an application all confirmed dialogs of an instance id; of those that gave none when it is empty.
   * @returns how many; undefined when that instance is connected, and is not the application itself
   */
  claimInstance(application: Application, instanceId: string): number | undefined {
    const { applications, dialogs } = this.#context;
    const current = applications.byInstance(instanceId);
    if (current !== undefined && current !== application && application.instanceId !== instanceId) return undefined;
    let claimed = 0;
    for (const dialog of dialogs.values()) {
      if (dialog.state !== "confirmed" || (dialog.ownerId ?? "") !== instanceId) continue;
      if (this.#isAnothers(dialog, application)) continue;
      this.#give(dialog, application);
      claimed += 1;
    }
    return claimed;
  }

  /** Gives an application the confirmed dialogs of these ids. */
  claim(application: Application, dialogIds: readonly string[]): ClaimResult {
    const unknown: string[] = [];
    const refused: string[] = [];
    for (const dialogId of dialogIds) {
      const dialog = this.#context.dialogs.get(dialogId);
      if (dialog?.state !== "confirmed") unknown.push(dialogId);
      else if (this.#isAnothers(dialog, application)) refused.push(dialogId);
      else this.#give(dialog, application);
    }
    const { memoryId } = this.#context.dialogs;
    return { claimed: dialogIds.length - unknown.length - refused.length, unknown, refused, memoryId };
  }

  /** Takes up dialogs that an application knows and this edge does not; doing it again changes nothing. */
  import(application: Application, values: readonly unknown[]): ImportResult {
    let imported = 0;
    let known = 0;
    const refused: { index: number; reason: string }[] = [];
    for (const [index, value] of values.entries()) {
      const outcome = this.#importOne(application, value);
      if (outcome === "imported") imported += 1;
      else if (outcome === "known") known += 1;
      else refused.push({ index, reason: outcome.reason });
    }
    return { imported, known, refused };
  }

  #importOne(application: Application, value: unknown): "imported" | "known" | { readonly reason: string } {
    const parsed = parseImportedDialog(value);
    if (!parsed.ok) return parsed;
    const { clock, dialogs, transport } = this.#context;
    const described = parsed.value;
    const dialog = dialogs.get(importedDialogId(described));
    if (dialog !== undefined) {
      const isSame = dialog.localTag === described.localTag && dialog.remoteTag === described.remoteTag;
      if (!isSame || dialog.state !== "confirmed") return { reason: OTHER_TAGS };
      if (this.#isAnothers(dialog, application)) return { reason: OF_ANOTHER };
      this.#give(dialog, application);
      return "known";
    }
    if (!transport.speaks(described.protocol)) return { reason: NOT_AVAILABLE };
    if (dialogs.isFull) return { reason: FULL };
    const local = transport.localFor(likelyTarget(described));
    const contact = defaultContact(
      hostPort(local.address, local.port),
      described.protocol,
      described.remoteTarget.startsWith("sips:") ? described.remoteTarget : "",
    );
    const taken = dialogOfImport(described, contact, clock.wallMs());
    setOwner(taken, application);
    if (taken.session !== undefined && described.session?.ageSeconds === undefined) {
      const { intervalSeconds } = taken.session;
      const withinMs = intervalSeconds < LONG_SECONDS ? SOON_MS : intervalSeconds * 250;
      taken.session.refreshedAtMs += withinMs / 2 + ((dialogs.size * APART_MS) % (withinMs / 2));
    }
    dialogs.add(taken);
    this.#actions.setSessionTimer(taken, taken.session);
    return "imported";
  }

  /** True while an application is connected that the dialog belongs to, and it is not this one come again. */
  #isAnothers({ owner, ownerId }: Dialog, application: Application): boolean {
    const { applications } = this.#context;
    if (ownerId !== undefined && ownerId === application.instanceId) return false;
    if (owner !== undefined && owner !== application && applications.isAlive(owner)) return true;
    if (owner === application || ownerId === undefined) return false;
    const again = applications.byInstance(ownerId);
    return again !== undefined && again !== application;
  }

  #give(dialog: Dialog, application: Application): void {
    const isRenamed = setOwner(dialog, application);
    const isNameless = application.instanceId === "" && dialog.ownerId !== undefined;
    if (isNameless) delete dialog.ownerId;
    if (isRenamed || isNameless) this.#context.dialogs.update(dialog);
  }
}
