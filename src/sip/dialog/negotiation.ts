/**
 * Offers that wait for their answer in a dialog (RFC 3264; RFC 6337 2): each names the transaction whose response
 * answers it, or `ACK_OR_PRACK` when that request does.
 */
export interface Negotiation {
  /** Ours. */
  local: string | undefined;
  /** Of the other end. */
  remote: string | undefined;
  /** The UPDATE of the other end that has no final response. */
  update: string | undefined;
}

export const ACK_OR_PRACK = "ack-or-prack";
/** Stands for the transaction of a re-INVITE by which the edge itself refreshes the session. */
const REFRESH = "refresh";

export function newNegotiation(): Negotiation {
  return { local: undefined, remote: undefined, update: undefined };
}

/**
 * Why an UPDATE of the other end is refused: 500, to be tried again after some seconds, while a request of theirs is
 * unanswered; 491 while one of ours is.
 * @see RFC 3311 5.2
 */
export function updateRefusal({ local, remote, update }: Negotiation, hasOffer: boolean): 491 | 500 | undefined {
  if (update !== undefined) return 500;
  if (!hasOffer) return undefined;
  if (local !== undefined) return 491;
  return remote === undefined ? undefined : 500;
}

/** The edge refreshes the session by a re-INVITE. */
export function refreshBegun(negotiation: Negotiation): void {
  negotiation.local = REFRESH;
}

/** That has its final response, or will have none. */
export function refreshEnded(negotiation: Negotiation): void {
  if (negotiation.local === REFRESH) negotiation.local = undefined;
}

/**
 * True for what must not meet a refresh by re-INVITE that has no final response: another INVITE in either direction
 * (RFC 3261 14.1 and 14.2), and an UPDATE with an offer (RFC 3311 5.1).
 */
export function meetsRefresh({ local }: Negotiation, method: string, hasBody: boolean): boolean {
  return local === REFRESH && (method === "INVITE" || (method === "UPDATE" && hasBody));
}

/** A request of either end has gone out or come in. */
export function requestSeen(
  negotiation: Negotiation,
  from: "local" | "remote",
  txnId: string,
  { method, hasBody }: { readonly method: string; readonly hasBody: boolean },
): void {
  const other = from === "local" ? "remote" : "local";
  if (method === "UPDATE" && from === "remote") negotiation.update = txnId;
  const answers = method === "ACK" || (method === "PRACK" && hasBody);
  if (answers && negotiation[other] === ACK_OR_PRACK) negotiation[other] = undefined;
  else if (!hasBody) return;
  else if (method === "INVITE" || method === "UPDATE" || method === "PRACK") negotiation[from] = txnId;
}

/**
 * A response to a request of `from` has gone out or come in.
 * @param isOfferless the request was an INVITE without a session description, so the response brings the offer
 */
export function responseSeen(
  negotiation: Negotiation,
  from: "local" | "remote",
  txnId: string,
  {
    status,
    hasBody,
    isOfferless,
  }: { readonly status: number; readonly hasBody: boolean; readonly isOfferless: boolean },
): void {
  const other = from === "local" ? "remote" : "local";
  if (isOfferless && hasBody && status < 300) negotiation[other] = ACK_OR_PRACK;
  else if ((hasBody || status >= 200) && negotiation[from] === txnId) negotiation[from] = undefined;
  if (status >= 200 && negotiation.update === txnId) negotiation.update = undefined;
  if (isOfferless && status >= 300 && negotiation[other] === ACK_OR_PRACK) negotiation[other] = undefined;
}
