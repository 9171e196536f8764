import type { Application, ApplicationPort } from "./application.ts";
import { ownerOf, type Dialog } from "./dialog.ts";

/** Who gets a request of a dialog, or of none: whose dialog it is; undefined while that is away and may come back. */
export function applicationFor(
  applications: ApplicationPort,
  dialog: Dialog | undefined,
  verb: string,
): Application | undefined {
  const owner = dialog === undefined ? undefined : ownerOf(dialog, applications);
  return owner ?? (dialog?.ownerId === undefined ? anyApplicationFor(applications, verb) : undefined);
}

/** One that routes the verb, else one that takes calls. */
export function anyApplicationFor(applications: ApplicationPort, verb: string): Application | undefined {
  return applications.pick(verb) ?? applications.pick("invite");
}
