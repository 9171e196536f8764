/**
 * A call that is offered to a device of an application. `answering`: the application has answered, and has not said yet
 * where it wants the call's RTP.
 */
export type OfferState = "offered" | "alerting" | "answering" | "answered" | "over";

export interface Offer {
  readonly state: OfferState;
  /** Why the accept timer stands still; none: it runs. */
  readonly pauses: ReadonlySet<PauseReason>;
}

/**
 * `route`: a route dialogue is open; `silence`: it is being found out whether the application has failed; `manager`: the same
 * of the CTIManager that it speaks through.
 */
export type PauseReason = "route" | "silence" | "manager";

export type OfferEvent =
  | { readonly type: "accept" }
  /** `isReady`: its media is known. */
  | { readonly type: "answer"; readonly isReady: boolean }
  | { readonly type: "media-set" }
  | { readonly type: "reject"; readonly reason: "busy" | "rejected" }
  /** The caller is gone, another device has answered, or the call goes elsewhere. */
  | { readonly type: "cancel" }
  /** A route dialogue about it has come to nothing. */
  | { readonly type: "expire" }
  /** The application has failed. */
  | { readonly type: "failed" }
  | { readonly type: "pause"; readonly reason: PauseReason }
  | { readonly type: "resume"; readonly reason: PauseReason }
  | { readonly type: "timer"; readonly timer: OfferTimer };

/** `accept`: it is left alone; `media`: no address comes. */
export type OfferTimer = "accept" | "media";

export type OfferEffect =
  | { readonly type: "ring" }
  /** 200 with the session description of the application. */
  | { readonly type: "answer" }
  /** `cause`: Q.850. */
  | { readonly type: "refuse"; readonly status: number; readonly cause: number; readonly isWithoutMedia?: true }
  /** Nobody has said anything about the call. */
  | { readonly type: "give-up"; readonly why: "unanswered" | "application-failed" }
  | { readonly type: "start-timer"; readonly timer: OfferTimer }
  | { readonly type: "stop-timer"; readonly timer: OfferTimer };

export interface OfferStep {
  readonly offer: Offer;
  readonly effects: readonly OfferEffect[];
}

/** What may follow a state; the first is that of a new call. */
export const OFFER_TRANSITIONS: Readonly<Record<OfferState, readonly OfferState[]>> = {
  offered: ["alerting", "answering", "answered", "over"],
  alerting: ["answering", "answered", "over"],
  answering: ["answered", "over"],
  answered: [],
  over: [],
};

export const NEW_OFFER: Offer = { state: "offered", pauses: new Set() };

const REFUSALS = {
  busy: { type: "refuse", status: 486, cause: 17 },
  rejected: { type: "refuse", status: 603, cause: 21 },
} as const;
const UNANSWERED: OfferEffect = { type: "give-up", why: "unanswered" };
const CANCELLED: OfferEffect = { type: "refuse", status: 487, cause: 16 };
/** Q.850: resource unavailable. */
const NO_MEDIA: OfferEffect = { type: "refuse", status: 480, cause: 47, isWithoutMedia: true };

/** Advances one call that is offered to a device. Pure: the caller performs the effects in order. */
export function stepOffer(offer: Offer, event: OfferEvent): OfferStep {
  const { state } = offer;
  if (state === "answered" || state === "over") return { offer, effects: [] };
  switch (event.type) {
    case "accept":
      return state === "offered" ? to(offer, "alerting", [{ type: "ring" }]) : { offer, effects: [] };
    case "answer":
      if (state === "answering") return { offer, effects: [] };
      if (event.isReady) return to(offer, "answered", [{ type: "answer" }]);
      return to(offer, "answering", [{ type: "start-timer", timer: "media" }]);
    case "media-set":
      return state === "answering" ? to(offer, "answered", [{ type: "answer" }]) : { offer, effects: [] };
    case "reject":
      return to(offer, "over", [REFUSALS[event.reason]]);
    case "cancel":
      return to(offer, "over", [CANCELLED]);
    case "expire":
      return state === "offered" ? to(offer, "over", [UNANSWERED]) : { offer, effects: [] };
    case "failed":
      return to(offer, "over", [{ type: "give-up", why: "application-failed" }]);
    case "pause":
      return pause(offer, new Set([...offer.pauses, event.reason]));
    case "resume":
      return pause(offer, new Set([...offer.pauses].filter((one) => one !== event.reason)));
    case "timer":
      return fired(offer, event.timer);
  }
}

function to(offer: Offer, state: OfferState, effects: readonly OfferEffect[]): OfferStep {
  const stopped: OfferEffect[] = [];
  if (offer.state === "offered") stopped.push({ type: "stop-timer", timer: "accept" });
  if (offer.state === "answering") stopped.push({ type: "stop-timer", timer: "media" });
  return { offer: { ...offer, state }, effects: [...stopped, ...effects] };
}

/** The accept timer begins anew when nothing holds it any more. */
function pause(offer: Offer, pauses: ReadonlySet<PauseReason>): OfferStep {
  const next = { ...offer, pauses };
  if (offer.state !== "offered" || pauses.size > 0 === offer.pauses.size > 0) return { offer: next, effects: [] };
  const type = pauses.size > 0 ? "stop-timer" : "start-timer";
  return { offer: next, effects: [{ type, timer: "accept" }] };
}

function fired(offer: Offer, timer: OfferTimer): OfferStep {
  if (timer === "accept") {
    const isLate = offer.state === "offered" && offer.pauses.size === 0;
    return isLate ? to(offer, "over", [UNANSWERED]) : { offer, effects: [] };
  }
  return offer.state === "answering" ? to(offer, "over", [NO_MEDIA]) : { offer, effects: [] };
}
