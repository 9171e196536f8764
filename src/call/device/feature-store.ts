import type { ForwardingKind } from "../../database/index.ts";
import type { DoNotDisturb } from "./feature-settings.ts";

/**
 * Why a setting was not changed. `unknown-device`, `unknown-line`: there is none, or it has no such setting; `bad-destination`:
 * nothing that can be dialed, or the line itself; `no-member`: the line is in no line group; `too-often`: the device has asked
 * for more than 20 changes within a minute, without those that changed nothing; `overtaken`: others kept changing the same, or too many
 * changes wait; `store-failed`: the configuration cannot be
 * written.
 */
export type FeatureStoreErrorCode =
  "unknown-device" | "unknown-line" | "bad-destination" | "no-member" | "too-often" | "overtaken" | "store-failed";

/** `ok`: it is in the configuration, though not yet what `FeatureSettings` says; `unchanged`: it was so before. */
export type FeatureStoreResult =
  { readonly kind: "ok" | "unchanged" } | { readonly kind: "refused"; readonly code: FeatureStoreErrorCode };

/** New targets of a forwarding, digits or SIP URIs; absent: as it is; null: calls are not forwarded. */
export interface NewForward {
  readonly internal?: string | null;
  readonly external?: string | null;
}

/**
 * Settings that phones and applications change. They are changes of the configuration as any other, signed
 * `feature-code of DEVICE`, or by who is named. Never
 * throws; waits up to half a minute for a change that others are making. `device` and `by`: the name of a device; `line`: such as `1001@internal`.
 */
export interface FeatureStore {
  /** Of a phone or CTI port. @param author who has asked; absent: the device */
  setDoNotDisturb(device: string, mode: DoNotDisturb, author?: string): Promise<FeatureStoreResult>;
  /** Of a phone. @param author who has asked */
  setAutoAnswer(device: string, isOn: boolean, author: string): Promise<FeatureStoreResult>;
  /** Of a phone or CTI port. */
  setPrivacy(device: string, isOn: boolean): Promise<FeatureStoreResult>;
  /**
   * For calls from inside and from trunks; the search space of the forwarding stays.
   * @param destination digits or a SIP URI; undefined: calls are not forwarded
   */
  setForwardAll(line: string, destination: string | undefined, by: string): Promise<FeatureStoreResult>;
  /** Of calls for which `kind` comes to be; the search space of the forwarding stays. @param author who has asked */
  setForwarding(line: string, kind: ForwardingKind, targets: NewForward, author: string): Promise<FeatureStoreResult>;
  /** In all line groups that the line is a member of. */
  setHuntLogin(line: string, isIn: boolean, by: string): Promise<FeatureStoreResult>;
}
