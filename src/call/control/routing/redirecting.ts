import type { SipHeader } from "../../../signals/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import type { Dialed } from "../../digit-analysis/index.ts";
import type { Doing } from "../../model/index.ts";

/** Who sends a call elsewhere that has been offered, and where to. */
export interface Redirecting {
  /** Whose line it is that redirects, and who pays. */
  readonly by: SipPhone | Peer;
  readonly dialed: Dialed;
  readonly doing: Doing & { readonly feature: "redirect" | "redirection-3xx" };
  /** Whose calling search space applies; absent: that of `by`. */
  readonly as?: SipPhone | Peer;
  /** Who counts as called first: the new destination, or a number; absent: who did. */
  readonly originalCalled?: "reset" | { readonly number: string };
  /** How the caller is shown; absent: as it is. */
  readonly callingNumber?: string;
  /** Header fields of the INVITEs to the new destination; absent: none. */
  readonly headers?: readonly SipHeader[];
  /** When the new destination is busy or is not there, and has not rung, the call comes back. */
  readonly isKept: boolean;
  /** A service of the switch may answer it: there is a caller. Absent: it has to ring somewhere. */
  readonly mayBeServed?: boolean;
}

/** A phone itself says where to call instead. */
export const DEFLECTED: Redirecting["doing"] = { feature: "redirection-3xx" };
