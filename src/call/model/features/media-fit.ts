import type { CommandFailure } from "../../../signals/index.ts";
import type { ModelLeg } from "../world.ts";

/** Why a feature cannot have a leg. */
interface Unfit {
  readonly failure: CommandFailure;
  readonly detail: string;
}

const ENCRYPTED: Unfit = {
  failure: "media-incompatible",
  detail: "the media is encrypted between the two parties, and nothing else can be connected with one of them",
};

/**
 * Why legs cannot be connected with a service, or with who has been answered by one: those are plain.
 * @returns undefined: they can
 */
export function unfitForPlain(...legs: readonly (ModelLeg | undefined)[]): Unfit | undefined {
  return legs.some((leg) => leg?.isEncrypted === true) ? ENCRYPTED : undefined;
}

/** Why two legs, or a leg and a service (absent), cannot be connected; undefined: they can. */
export function unfitTogether(one: ModelLeg, other?: ModelLeg): Unfit | undefined {
  return (one.isEncrypted === true) === (other?.isEncrypted === true) ? undefined : ENCRYPTED;
}
