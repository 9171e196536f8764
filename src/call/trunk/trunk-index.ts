import { parseUri, unescapeUser, type SipMessage } from "../../sip/message/index.ts";
import type { SignalingSource } from "../signaling/signaling-port.ts";
import type { TrunkWatch } from "./trunk-watch.ts";

/** Finds the trunk that a request comes from by what its registration has told. Made anew after a change. */
export class TrunkIndex {
  readonly #byContact = new Map<string, TrunkWatch>();
  readonly #bySource = new Map<string, TrunkWatch[]>();

  constructor(watches: Iterable<TrunkWatch>) {
    for (const watch of watches) {
      const { runner } = watch;
      if (runner === undefined) continue;
      this.#byContact.set(runner.contactUser, watch);
      for (const source of runner.sources) {
        const key = keyOf(source);
        const known = this.#bySource.get(key);
        if (known === undefined) this.#bySource.set(key, [watch]);
        else known.push(watch);
      }
    }
  }

  /** It calls the Contact that only the registrar was told. */
  byContact({ uri }: SipMessage): TrunkWatch | undefined {
    return this.#byContact.size === 0 ? undefined : this.#byContact.get(userOf(uri) ?? "");
  }

  /** It comes from where a registrar answers. Of several with one registrar the one whose user is called is meant. */
  bySource(message: SipMessage, source: SignalingSource): TrunkWatch | undefined {
    const candidates = this.#bySource.size === 0 ? [] : (this.#bySource.get(keyOf(source)) ?? []);
    if (candidates.length < 2) return candidates[0];
    const called = userOf(message.uri);
    return candidates.find(({ peer }) => peer.registration?.user === called) ?? candidates[0];
  }
}

/** Address and port: behind one address there may be phones, too. */
function keyOf({ protocol, address, port }: SignalingSource): string {
  return `${protocol} ${address} ${port}`;
}

function userOf(text: string): string | undefined {
  const uri = parseUri(text);
  return uri.ok && uri.value.user !== undefined ? unescapeUser(uri.value.user) : undefined;
}
