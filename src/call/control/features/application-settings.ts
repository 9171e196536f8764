import { errorCodeOf, errorMessageOf } from "../../../common/index.ts";
import type { CtiFailure, SettingCommand } from "../../../signals/index.ts";
import type { SettingChanges, SettingResult } from "../../cti/commands/setting-changes.ts";
import type {
  FeatureSettings,
  FeatureStore,
  FeatureStoreErrorCode,
  FeatureStoreResult,
  Inventory,
} from "../../device/index.ts";
import type { MessageLamps } from "../subscription/message-lamps.ts";
import type { DialedPlace } from "../../cti/commands/commanded-calls.ts";

export interface ApplicationSettingsOptions {
  /** Absent: nothing but devices is configured. */
  readonly features:
    | { readonly settings: FeatureSettings; readonly store: FeatureStore; readonly refresh?: () => Promise<unknown> }
    | undefined;
  readonly lamps: Pick<MessageLamps, "count" | "set">;
  readonly inventory: Pick<Inventory, "phonesByLine">;
  /** Where what is forwarded from a line would go. */
  readonly forwarded: (line: string, kind: ForwardKind, to: string) => DialedPlace;
}

export type ForwardKind = Extract<SettingCommand, { type: "set-forwarding" }>["kind"];
type Refused = Extract<SettingResult, { ok: false }>;

const FAILURE_OF: Readonly<Record<FeatureStoreErrorCode, CtiFailure>> = {
  "unknown-device": "device-not-found",
  "unknown-line": "line-not-found",
  "bad-destination": "forward-target",
  "no-member": "wrong-state",
  "too-often": "too-many",
  overtaken: "too-many",
  "store-failed": "internal",
};

/** Settings as applications change them: in the configuration, as everybody else does. */
export class ApplicationSettings implements SettingChanges {
  readonly #options: ApplicationSettingsOptions;

  constructor(options: ApplicationSettingsOptions) {
    this.#options = options;
  }

  check(command: SettingCommand): Refused | undefined {
    const { settings } = this.#options.features ?? {};
    switch (command.type) {
      case "set-message-waiting":
        return undefined;
      case "set-do-not-disturb":
      case "set-auto-answer":
        return settings?.deviceOf(command.device) === undefined ? noSuch("device", command.device) : undefined;
      case "set-forwarding":
        if (settings?.lineOf(command.line) === undefined) return noSuch("line", command.line);
        return this.#badTarget(command);
    }
  }

  async change(command: SettingCommand, by: string): Promise<SettingResult> {
    const refused = this.check(command);
    if (refused !== undefined) return refused;
    if (command.type === "set-message-waiting") return this.#setLamp(command);
    const { features } = this.#options;
    if (features === undefined) return noSuch("line", "");
    const { store, refresh } = features;
    if (command.type === "set-do-not-disturb") {
      return this.#done(await store.setDoNotDisturb(command.device, command.option, by), refresh);
    }
    if (command.type === "set-auto-answer") {
      return this.#done(await store.setAutoAnswer(command.device, command.isOn, by), refresh);
    }
    const { line, kind, internal, external } = command;
    const targets = {
      ...(internal === undefined ? {} : { internal }),
      ...(external === undefined ? {} : { external }),
    };
    return this.#done(await store.setForwarding(line, kind, targets, by), refresh);
  }

  async #done(result: FeatureStoreResult, refresh: (() => Promise<unknown>) | undefined): Promise<SettingResult> {
    if (result.kind === "unchanged") return { ok: true, isUnchanged: true };
    if (result.kind === "refused") {
      return { ok: false, failure: FAILURE_OF[result.code], detail: `the setting cannot be changed: ${result.code}` };
    }
    await refresh?.();
    return { ok: true };
  }

  #badTarget({
    line,
    kind,
    internal,
    external,
  }: Extract<SettingCommand, { type: "set-forwarding" }>): Refused | undefined {
    for (const target of [internal, external]) {
      if (typeof target !== "string") continue;
      const found = this.#options.forwarded(line, kind, target);
      if (!found.ok) return { ok: false, failure: "forward-target", detail: found.detail };
    }
    return undefined;
  }

  /** The lamp shines while there are new messages. */
  #setLamp({
    line,
    isOn,
    newMessages = 1,
    oldMessages,
    newUrgent = 0,
    oldUrgent,
  }: Extract<SettingCommand, { type: "set-message-waiting" }>): SettingResult {
    const { lamps } = this.#options;
    const known = lamps.count(line);
    const old = oldMessages ?? known.old;
    const fresh = isOn ? Math.max(1, newMessages) : 0;
    try {
      const urgent = { newUrgent, oldUrgent: oldUrgent ?? (oldMessages === undefined ? known.oldUrgent : 0) };
      const result = lamps.set(line, { new: fresh, old, ...urgent });
      return result === "unchanged" ? { ok: true, isUnchanged: true } : { ok: true };
    } catch (error) {
      if (errorCodeOf(error) === "lamp-invalid-target") return noSuch("line", line);
      return { ok: false, failure: "internal", detail: errorMessageOf(error) };
    }
  }
}

function noSuch(what: "device" | "line", name: string): Refused {
  return { ok: false, failure: `${what}-not-found`, detail: `there is no such ${what}: ${name}` };
}
