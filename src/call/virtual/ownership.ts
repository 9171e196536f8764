import type { CtiDeviceRequest, MediaRegistration } from "../../signals/index.ts";

/** Who has opened a CTI port or route point, as call control keeps it. Plain data; it goes into the journal. */
export interface Ownership {
  readonly device: string;
  /** Grows with each owner. */
  readonly fence: number;
  readonly session: string;
  readonly media: MediaRegistration;
  /** Its calls are routed by a dialogue. */
  readonly routes: boolean;
  /** Calls that it is offered ring at once; absent: it accepts them itself. */
  readonly autoAccept?: true;
  /** How long established calls wait for it when CTIManager is away; absent: it has not said. */
  readonly leaseMs?: number;
  /**
   * `owned`: it takes calls. `failed`: its owner has failed, and takes it up again perhaps; `lost`: it will not; `left`: it
   * has left of its own accord. Kept for its fence: an owner of before must not come back.
   */
  readonly state: "owned" | "failed" | "lost" | "left";
}

/** What is to be done about a device's calls. */
export type OwnershipEffect =
  /** Those that are not established go where they go when an application has failed. */
  | "forward-pending"
  /** Those that are established are treated as the device says. */
  | "treat-established";

export type OwnershipStep =
  | { readonly ok: true; readonly ownership: Ownership | undefined; readonly effects: readonly OwnershipEffect[] }
  | { readonly ok: false; readonly failure: "fenced" | "device-owned" | "media-mode"; readonly detail: string };

/** What is played where a registration does not say. */
const SILENCE = "silence";

/** Decides about a request of a CTIManager. Pure. */
export function stepOwnership(before: Ownership | undefined, request: CtiDeviceRequest): OwnershipStep {
  if (before !== undefined && request.fence < before.fence) {
    return refused("fenced", `${before.device} has a later owner (${before.fence})`);
  }
  if (request.type === "own") return own(before, request);
  if (before === undefined || request.fence > before.fence) return { ok: true, ownership: before, effects: [] };
  const { state } = before;
  switch (request.type) {
    case "silent":
      return { ok: true, ownership: before, effects: [] };
    case "disown":
      if (state === "lost" || state === "left") return { ok: true, ownership: before, effects: [] };
      return { ok: true, ownership: { ...before, state: "left" }, effects: ["forward-pending", "treat-established"] };
    case "failed":
      if (state !== "owned") return { ok: true, ownership: before, effects: [] };
      return { ok: true, ownership: { ...before, state: "failed" }, effects: ["forward-pending"] };
    case "lost":
      if (state === "lost" || state === "left") return { ok: true, ownership: before, effects: [] };
      return { ok: true, ownership: { ...before, state: "lost" }, effects: ["forward-pending", "treat-established"] };
  }
}

function own(before: Ownership | undefined, request: Extract<CtiDeviceRequest, { type: "own" }>): OwnershipStep {
  const { device, fence, session, media, routes, leaseMs, autoAccept } = request;
  const accepting = autoAccept === true ? { autoAccept } : {};
  const lease = leaseMs === undefined ? {} : { leaseMs };
  const ownership: Ownership = { device, fence, session, media, routes, ...lease, ...accepting, state: "owned" };
  // Whoever has a higher fence was given the device; of those with the same one the first has it.
  const isShared = before?.state === "owned" && before.fence === fence && before.session !== session;
  const clash = isShared ? clashOf(before.media, media) : undefined;
  return clash ?? { ok: true, ownership, effects: [] };
}

/** Why a second application may not register its media beside the first. */
function clashOf(first: MediaRegistration, second: MediaRegistration): OwnershipStep | undefined {
  if (first.mode === "static" || second.mode === "static") {
    return refused("device-owned", "another application has registered a static address");
  }
  if (first.mode !== second.mode) return refused("media-mode", `another application has registered ${first.mode}`);
  if (first.mode === "switch" && second.mode === "switch") {
    const isSame = (first.prompt ?? SILENCE) === (second.prompt ?? SILENCE);
    return isSame ? undefined : refused("media-mode", "another application has registered another prompt");
  }
  if (first.mode !== "dynamic" || second.mode !== "dynamic") return undefined;
  const isSame = first.codecs.join().toLowerCase() === second.codecs.join().toLowerCase();
  return isSame ? undefined : refused("media-mode", "another application has registered other codecs");
}

function refused(failure: "fenced" | "device-owned" | "media-mode", detail: string): OwnershipStep {
  return { ok: false, failure, detail };
}

/** It takes calls. */
export function isOwned(ownership: Ownership | undefined): ownership is Ownership {
  return ownership?.state === "owned";
}

/** Journals are our own; what an older or newer version wrote is not. */
export function isOwnership(value: unknown): value is Ownership {
  if (typeof value !== "object" || value === null) return false;
  const { device, fence, session, media, state } = value as Partial<Ownership>;
  const isNamed = typeof device === "string" && typeof session === "string" && typeof fence === "number";
  return isNamed && typeof media === "object" && ["owned", "failed", "lost", "left"].includes(state ?? "");
}
