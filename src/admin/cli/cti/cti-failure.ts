import type { CtiError } from "../../../sdk/index.ts";
import { EXIT } from "../exit-codes.ts";

/** Known by its name: the SDK is loaded by the commands only that use it. */
export function isCtiError(error: unknown): error is CtiError {
  return error instanceof Error && error.name === "CtiError" && "envelope" in error;
}

/** What went wrong, what became of it, and what to do: a sentence a line. */
export function ctiFailureLines({ message, envelope }: CtiError): string[] {
  const { sip, actor, state, expected, path } = envelope;
  return [
    message,
    ...(path === undefined ? [] : [`it is about ${path}`]),
    ...(state === undefined
      ? []
      : [`it is ${state} now${expected === undefined ? "" : `, and would have to be ${expected}`}`]),
    ...(actor === undefined ? [] : [`${actor.client ?? "an application"} of ${actor.user} has done it`]),
    ...(sip === undefined ? [] : [`the far end said ${sip.status}${sip.reason === undefined ? "" : ` ${sip.reason}`}`]),
    adviceOf(envelope),
  ];
}

function adviceOf({ outcome, retry, retryAfterMs }: CtiError["envelope"]): string {
  if (outcome === "unknown") return "whether it was done is not known: look at the call before you try again";
  if (outcome === "applied") return "it was done";
  switch (retry) {
    case "after":
      return `nothing was done; try again${retryAfterMs === undefined ? " later" : ` in ${Math.ceil(retryAfterMs / 1_000)} s`}`;
    case "same":
      return "nothing was done; it may be tried again";
    case "reconcile":
      return "nothing was done; look at what has changed before you try again";
    case "other_node":
      return "nothing was done; another node may do it";
    case "never":
      return "nothing was done";
  }
}

const UNREACHABLE = ["CLIENT_UNREACHABLE", "CLIENT_TIMEOUT", "NODE_UNAVAILABLE"];

export function exitCodeOfCti({ code }: CtiError): number {
  return UNREACHABLE.includes(code) ? EXIT.unavailable : EXIT.failed;
}
