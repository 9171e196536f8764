import { MediaError } from "../media-error.ts";
import type { PacketSink } from "../prompt/prompt-player.ts";
import type { PromptTicker } from "../prompt/prompt-ticker.ts";
import { newG711Tables, type G711Tables } from "../rtp/g711-tables.ts";
import type { RtpStart } from "../rtp/rtp-packetizer.ts";
import { Conference } from "./conference.ts";
import { ConferenceParty, type PartyAudio } from "./conference-party.ts";

/** Places in one conference. */
const MAX_SEATS = 32;

/** A place in a conference, taken before a phone is there. */
export interface ConferenceSeat {
  readonly conferenceId: string;
  /** The phone takes part, or goes on to in another way; what it sends goes to the party that is returned. */
  sit(audio: PartyAudio, sink: PacketSink, start: () => RtpStart): ConferenceParty;
  /** The phone is gone, the place stays. */
  stand(): void;
  /** Gives the place back; may be called twice. */
  leave(): void;
}

interface Room {
  readonly conference: Conference;
  seats: number;
}

/** All conferences of a relay, by id; one is there as long as a place in it is taken. */
export class ConferenceHall {
  readonly #ticker: PromptTicker;
  readonly #rooms = new Map<string, Room>();
  #tables: G711Tables | undefined;

  constructor(ticker: PromptTicker) {
    this.#ticker = ticker;
  }

  get conferenceCount(): number {
    return this.#rooms.size;
  }

  /** Places that are taken. */
  get seatCount(): number {
    let count = 0;
    for (const { seats } of this.#rooms.values()) count += seats;
    return count;
  }

  /** @throws {MediaError} `conference-full` */
  enter(conferenceId: string): ConferenceSeat {
    const room = this.#rooms.get(conferenceId) ?? { conference: new Conference(), seats: 0 };
    if (room.seats >= MAX_SEATS) {
      throw new MediaError("conference-full", "the conference has all the parties it may have", { conferenceId });
    }
    room.seats += 1;
    this.#rooms.set(conferenceId, room);
    let party: ConferenceParty | undefined;
    let hasLeft = false;
    const stand = (): void => {
      if (party !== undefined) this.#remove(room, party);
      party = undefined;
    };
    return {
      conferenceId,
      sit: (audio, sink, start) => {
        const isSame = party?.audio.law === audio.law && party.audio.payloadType === audio.payloadType;
        if (!isSame) stand();
        party ??= this.#add(room, audio, sink, start());
        party.audio = audio;
        return party;
      },
      stand,
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        stand();
        room.seats -= 1;
        if (room.seats === 0) this.#rooms.delete(conferenceId);
      },
    };
  }

  #add({ conference }: Room, audio: PartyAudio, sink: PacketSink, start: RtpStart): ConferenceParty {
    this.#tables ??= newG711Tables();
    const party = new ConferenceParty(audio, start, sink, this.#tables);
    conference.add(party);
    this.#ticker.add(conference);
    return party;
  }

  #remove({ conference }: Room, party: ConferenceParty): void {
    conference.remove(party);
    if (conference.partyCount === 0) this.#ticker.remove(conference);
  }
}
