import type { MediaRegistration } from "../../signals/index.ts";

/** How an application has a CTI port or a route point. */
export interface Registration {
  readonly media: MediaRegistration;
  /** It selects routes. */
  readonly routes: boolean;
  /** While it is the owner calls that are offered ring at once. */
  readonly autoAccept?: true;
}

/**
 * Whether a second application may have a device that another one has: `shared`; `owned`: not as long as the other one
 * does; `mismatch`: it would have to be registered with the same codecs, or the same prompt.
 */
export type Sharing = "shared" | "owned" | "mismatch";

/** The table of media registrations; of standbys of one group it does not speak. */
export function sharingOf(first: Registration, second: Registration): Sharing {
  if (first.routes || second.routes || first.media.mode !== second.media.mode) return "owned";
  switch (first.media.mode) {
    case "none":
      return "shared";
    case "switch":
      return promptOf(first.media) === promptOf(second.media) ? "shared" : "mismatch";
    case "static":
      return "owned";
    case "dynamic":
      return sameCodecs(first.media.codecs, codecsOf(second.media)) ? "shared" : "mismatch";
  }
}

function promptOf(media: MediaRegistration): string {
  return ("prompt" in media ? media.prompt : undefined) ?? "silence";
}

function codecsOf(media: MediaRegistration): readonly string[] {
  return "codecs" in media ? media.codecs : [];
}

function sameCodecs(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((codec) => others.includes(codec));
}
