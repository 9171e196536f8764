/** Exit codes of every Tandem process, after sysexits.h. */
export const EXIT = {
  ok: 0,
  /** Something went wrong that has no code of its own, or `status` found a service that is not ready. */
  failed: 1,
  /** The command line is wrong. */
  usage: 64,
  /** Nothing runs where it was looked for, or an address or port cannot be had. */
  unavailable: 69,
  badConfig: 78,
  /** Ended by Ctrl-C, as shells say it. */
  interrupted: 130,
} as const;
