import { DEVICE_KINDS } from "../model/kinds.ts";
import type { Draft, Touched } from "./draft.ts";
import { STEP, type Steps } from "./steps.ts";

/** The SIP profiles of the node, by name. */
export type KnownProfiles = ReadonlyMap<string, "phone" | "trunk">;

/** Refuses SIP profiles that are not there, or of another kind. One that a device had before stays, whatever became of it. */
export function* checkProfiles(draft: Draft, profiles: KnownProfiles): Steps<void> {
  let done = 0;
  for (const touched of draft.touched()) {
    if (draft.isFull) return;
    checkProfile(draft, touched, profiles);
    if (++done % STEP === 0) yield;
  }
}

function checkProfile(draft: Draft, { kind, name, before, after }: Touched, profiles: KnownProfiles): void {
  const isDevice = DEVICE_KINDS.some((one) => one === kind);
  const profile = profileIn(after);
  if (!isDevice || profile === undefined || profile === profileIn(before)) return;
  const wanted = kind === "trunk" ? "trunk" : "phone";
  if (profiles.get(profile) === wanted) return;
  const known = [...profiles].flatMap(([each, of]) => (of === wanted ? [each] : [])).sort();
  const message = `there is no SIP profile ${profile} of kind ${wanted}; known: ${known.join(", ")}`;
  draft.violate({ code: "missing-reference", kind, name, path: ["profile"], message });
}

function profileIn(body: object | undefined): string | undefined {
  return body !== undefined && "profile" in body && typeof body.profile === "string" ? body.profile : undefined;
}
