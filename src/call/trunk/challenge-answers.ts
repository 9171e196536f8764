import type { HeaderList, IncomingResponse } from "../signaling/signaling-port.ts";
import { readChallenges, spaceOf, type DigestChallenge } from "./digest-challenge.ts";
import type { ChallengedRequest, DigestClient } from "./digest-client.ts";

interface Answered {
  readonly challenge: DigestChallenge;
  readonly sourceAddress: string;
  answers: number;
}

/** A request goes out four times at most, whatever comes: a proxy and its user agent may both challenge, and be stale. */
const MAX_ROUNDS = 3;
const MAX_ANSWERS_OF_ONE = 2;

/**
 * The challenges of one request. Each realm is answered once, and once more when only its nonce was refused (`stale`) or
 * another server asks, as one of several behind a name does.
 */
export class ChallengeAnswers {
  readonly #client: DigestClient;
  readonly #answered = new Map<string, Answered>();
  #rounds = 0;

  constructor(client: DigestClient) {
    this.#client = client;
  }

  /** What the request goes out with once more; undefined: it does not. @param request as it was sent */
  answer(
    { message, source }: Pick<IncomingResponse, "message" | "source">,
    request: ChallengedRequest,
  ): HeaderList | undefined {
    if ((message.status !== 401 && message.status !== 407) || this.#rounds >= MAX_ROUNDS) return undefined;
    const fresh = readChallenges(message).filter((challenge) => {
      const known = this.#answered.get(spaceOf(challenge));
      if (known === undefined) return true;
      const isAnothers = known.sourceAddress !== source.address;
      return known.answers < MAX_ANSWERS_OF_ONE && (challenge.isStale || isAnothers);
    });
    if (fresh.length === 0) return undefined;
    this.#rounds += 1;
    for (const challenge of fresh) {
      const answers = (this.#answered.get(spaceOf(challenge))?.answers ?? 0) + 1;
      this.#answered.set(spaceOf(challenge), { challenge, sourceAddress: source.address, answers });
    }
    return this.#client.answer(this.challenges, request);
  }

  /** The last of each realm. */
  get challenges(): readonly DigestChallenge[] {
    return [...this.#answered.values()].map(({ challenge }) => challenge);
  }
}
