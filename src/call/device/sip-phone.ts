import type { Ha1 } from "../../common/index.ts";
import type { TollGuard } from "../../database/index.ts";
import type { SipProfile } from "./sip-profile.ts";

/** A line of a device that registers with digest. A device with several lines is there once for each, the first one first. */
export interface SipPhone {
  readonly kind: "sip-phone";
  /** The device's name; unique among phones and peers. */
  readonly name: string;
  readonly directoryNumber: string;
  /** Names the line of this device among all lines of all devices; what it registers is kept under it. */
  readonly aor: string;
  /** The directory number with its partition, `1001@internal`; devices that share the line have the same. */
  readonly line: string;
  /** Shown to the other party; absent: the number alone. */
  readonly displayName?: string;
  /** The digest user name. */
  readonly user: string;
  readonly ha1: Ha1;
  readonly profile: SipProfile;
  /** Calls the phone may have at a time; 1 and above. */
  readonly maxCalls: number;
  /** Bounds of the calls by trunks that it makes or forwards; absent: none. */
  readonly tollGuard?: TollGuard | undefined;
}
