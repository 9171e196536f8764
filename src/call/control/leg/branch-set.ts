import type { Ids } from "../../../common/index.ts";
import { limitCodecs } from "../../../media/index.ts";
import { causeName, type SessionEffect, type SessionEvent } from "../../model/index.ts";
import type { HeaderList, IncomingResponse, SignalingPort } from "../../signaling/signaling-port.ts";
import { Branch, type BranchRefusal } from "./branch.ts";
import { NO_CODEC_LEFT } from "../session/call-media.ts";
import type { Leg, LegDevice } from "./leg.ts";
import type { PickedBranch } from "./picked-branch.ts";
import type { LegLog } from "./leg-log.ts";
import type { CallTargets } from "../session/offered-invite.ts";
import type { CodecsBetween } from "../session/session-context.ts";

export interface BranchSetOptions {
  readonly port: SignalingPort;
  readonly ids: Ids;
  readonly dispatch: (event: SessionEvent) => void;
  /** Told of every INVITE and what becomes of it. */
  readonly log: LegLog;
  readonly onLeg: (leg: Leg) => void;
  readonly onLegGone: (leg: Leg) => void;
  /** Who rings or has answered, when it is known. */
  readonly onConnected: (device: LegDevice | undefined) => void;
  /** Codes of a refusal's warnings about session descriptions. */
  readonly onWarnings: (codes: readonly number[]) => void;
  readonly codecsBetween: CodecsBetween;
  /** What peers of the trust domain are told of the call as it is now. */
  readonly toTrusted: () => HeaderList;
  /** A phone says where to call instead: its URI. */
  readonly onDeflected: (by: LegDevice, uri: string) => void;
}

/** None of what the caller offers may be used with the target. */
const NO_CODEC: BranchRefusal = {
  status: NO_CODEC_LEFT.status,
  told: {
    text: `Q.850;cause=${NO_CODEC_LEFT.cause};text="${causeName(NO_CODEC_LEFT.cause)}"`,
    cause: NO_CODEC_LEFT.cause,
  },
};

/** The INVITEs of one call that are under way, or answered and not the callee's yet. */
export class BranchSet {
  readonly #options: BranchSetOptions;
  readonly #branches = new Map<string, Branch | PickedBranch>();
  /** Those that nothing was sent for. */
  readonly #silent = new Map<string, LegDevice>();

  constructor(options: BranchSetOptions) {
    this.#options = options;
  }

  get(branchId: string): Branch | PickedBranch | undefined {
    return this.#branches.get(branchId);
  }

