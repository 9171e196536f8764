import { parseVia, splitList } from "../../sip/message/index.ts";
import type { DigestAuthenticator } from "../auth/index.ts";
import { isSameAddress, type Inventory, type Peer, type SipPhone } from "../device/index.ts";
import type { IncomingRequest, SignalingSource } from "../signaling/signaling-port.ts";
import type { TrunkKeeper } from "../trunk/trunk-keeper.ts";
import { claimOf } from "./leg/caller-identity.ts";
import type { LegDevice } from "./leg/leg.ts";
import { rejection, type Rejection } from "./rejection.ts";

/** What the embedded edge says of a peer's verified certificate; it lets no other through. */
const PEER_CERTIFICATE = "x-tandem-peer-certificate";

/** Who sent a request, or what it is answered with. */
export type Admission =
  { readonly kind: "admitted"; readonly device: SipPhone | Peer } | ({ readonly kind: "refused" } & Rejection);

/** Who is at the other end of a dialog, and where its requests come from. */
export interface RemoteParty {
  readonly device: Pick<LegDevice, "kind" | "name">;
  source: SignalingSource;
}

/** What registrations of the switch tell of who sends a request. */
export type RegisteredTrunks = Pick<TrunkKeeper, "trunkByContact" | "trunkBySource">;

/** Tells who sends a request: peers by certificate or address, phones by digest (RFC 3261 22). */
export class Gatekeeper {
  readonly #inventory: Inventory;
  readonly #authenticator: DigestAuthenticator;
  readonly #trunks: RegisteredTrunks;

  constructor(inventory: Inventory, authenticator: DigestAuthenticator, trunks: RegisteredTrunks) {
    this.#inventory = inventory;
    this.#authenticator = authenticator;
    this.#trunks = trunks;
  }

  /** A request outside a dialog that a phone or a peer may send. */
  admit(request: IncomingRequest): Admission {
    const { source } = request;
    const peer = this.#peerOf(request);
    if (peer === undefined) return this.admitPhone(request);
    const isAllowed = peer.profile.transports.some((transport) => transport === source.protocol);
    return isAllowed ? { kind: "admitted", device: peer } : { kind: "refused", ...rejection(403, "transport") };
  }

  /**
   * By certificate first: it proves more than an address does. A trunk that the switch has registered with is known by
   * the Contact that only its registrar was told, and by where that answers.
   */
  #peerOf({ message, source }: IncomingRequest): Peer | undefined {
    const names = message.getAll(PEER_CERTIFICATE).flatMap(splitList);
    const proven = names.length === 0 ? undefined : this.#inventory.peerByCertificate(names);
    return (
      proven ??
      this.#trunks.trunkByContact(message) ??
      this.#inventory.peerByAddress(source.address) ??
      this.#trunks.trunkBySource(message, source)
    );
  }

  /** A request that only phones send, and that has to be theirs (REGISTER). */
  admitPhone({ message, source }: IncomingRequest): Admission & { readonly device?: SipPhone | Peer } {
    const isRegister = message.method === "REGISTER";
    const result = this.#authenticator.verify({
      method: message.method,
      requestUri: message.uri,
      authorization: message.getAll("authorization"),
      claimedUser: claimOf(message, isRegister ? "to" : "from").user,
      ...(isRegister ? { registeredUser: claimOf(message, "to").user } : {}),
      source,
    });
    if (result.kind === "ok") return { kind: "admitted", device: result.phone };
    return { kind: "refused", status: result.status, headers: result.headers, reason: result.kind };
  }

  /**
   * A request inside a dialog: it comes from where the leg's requests come from, or proves whose it is. The leg
   * follows a device that has moved.
   * @returns what it is answered with, or undefined when it may pass
   */
  checkDialogRequest(leg: RemoteParty, request: IncomingRequest): Rejection | undefined {
    // Of an ACK the edge does not tell the protocol.
    const source = { ...request.source, protocol: request.source.protocol || leg.source.protocol };
    if (isSameAddress(leg.source.address, source.address)) {
      leg.source = source;
      return undefined;
    }
    if (leg.device.kind === "peer") {
      const isPeers = this.#peerOf(request)?.name === leg.device.name;
      if (!isPeers) return rejection(403, "foreign-source");
      leg.source = source;
      return undefined;
    }
    const admission = this.admitPhone(request);
    if (admission.kind === "refused") return admission;
    if (admission.device.name !== leg.device.name) return rejection(403, "foreign-device");
    leg.source = source;
    return undefined;
  }
}

/** Host of the top Via's sent-by; undefined when there is none. */
export function viaHostOf({ message }: IncomingRequest): string | undefined {
  const via = parseVia(message.get("via") ?? "");
  return via.ok ? via.value.host : undefined;
}
