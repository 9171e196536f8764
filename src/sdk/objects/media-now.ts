import type { MediaView } from "../../protocol/index.ts";
import type { Unsubscribe } from "../events/emitter.ts";
import { Waiting } from "../events/waiting.ts";

/** The media of a device: what is wanted and what flows, by call. */
export class MediaNow {
  readonly #now = new Waiting<MediaView>();
  /** Names of what there is of a call: what is wanted, and each direction. */
  readonly #names = new Map<string, Set<string>>();

  on(listener: (media: MediaView) => void): Unsubscribe {
    return this.#now.on(listener);
  }

  take(media: MediaView): void {
    const { callId, moment, direction = "both" } = media;
    if (moment === "stopped") {
      this.#remove(callId, direction === "both" ? DIRECTIONS : [direction]);
      return this.#now.tell(media);
    }
    if (moment === "started") this.#remove(callId, ["wanted"]);
    const name = moment === "wanted" ? "wanted" : direction;
    this.#names.set(callId, (this.#names.get(callId) ?? new Set()).add(name));
    this.#now.put(`${callId} ${name}`, media);
  }

  /** Nothing of it flows any more, whether that was told or not. */
  callEnded(callId: string): void {
    this.#remove(callId, this.#names.get(callId) ?? []);
  }

  end(): void {
    this.#names.clear();
    this.#now.end();
  }

  #remove(callId: string, names: Iterable<string>): void {
    const there = this.#names.get(callId);
    for (const name of [...names]) {
      there?.delete(name);
      this.#now.remove(`${callId} ${name}`);
    }
    if (there?.size === 0) this.#names.delete(callId);
  }
}

const DIRECTIONS: readonly string[] = ["send", "receive", "both"];
