import type { Application, ClaimResult, ImportResult } from "../dialog/index.ts";

/** Who carries the commands out. */
export interface TakeoverUser {
  claimInstance(application: Application, instanceId: string): number | undefined;
  claimDialogs(application: Application, dialogIds: readonly string[]): ClaimResult;
  importDialogs(application: Application, dialogs: readonly unknown[]): ImportResult;
}

const MAX_CLAIMED = 1_000;
const MAX_IMPORTED = 256;

/**
 * `claim|instance|<instance id>`, or `claim|dialogs` with an id a line behind it.
 * @returns what follows the id of the command in its reply
 */
export function claimReply(
  user: TakeoverUser,
  application: Application,
  [what = "", instanceId = ""]: readonly string[],
  text: string,
): string {
  if (what === "instance") {
    const claimed = user.claimInstance(application, instanceId);
    return claimed === undefined ? "NOK|instance is connected" : `OK|${claimed}`;
  }
  if (what !== "dialogs") return "NOK|invalid claim: expected instance or dialogs";
  const dialogIds = text.split("\r\n", MAX_CLAIMED + 2).filter((line) => line !== "");
  if (dialogIds.length > MAX_CLAIMED) return `NOK|invalid claim: more than ${MAX_CLAIMED} dialogs`;
  const { claimed, ...rest } = user.claimDialogs(application, dialogIds);
  return `OK|${claimed}|${rest.unknown.length}|${rest.refused.length}\r\n${JSON.stringify(rest)}`;
}

/** `import` with a JSON array of `ImportedDialog` behind it. */
export function importReply(user: TakeoverUser, application: Application, text: string): string {
  const dialogs = arrayIn(text);
  if (dialogs === undefined) return "NOK|invalid import: not a JSON array";
  if (dialogs.length > MAX_IMPORTED) return `NOK|invalid import: more than ${MAX_IMPORTED} dialogs`;
  const { imported, known, refused } = user.importDialogs(application, dialogs);
  return `OK|${imported}|${known}|${refused.length}\r\n${JSON.stringify({ refused })}`;
}

function arrayIn(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
