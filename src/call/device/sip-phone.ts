import type { Ha1 } from "../../common/index.ts";
import type { SipProfile } from "./sip-profile.ts";

/** A phone that registers with digest and has one directory number. */
export interface SipPhone {
  readonly kind: "sip-phone";
  /** The device's name; unique among phones and peers. */
  readonly name: string;
  readonly directoryNumber: string;
  /** Shown to the other party; absent: the number alone. */
  readonly displayName?: string;
  /** The digest user name. */
  readonly user: string;
  readonly ha1: Ha1;
  readonly profile: SipProfile;
  /** Calls the phone may have at a time; 1 and above. */
  readonly maxCalls: number;
}
