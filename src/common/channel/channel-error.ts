import { SwitchError } from "../switch-error.ts";

/**
 * `not-connected`: nobody listens at the path now; `timed-out`: no reply in time; `bad-frame`: the peer broke the line
 * protocol; `peer-too-slow`: the peer left 64 MiB unread; `unknown-method`: the peer has no such handler; `failed`: the handler threw something without a code.
 * A handler's own `SwitchError` code is passed through.
 */
export type ChannelErrorCode =
  "not-connected" | "timed-out" | "bad-frame" | "peer-too-slow" | "unknown-method" | "failed" | (string & {});

export class ChannelError extends SwitchError<ChannelErrorCode> {}
