import { hash } from "node:crypto";
import type { DigestAlgorithm, Ids } from "../../common/index.ts";
import { quote } from "../../sip/message/index.ts";
import type { HeaderList } from "../signaling/signaling-port.ts";
import type { DigestChallenge } from "./digest-challenge.ts";

/** Who answers challenges; octets, one character each. */
export interface DigestAccount {
  readonly user: string;
  readonly password: string;
}

/** What a response is computed for: method and Request-URI as sent. */
export interface ChallengedRequest {
  readonly method: string;
  readonly uri: string;
}

interface NonceUse {
  count: number;
  /** The same for a nonce, so that the key of a session (`-sess`) stays what it was. */
  readonly cnonce: string;
}

const FIELDS = { www: "Authorization", proxy: "Proxy-Authorization" } as const;
const HASHES: Readonly<Record<DigestAlgorithm, string>> = { MD5: "md5", "SHA-256": "sha256" };
const CNONCE_BYTES = 8;
/** Nonces whose uses are counted; the one that was used last longest ago goes first. */
const MAX_NONCES = 64;
const MAX_COUNT = 0xffff_ffff;

/** Answers digest challenges of one account: MD5, SHA-256 and their sessions, `qop=auth` or none (RFC 7616, RFC 2069). */
export class DigestClient {
  /** Those that the last REGISTER was let through with: the next one begins with them, and saves a round. */
  remembered: readonly DigestChallenge[] = [];
  readonly #account: DigestAccount;
  readonly #ids: Pick<Ids, "token">;
  readonly #uses = new Map<string, NonceUse>();

  constructor(account: DigestAccount, ids: Pick<Ids, "token">) {
    this.#account = account;
    this.#ids = ids;
  }

  /** Authorization and Proxy-Authorization for a request, one a challenge; each use of a nonce counts. */
  answer(challenges: readonly DigestChallenge[], request: ChallengedRequest): HeaderList {
    return challenges.map((challenge) => [FIELDS[challenge.by], this.#credentials(challenge, request)] as const);
  }

  #credentials(challenge: DigestChallenge, { method, uri }: ChallengedRequest): string {
    const { realm, nonce, opaque, algorithm, isSession, algorithmText, hasQop } = challenge;
    const { user, password } = this.#account;
    const { count, cnonce } = this.#use(nonce);
    const h = (text: string): string => hash(HASHES[algorithm], Buffer.from(text, "latin1"), "hex");
    const secret = h(`${user}:${realm}:${password}`);
    const ha1 = isSession ? h(`${secret}:${nonce}:${cnonce}`) : secret;
    const nc = count.toString(16).padStart(8, "0");
    const middle = hasQop ? `${nonce}:${nc}:${cnonce}:auth` : nonce;
    const response = h(`${ha1}:${middle}:${h(`${method}:${uri}`)}`);
    const parts = [
      `username=${quote(user)}`,
      `realm=${quote(realm)}`,
      `nonce=${quote(nonce)}`,
      `uri=${quote(uri)}`,
      `response="${response}"`,
      ...(algorithmText === undefined ? [] : [`algorithm=${algorithmText}`]),
      ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
      ...(hasQop ? ["qop=auth", `nc=${nc}`] : []),
      ...(hasQop || isSession ? [`cnonce="${cnonce}"`] : []),
    ];
    return `Digest ${parts.join(", ")}`;
  }

  #use(nonce: string): NonceUse {
    const known = this.#uses.get(nonce);
    this.#uses.delete(nonce);
    const use =
      known !== undefined && known.count < MAX_COUNT ? known : { count: 0, cnonce: this.#ids.token(CNONCE_BYTES) };
    use.count += 1;
    this.#uses.set(nonce, use);
    const [oldest] = this.#uses.keys();
    if (this.#uses.size > MAX_NONCES && oldest !== undefined) this.#uses.delete(oldest);
    return use;
  }
}
