import { withMore } from "../../../common/index.ts";
import { causeName, type BranchGroup } from "../../model/index.ts";
import type { BranchRefusal, BranchTarget } from "../leg/branch.ts";
import { placesOf, targetOf, type RouteContext } from "../routing/route-call.ts";
import type { RoutedCall } from "../routing/routed-call.ts";
import type { Hunting, HuntMember, HuntStep } from "./hunting.ts";

/** INVITEs of one hunt in all, and of one member. */
const MAX_HUNTED = 400;
const MAX_PLACES = 16;

const USER_BUSY = 17;
const BUSY: BranchRefusal = {
  status: 486,
  told: { text: `Q.850;cause=${USER_BUSY};text="${causeName(USER_BUSY)}"`, cause: USER_BUSY },
};

/**
 * The way through the members of a hunt: a group of branches for each step. Who has become busy meanwhile is passed over when
 * it is his turn.
 * @param wholeMs the longest hunting in all
 */
export function huntRoute(
  steps: readonly HuntStep[],
  wholeMs: number,
  { hunting, context }: { readonly hunting: Hunting; readonly context: RouteContext },
): RoutedCall {
  const targets = new Map<string, BranchTarget>();
  const groups: BranchGroup[] = [];
  for (const { group, members, ringMs } of steps) {
    const found = members.flatMap((member) => targetsOf(member, group, hunting, context));
    const taken = found.slice(0, MAX_HUNTED - targets.size);
    const branchIds = taken.map((target) => {
      const branchId = context.ids.uuid();
      targets.set(branchId, target);
      return branchId;
    });
    if (branchIds.length > 0) groups.push({ branchIds, ringMs, isHunted: true });
  }
  return {
    kind: "routed",
    route: { kind: "branches", groups, diverts: ["no-coverage"], wholeMs },
    targets,
    callee: undefined,
  };
}

function targetsOf(
  { line, phones }: HuntMember,
  group: string,
  hunting: Hunting,
  context: RouteContext,
): readonly BranchTarget[] {
  const targets = phones.flatMap((phone) =>
    placesOf(context.lookup(phone)).flatMap(({ bindings }): BranchTarget[] => {
      const target = targetOf(phone, bindings, context);
      if (target === undefined) return [];
      const admit = (): BranchRefusal | undefined => {
        if (!hunting.isFree(phone)) return BUSY;
        hunting.noteRung(group, line);
        return undefined;
      };
      return [withMore(target, { admit })];
    }),
  );
  return targets.slice(0, MAX_PLACES);
}
