import type { CtiFailure, SettingCommand } from "../../../signals/index.ts";

/** What came of a setting. */
export type SettingResult =
  | { readonly ok: true; readonly isUnchanged?: true }
  | { readonly ok: false; readonly failure: CtiFailure; readonly detail: string };

/** Changes settings of devices and lines for applications; resolves when calls go by them. */
export interface SettingChanges {
  /** @param by who is written down as the one who has changed it */
  change(command: SettingCommand, by: string): Promise<SettingResult>;
  /** Why it could not be done; undefined: it could. Changes nothing. */
  check(command: SettingCommand): Extract<SettingResult, { ok: false }> | undefined;
}
