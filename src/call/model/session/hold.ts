import type { Party } from "./session.ts";
import { mainStream, splitSdp } from "./sdp-sections.ts";

const DIRECTION = /^a=(sendrecv|sendonly|recvonly|inactive)[ \t]*(?=\r?$)/m;

/**
 * True when a session description puts the other party on hold: `sendonly`, `inactive`, or the address 0.0.0.0 of
 * RFC 2543. It is the audio that says so, and a direction of its own wins over one of the session.
 */
export function isHold(sdp: string): boolean {
  // Most say nothing of the kind, and each call asks three times.
  if (!sdp.includes("sendonly") && !sdp.includes("inactive") && !sdp.includes("0.0.0.0")) return false;
  const { session, stream } = mainSection(sdp);
  const direction = directionOf(sdp);
  if (direction === "sendonly" || direction === "inactive") return true;
  const connection = /^c=IN IP4 (\S+)/m;
  const address = connection.exec(stream)?.[1] ?? connection.exec(session)?.[1];
  return address === "0.0.0.0";
}

/**
 * The same of an answer. To an offer that sends nothing there is no answer that receives (RFC 3264 6.1): whether its
 * sender holds, too, is what it was `before`.
 */
export function isHoldInAnswer(answer: string, offer: string | undefined, before: boolean): boolean {
  const isSilent = offer?.includes("inactive") === true || offer?.includes("recvonly") === true;
  const offered = isSilent ? directionOf(offer) : undefined;
  return offered === "inactive" || offered === "recvonly" ? before : isHold(answer);
}

/**
 * A hold that leaves its sender silent (`inactive`, or 0.0.0.0 with `recvonly`), as one that the other party can be played
 * music in; anything else as it is.
 */
export function audibleHold(sdp: string): string {
  return isSilentHold(sdp) ? withDirection(sdp, "sendonly") : sdp;
}

/** What is answered to an offer that the relay was given by `audibleHold` (RFC 3264 6.1: to `inactive` by `inactive`). */
export function answerToHold(offer: string, answer: string): string {
  return isSilentHold(offer) ? withDirection(answer, "inactive") : answer;
}

function isSilentHold(sdp: string): boolean {
  const direction = directionOf(sdp);
  return (direction === "inactive" || direction === "recvonly") && isHold(sdp);
}

function withDirection(sdp: string, direction: string): string {
  const { before, stream, after } = mainSection(sdp);
  const line = `a=${direction}`;
  const changed = DIRECTION.test(stream)
    ? stream.replace(DIRECTION, line)
    : `${stream.replace(/(?:\r?\n)?$/, "\r\n")}${line}\r\n`;
  return stream === "" ? sdp : `${before}${changed}${after}`;
}

function directionOf(sdp: string): string | undefined {
  const { session, stream } = mainSection(sdp);
  return DIRECTION.exec(stream)?.[1] ?? DIRECTION.exec(session)?.[1];
}

interface MainSection {
  readonly session: string;
  readonly before: string;
  readonly stream: string;
  readonly after: string;
}

function mainSection(sdp: string): MainSection {
  const { session, media } = splitSdp(sdp);
  const main = mainStream(media);
  return {
    session,
    before: session + media.slice(0, Math.max(main, 0)).join(""),
    stream: media[main] ?? "",
    after: media.slice(main + 1).join(""),
  };
}

/** True when two descriptions differ at most in their origin line (RFC 3264 8: the version may grow by itself). */
export function isSameMedia(one: string | undefined, other: string | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  return withoutOrigin(one) === withoutOrigin(other);
}

function withoutOrigin(sdp: string): string {
  return sdp.replace(/^o=.*\r?\n/m, "");
}

/**
 * A party as it comes into another session: that it was held there is over, and what it last said, perhaps as an answer
 * to that, stands for an offer that takes and sends.
 */
export function partyToJoin(party: Party): Party {
  const { isHolding, remoteSdp } = party;
  if (isHolding || remoteSdp === undefined) return party;
  return { ...party, remoteSdp: remoteSdp.replace(/^a=(?:sendonly|recvonly|inactive)(\s*)$/gm, "a=sendrecv$1") };
}
