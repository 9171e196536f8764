import type { PlayedOnce } from "../../prompt/music-shelf.ts";
import type { AnnouncementName, PlaySource, RelayEndpoint } from "../media-relay.ts";

const PLAIN: ReadonlySet<string> = new Set(["echo", "tone", "demo"]);
const PLAY_SOURCE = /^(music|silence|ringback|music:[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;
const CONFERENCE = /^conference:(\P{Cc}{1,128})$/u;
const MUSIC = "music:";
const ANNOUNCEMENT = /^announcement:(.*)$/;
const ANNOUNCEMENTS: Readonly<Record<AnnouncementName, true>> = {
  unavailable: true,
  "please-wait": true,
  confirmed: true,
  "conference-enter": true,
  "conference-leave": true,
};

export function isPlaySource(value: unknown): value is PlaySource {
  return typeof value === "string" && PLAY_SOURCE.test(value);
}

/** True for what the relay can be: also the name of an announcement is known. */
export function isRelayEndpoint(value: unknown): value is RelayEndpoint {
  if (typeof value !== "string") return false;
  return (
    PLAIN.has(value) || isPlaySource(value) || conferenceOf(value) !== undefined || announcementOf(value) !== undefined
  );
}

/** What `announcement:NAME` names: an announcement, or `once:NAME` for music that is played once. */
export function announcementOf(endpoint: string): AnnouncementName | PlayedOnce | undefined {
  const name = ANNOUNCEMENT.exec(endpoint)?.[1];
  if (name === undefined) return undefined;
  if (name.startsWith(MUSIC) && isPlaySource(name)) return `once:${name.slice(MUSIC.length)}`;
  return Object.hasOwn(ANNOUNCEMENTS, name) ? (name as AnnouncementName) : undefined;
}

/** The ID of `conference:ID`. */
export function conferenceOf(endpoint: string): string | undefined {
  return CONFERENCE.exec(endpoint)?.[1];
}
