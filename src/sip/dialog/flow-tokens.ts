import { createHmac, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { NextHop } from "../resolution/index.ts";
import type { Flow, Target, TransportLayer } from "../transport/index.ts";

const CODE_LENGTH = 20;
const TOKEN = /^([A-Za-z0-9_-]{8,256})\.([0-9a-f]{20})$/;
/** A token as the user part of a URI. */
const USER = /^sips?:([A-Za-z0-9_-]{8,256}\.[0-9a-f]{20})@/i;
const ROUTE = /;lr(?:[;=?]|$)/i;

/** What a text that may be a flow token names. */
export type NamedFlow =
  /** No token, or not one of ours. */
  | { readonly kind: "none" }
  /** A flow that was, and is no more. */
  | { readonly kind: "gone"; readonly flowId: string }
  | { readonly kind: "live"; readonly flowId: string; readonly target: Target };

/**
 * Names for flows that can be given away: they fit into the user part of a URI and carry a code, so that nobody can name
 * a flow that was not named to him. A token names one flow and never a later one: the ids of connections are not used
 * again, and a flow over UDP is its two ends.
 * @see RFC 5626 5.2
 */
export class FlowTokens {
  readonly #transport: Pick<TransportLayer, "overFlow">;
  readonly #key: string;

  /** @param key the same after a restart: flows over UDP outlive it */
  constructor(transport: Pick<TransportLayer, "overFlow">, key: string) {
    this.#transport = transport;
    this.#key = createHmac("sha256", key).update("flow tokens").digest("hex");
  }

  tokenOf({ id }: Pick<Flow, "id">): string {
    return `${Buffer.from(id, "latin1").toString("base64url")}.${this.#code(id)}`;
  }

  /** @param text such as the user part of a URI; absent: none */
  read(text: string | undefined): NamedFlow {
    const [, name = "", code = ""] = TOKEN.exec(text ?? "") ?? [];
    if (name === "") return { kind: "none" };
    const flowId = Buffer.from(name, "base64url").toString("latin1");
    if (!timingSafeEqual(Buffer.from(code), Buffer.from(this.#code(flowId)))) return { kind: "none" };
    const target = this.#transport.overFlow(flowId);
    return target === undefined ? { kind: "gone", flowId } : { kind: "live", flowId, target };
  }

  /** The flow that a URI names by its user part; `undefined` when it has no token, `none` when that is of another key. */
  namedBy(uriText: string): NamedFlow | undefined {
    const token = USER.exec(uriText)?.[1];
    return token === undefined ? undefined : this.read(token);
  }

  /**
   * Where a request goes whose next hop names a flow by its user part: over that flow, or, when it is gone or was named
   * under another key, to a target that fails at once (over UDP: that is sent to). `undefined` when it names none, and
   * for names that others gave: those of another proxy are in its routes.
   * @param nextHop what the URI says besides
   */
  targetOf(uriText: string, { protocol, host: address, port }: NextHop): Target | undefined {
    const named = this.namedBy(uriText);
    if (named === undefined) return undefined;
    if (named.kind === "live") return named.target;
    if (named.kind === "none" && (isIP(address) === 0 || ROUTE.test(uriText))) return undefined;
    const flowId = named.kind === "gone" ? named.flowId : "";
    return { protocol, address, port, flowId, isFlowOnly: true };
  }

  #code(id: string): string {
    return createHmac("sha256", this.#key).update(id).digest("hex").slice(0, CODE_LENGTH);
  }
}
