/** Most media that are told apart; an offer with more is not answered. */
const MAX_MEDIA = 64;

/**
 * An answer to an offer that nobody is there to answer: what we described last, and none of the media that are new.
 * Undefined when that is no answer to it (RFC 3264 6: a medium for each that is offered).
 * @param known the last session description that we sent in the dialog; empty for none
 */
export function knownAnswer(known: string, offer: string): string | undefined {
  const offered = mediaOf(offer);
  const ours = mediaOf(known).length;
  if (ours === 0 || ours > offered.length || offered.length > MAX_MEDIA) return undefined;
  const end = known.endsWith("\n") ? "" : "\r\n";
  return (
    known +
    end +
    offered
      .slice(ours)
      .map((line) => `${rejected(line)}\r\n`)
      .join("")
  );
}

function mediaOf(sdp: string): string[] {
  return sdp.split(/\r?\n/).filter((line) => line.startsWith("m="));
}

/** Port 0 (RFC 3264 6). */
function rejected(mediaLine: string): string {
  return mediaLine.replace(/^(m=\S+) \d+(?:\/\d+)?/, "$1 0");
}
