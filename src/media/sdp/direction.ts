/** Who sends on a stream, seen from the side whose SDP it stands in (RFC 4566 6). */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** The direction of a side that sends, or not, and receives, or not. */
export function directionOf(sends: boolean, receives: boolean): Direction {
  if (sends) return receives ? "sendrecv" : "sendonly";
  return receives ? "recvonly" : "inactive";
}

export function canSend(direction: Direction): boolean {
  return direction === "sendrecv" || direction === "sendonly";
}

export function canReceive(direction: Direction): boolean {
  return direction === "sendrecv" || direction === "recvonly";
}

/** The widest direction that may answer `offered` (RFC 3264 6.1). */
export function answerTo(offered: Direction): Direction {
  return directionOf(canReceive(offered), canSend(offered));
}

/**
 * What a side asks for. The old hold by `c=0.0.0.0` (RFC 3264 8.4) means that it does not receive. An answer is at most
 * what its offer leaves (RFC 3264 6.1): phones that know no holds answer `sendonly` by `sendrecv`.
 * @param offered the direction of the offer when `side` answers
 */
export function effectiveDirection(
  side: { readonly direction: Direction; readonly isHeldByAddress: boolean },
  offered: Direction = "sendrecv",
): Direction {
  const left = answerTo(offered);
  return directionOf(
    canSend(side.direction) && canSend(left),
    canReceive(side.direction) && canReceive(left) && !side.isHeldByAddress,
  );
}
