import type { Forward, ForwardingKind } from "../../database/index.ts";

/** Where calls of a directory number go instead. */
export interface LineForwarding {
  readonly forwarding: { readonly [Kind in ForwardingKind]?: Forward | undefined };
  /** Where `voice-mail` leads; absent: nowhere. */
  readonly voiceMail?: string | undefined;
  /** Ringing before `forwarding.noAnswer`. */
  readonly noAnswerSeconds: number;
}
