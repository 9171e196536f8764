import { headOf, joinSdp, splitSdp } from "./sdp-sections.ts";

/**
 * A dialog keeps the order and number of its media lines and its origin for as long as it lives (RFC 3264 8), also when
 * its party comes into a session with another one, whose lines are others.
 */

/**
 * Where the lines of an offer are in the dialog that it was made in: for each its index there, or itself, refused,
 * where the dialog has no place for it.
 */
export type Placement = readonly (number | string)[];

/** An offer as it goes into a dialog; without a placement its lines are where they were. */
export interface PlacedOffer {
  readonly sdp: string;
  readonly placement?: Placement;
}

/** An offer for a dialog in which `previous` was the last that we have said. */
export function placeOffer(previous: string | undefined, offer: string): PlacedOffer {
  if (previous === undefined) return { sdp: offer };
  const before = splitSdp(previous).media;
  const { session, media } = splitSdp(offer);
  if (isInPlace(before, media)) return { sdp: continueOrigin(previous, offer) };
  const places = placesOf(before, media);
  const placed = before.map((section, place) => media[places.indexOf(place)] ?? refused(section, offer));
  const placement = media.map((section, index): number | string => {
    const place = places[index];
    if (place !== undefined) return place;
    // What is refused anyhow needs no new line.
    return headOf(section).isRefused ? refused(section, offer) : placed.push(section) - 1;
  });
  return { sdp: continueOrigin(previous, joinSdp(session, placed)), placement };
}

/** An answer, or what else has the lines of its dialog already. */
export function continueOrigin(previous: string | undefined, sdp: string): string {
  const before = previous === undefined ? undefined : originOf(previous);
  const now = originOf(sdp);
  if (previous === undefined || before === undefined || now === undefined) return sdp;
  const isSame = withoutOrigin(previous) === withoutOrigin(sdp);
  const isNext =
    now.sessionId === before.sessionId && (now.version > before.version || (isSame && now.line === before.line));
  if (isNext) return sdp;
  if (isSame) return sdp.replace(now.line, () => before.line);
  const { user, sessionId, version, rest } = before;
  return sdp.replace(now.line, () => `o=${user} ${sessionId} ${version + 1n} ${rest}`);
}

/** What a party has answered, with the lines of the offer before it was placed. */
export function unplaceAnswer(placement: Placement | undefined, answer: string): string {
  if (placement === undefined) return answer;
  const { session, media } = splitSdp(answer);
  const lines = placement.map((place) => {
    if (typeof place === "string") return place;
    return media[place] ?? "m=audio 0 RTP/AVP 0\r\n";
  });
  return joinSdp(session, lines);
}

/** What a party has said before, as an answer to an offer that it is not asked about. @param local what it was told last */
export function standingAnswer(offer: string, local: string | undefined, remote: string): string {
  return unplaceAnswer(placeOffer(local, offer).placement, remote);
}

/**
 * An answer to an offer that nobody else answers any more: what stood before as far as its lines are the same, else
 * nothing of it is taken.
 */
export function answerAlone(offer: string, local: string | undefined): string {
  const { session, media } = splitSdp(offer);
  const before = local === undefined ? [] : splitSdp(local).media;
  const isSame = before.length === media.length && isInPlace(before, media);
  if (local !== undefined && isSame) return local;
  const declined = media.map((section) => refused(section, offer));
  return continueOrigin(local, joinSdp(session, declined));
}

function isInPlace(before: readonly string[], media: readonly string[]): boolean {
  return media.length >= before.length && before.every((section, index) => typeOf(section) === typeOf(media[index]));
}

/**
 * For each line of the offer the place in the dialog that it takes, in order: of those that are used for its type when there
 * are enough of them, else of all.
 */
function placesOf(before: readonly string[], media: readonly string[]): (number | undefined)[] {
  const heads = before.map(headOf);
  const wanted = media.map(headOf);
  const free = new Map<string, number[]>();
  for (const { type } of wanted) {
    const count = wanted.filter((one) => one.type === type && !one.isRefused).length;
    const all = [...heads.keys()].filter((place) => heads[place]?.type === type);
    const used = all.filter((place) => heads[place]?.isRefused === false);
    free.set(type, used.length >= count ? used : all);
  }
  return wanted.map(({ type, isRefused }) => (isRefused ? undefined : free.get(type)?.shift()));
}

function typeOf(section: string | undefined): string {
  return section === undefined ? "" : headOf(section).type;
}

/** Its line, and the address that each needs where the session gives none (RFC 4566 5.7). */
function refused(section: string, whole: string): string {
  const line = (/^m=.*/.exec(section)?.[0] ?? "").trimEnd().replace(/^(m=\S+ )\d+(?:\/\d+)?/, "$10");
  const address = (/^c=.*/m.exec(section) ?? /^c=.*/m.exec(whole))?.[0].trimEnd();
  const kept = [line, ...(address === undefined ? [] : [address]), ...(section.match(/^a=mid:.*/gm) ?? [])];
  return `${kept.map((one) => one.trimEnd()).join("\r\n")}\r\n`;
}

interface Origin {
  readonly line: string;
  readonly user: string;
  readonly sessionId: string;
  readonly version: bigint;
  readonly rest: string;
}

function originOf(sdp: string): Origin | undefined {
  const [line, user, sessionId, version, rest] = /^o=(\S+) (\d+) (\d{1,20}) (.*?)[ \t]*(?=\r?$)/m.exec(sdp) ?? [];
  if (line === undefined || user === undefined || sessionId === undefined || version === undefined) return undefined;
  return { line, user, sessionId, version: BigInt(version), rest: rest ?? "" };
}

function withoutOrigin(sdp: string): string {
  return sdp.replace(/^o=.*\r?\n/m, "");
}
