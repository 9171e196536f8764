import { errorCodeOf, errorMessageOf, type Logger } from "../../common/index.ts";
import { connectionAddress, type MediaRelay, type RelayEndpoint, type RelayKey } from "../../media/index.ts";
import type { Leg } from "../control/leg/leg.ts";

/** Names of sessions of calls are never of this form. */
const PREFIX = "cti:";
/** Tags of the two sides: who is called, which is the media service itself, and its built-in far end. */
const NEAR = "caller";
const FAR = "callee";
/** What is played where the application does not say. */
const ENDPOINT = "silence";

/**
 * The media of devices whose application has none of its own: it ends in the media service, in a session beside that of the
 * call. Nothing of this throws: what the media service does not take is undefined.
 */
export class SwitchMedia {
  readonly #relay: MediaRelay;
  readonly #logger: Logger;

  constructor(relay: MediaRelay, logger: Logger) {
    this.#relay = relay;
    this.#logger = logger;
  }

  async answer(leg: Leg, offer: string, prompt: RelayEndpoint = ENDPOINT): Promise<string | undefined> {
    const options = { signalingAddress: addressIn(offer), latch: "candidates" } as const;
    return this.#attempt(leg, () => this.#relay.answerByEndpoint(keyOf(leg, NEAR), prompt, offer, options));
  }

  async offer(leg: Leg, prompt: RelayEndpoint = ENDPOINT): Promise<string | undefined> {
    return this.#attempt(leg, () => this.#relay.offerByEndpoint(keyOf(leg, FAR), prompt));
  }

  /** Takes the answer to an offer of ours. */
  async accept(leg: Leg, answer: string): Promise<void> {
    const options = { signalingAddress: addressIn(answer), latch: "candidates" } as const;
    await this.#attempt(leg, () => this.#relay.answer(keyOf(leg, FAR), answer, options));
  }

  release(leg: Leg): void {
    // A media service that is away has the session taken from it when it is back.
    void this.#attempt(leg, () => this.#relay.release(nameOf(leg)));
  }

  async #attempt<Result>(leg: Leg, act: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await act();
    } catch (error) {
      const device = leg.device.name;
      this.#logger.info("media of a device refused", {
        device,
        code: errorCodeOf(error),
        error: errorMessageOf(error),
      });
      return undefined;
    }
  }
}

/** The leg that a relay session is for, by the tag that we have given it; undefined: it is that of a call. */
export function legOfMedia(callId: string): string | undefined {
  return callId.startsWith(PREFIX) ? callId.slice(PREFIX.length) : undefined;
}

function nameOf({ localTag }: Leg): string {
  return PREFIX + localTag;
}

function keyOf(leg: Leg, fromTag: typeof NEAR | typeof FAR): RelayKey {
  return { callId: nameOf(leg), fromTag, toTag: fromTag === NEAR ? FAR : NEAR };
}

/** Both ends are sockets of the media service. */
function addressIn(sdp: string): string {
  return connectionAddress(sdp) ?? "127.0.0.1";
}
