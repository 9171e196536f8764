import type { ConfigDraft } from "./draft.ts";
import type { Fault } from "./fault.ts";

const OF_DRACHTIO = ["host", "port", "secret"] as const;

/**
 * Rules about the choice of the edge.
 * @param document what stands in the file, without defaults
 */
export function edgeFaults({ edge }: ConfigDraft, document: unknown): Fault[] {
  if (edge === undefined) return [];
  if (edge.kind === "embedded") {
    return OF_DRACHTIO.filter((key) => edge[key] !== undefined).map((key) => ({
      path: ["edge", key],
      reason: "is for edge.kind: drachtio only",
    }));
  }
  const faults: Fault[] = (["host", "secret"] as const)
    .filter((key) => edge[key] === undefined)
    .map((key) => ({ path: ["edge"], reason: `needs edge.${key} with kind: drachtio` }));
  if (hasListen(document)) {
    const reason = "has no effect with edge.kind: drachtio, which has listeners of its own; leave it out";
    faults.push({ path: ["sip", "listen"], reason });
  }
  return faults;
}

function hasListen(document: unknown): boolean {
  const sip = (document as { readonly sip?: unknown } | null | undefined)?.sip;
  return typeof sip === "object" && sip !== null && "listen" in sip;
}