  /** Those that ring a device. */
  branchesOf(device: string): readonly string[] {
    const sent = [...this.#branches].filter(([, { leg }]) => leg?.device.name === device);
    const silent = [...this.#silent].filter(([, { name }]) => name === device);
    return [...sent, ...silent].map(([branchId]) => branchId);
  }

  /**
   * Asks a device that rings to answer. @param headers of an INVITE that it answers by itself; absent: it takes a request
   * @returns false: nothing rings there that could be asked
   */
  askToAnswer(device: string, headers: HeaderList | undefined, onRefused: (status: number) => void): boolean {
    for (const branch of this.#branches.values()) {
      if (!("askToAnswer" in branch) || branch.leg?.device.name !== device) continue;
      if (branch.askToAnswer(headers, onRefused)) return true;
    }
    return false;
  }

  invite(
    { branchId, sdp, isOfferLater }: Extract<SessionEffect, { type: "invite" }>,
    offered: CallTargets | undefined,
    caller: LegDevice,
  ): void {
    const { port, ids, dispatch, log, onLeg, onLegGone, onConnected, onWarnings, onDeflected, toTrusted } =
      this.#options;
    const picked = this.#branches.get(branchId);
    if (picked !== undefined)
      return picked.send(sdp && (this.#offerFor(sdp, caller, picked.leg?.device ?? caller) ?? sdp));
    const target = offered?.targets.get(branchId);
    if (offered === undefined || target === undefined) {
      dispatch({ type: "branch-failed", branchId, status: 500 });
      return;
    }
    const offer = sdp === undefined ? undefined : this.#offerFor(sdp, caller, target.device);
    if (sdp !== undefined && offer === undefined) onWarnings(NO_CODEC_LEFT.warnings);
    const refused = sdp !== undefined && offer === undefined ? NO_CODEC : target.admit?.();
    if (refused !== undefined) {
      dispatch({ type: "branch-failed", branchId, ...refused, isOurs: true });
      return;
    }
    if (target.isSilent === true) {
      this.#silent.set(branchId, target.device);
      dispatch({ type: "branch-progress", branchId, status: 180, sdp: undefined });
      return;
    }
    const branch = new Branch(
      { branchId, target, caller, headers: offered.branchHeaders, toTrusted: toTrusted(), port, ids },
      {
        onLeg: (leg, before, statusBefore) => {
          if (before !== undefined) onLegGone(before);
          log.start(branchId, leg, target.route, statusBefore);
          onLeg(leg);
        },
        onTrying: () => dispatch({ type: "branch-progress", branchId, status: 100, sdp: undefined }),
        onProgress: (status, body, connected) => {
          onConnected(connected);
          log.ring(branchId, status);
          dispatch({ type: "branch-progress", branchId, status, sdp: body });
        },
        onForeseen: (sdp) => dispatch({ type: "branch-foreseen", branchId, sdp }),
        onAnswered: (body, connected) => {
          onConnected(connected);
          log.answer(branchId);
          dispatch({ type: "branch-answered", branchId, sdp: body, offered: branch.offered });
        },
        onFailed: (refusal, warnings, contact) => {
          if (contact !== undefined) onDeflected(target.device, contact);
          log.fail(branchId, refusal.status, refusal.told?.cause);
          this.forget(branchId);
          if (warnings.length > 0) onWarnings(warnings);
          dispatch({ type: "branch-failed", branchId, ...refusal });
        },
      },
    );
    this.#branches.set(branchId, branch);
    branch.send(offer, isOfferLater);
  }

  /** The offer of an INVITE that went without. */
  offer({ branchId, sdp }: Extract<SessionEffect, { type: "offer" }>, caller: LegDevice): void {
    const branch = this.#branches.get(branchId);
    if (!(branch instanceof Branch) || branch.leg === undefined) return;
    const { dispatch, onWarnings } = this.#options;
    const offer = this.#offerFor(sdp, caller, branch.leg.device);
    if (offer !== undefined) return branch.offer(offer);
    onWarnings(NO_CODEC_LEFT.warnings);
    dispatch({ type: "branch-refused", branchId, ...NO_CODEC });
  }

  /** A leg that is up is to be invited as this branch. */
  expect(branchId: string, picked: PickedBranch): void {
    const { dispatch, log, onLeg, onConnected } = this.#options;
    const { leg } = picked;
    this.#branches.set(branchId, picked);
    log.start(branchId, leg, undefined, 0);
    onLeg(leg);
    picked.begin({
      onAnswered: (sdp) => {
        onConnected(leg.device);
        log.answer(branchId);
        dispatch({ type: "branch-answered", branchId, sdp });
      },
      onFailed: () => {
        log.fail(branchId, 487);
        this.forget(branchId);
        // Whatever it says is about the leg, and not about who was called.
        dispatch({ type: "branch-failed", branchId, status: 503, isOurs: true });
      },
    });
  }

  #offerFor(sdp: string, caller: LegDevice, callee: LegDevice): string | undefined {
    const codecs = this.#options.codecsBetween(caller.name, callee.name);
    return codecs === undefined ? sdp : limitCodecs(sdp, codecs);
  }

  /** Hands over the leg of an answered branch, which is none any more. */
  take(branchId: string): { readonly leg: Leg; readonly response: IncomingResponse } | undefined {
    const { leg, response } = this.#branches.get(branchId) ?? {};
    if (leg === undefined || response === undefined) return undefined;
    this.#branches.delete(branchId);
    this.#options.log.adopt(branchId);
    return { leg, response };
  }

  /** Gives one up; its final response still comes. */
  cancel(branchId: string, headers: HeaderList): void {
    if (this.#silent.delete(branchId)) return this.#options.dispatch({ type: "branch-failed", branchId, status: 487 });
    this.#options.log.giveUp(branchId);
    this.#branches.get(branchId)?.cancel(headers);
  }

  /** Ends one that answered too late. @param bye ends its dialog */
  decline(branchId: string, bye: (leg: Leg | undefined) => void): void {
    const branch = this.#branches.get(branchId);
    if (branch === undefined) return;
    branch.response?.acknowledge();
    bye(branch.leg);
    this.#options.log.giveUp(branchId);
    this.forget(branchId);
  }

  forget(branchId: string): void {
    const branch = this.#branches.get(branchId);
    this.#branches.delete(branchId);
    if (branch?.leg !== undefined) this.#options.onLegGone(branch.leg);
    if (branch !== undefined && "leave" in branch) branch.leave();
  }

  clear(): void {
    this.#silent.clear();
    for (const branchId of [...this.#branches.keys()]) this.forget(branchId);
  }
}
