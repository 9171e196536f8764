import type { Agenda } from "./agenda.ts";
import type { Chance, Weather } from "./chance.ts";
import type { SimulatedEdge } from "./edge.ts";
import { answerTo, directionIn, sdpOf } from "./relay.ts";
import { TRUNK } from "./plan.ts";

/** A dialog as its phone has it. `gone`: the phone has lost its power, and says nothing any more. */
export interface PhoneDialog {
  readonly tag: string;
  readonly device: string;
  readonly port: number;
  readonly isCaller: boolean;
  state: "inviting" | "ringing" | "up" | "over" | "gone";
  isHolding: boolean;
  /** Its re-INVITE that has no answer yet. */
  own: PhoneRequest | undefined;
  /** The final response of its first INVITE that has passed the edge; 0: none has. */
  finalAtEdge: number;
  /** It hangs up as soon as it can. */
  isLeaving: boolean;
}

export interface PhoneRequest {
  readonly transaction: string;
  readonly holds: boolean;
  readonly isLate: boolean;
  finalAtEdge: number;
}

/** What phones want of the switch. */
export interface PhonesHost {
  onInvite(dialog: PhoneDialog, number: string, sdp: string | undefined): void;
  onCancel(dialog: PhoneDialog): void;
  onReinvite(dialog: PhoneDialog, transaction: string, sdp: string | undefined): void;
  onReinviteCancelled(dialog: PhoneDialog, transaction: string): void;
  onAck(dialog: PhoneDialog, sdp: string | undefined): void;
  onBye(dialog: PhoneDialog): void;
  onRefer(dialog: PhoneDialog, to: string, replaces: string | undefined): void;
  /** A response of a phone to an INVITE of ours. */
  onBranch(tag: string, status: number, sdp: string | undefined): void;
  /** The dialog of a phone that is gone has expired. */
  onExpired(dialog: PhoneDialog): void;
}

/** Where there is no phone. */
export const NOBODY: PhoneDialog = {
  tag: "",
  device: "",
  port: 0,
  isCaller: false,
  state: "over",
  isHolding: false,
  own: undefined,
  finalAtEdge: 487,
  isLeaving: false,
};

const TIMEOUT_MS = 32_000;

/** All phones, and the trunk: they answer the switch, and do what their users want. */
export class SimulatedPhones {
  readonly dialogs = new Map<string, PhoneDialog>();
  readonly #agenda: Agenda;
  readonly #chance: Chance;
  readonly #weather: Weather;
  readonly #edge: SimulatedEdge;
  readonly #host: PhonesHost;
  #named = 0;

  constructor(
    { agenda, chance, weather, edge }: { agenda: Agenda; chance: Chance; weather: Weather; edge: SimulatedEdge },
    host: PhonesHost,
  ) {
    this.#agenda = agenda;
    this.#chance = chance;
    this.#weather = weather;
    this.#edge = edge;
    this.#host = host;
  }

  /** Dialogs that a user sees. */
  inState(...states: readonly PhoneDialog["state"][]): PhoneDialog[] {
    return [...this.dialogs.values()].filter(({ state }) => states.includes(state));
  }

  nameDialog(): string {
    this.#named += 1;
    return `leg${this.#named}`;
  }

  // What users do.

  call(device: string, number: string): void {
    const dialog = this.#add(this.nameDialog(), device, true);
    const sdp = this.#chance.happens(0.1) ? undefined : sdpOf(dialog.port);
    this.#edge.toSwitch(dialog.tag, () => {
      if (dialog.state === "inviting" || dialog.finalAtEdge === 487) this.#host.onInvite(dialog, number, sdp);
    });
  }

  answer(dialog: PhoneDialog): void {
    if (dialog.state !== "ringing") return;
    dialog.state = "up";
    this.#edge.toSwitch(dialog.tag, () => this.#host.onBranch(dialog.tag, 200, sdpOf(dialog.port)));
  }

  refuse(dialog: PhoneDialog, status: number): void {
    if (dialog.state !== "ringing") return;
    this.#over(dialog);
    this.#edge.toSwitch(dialog.tag, () => this.#host.onBranch(dialog.tag, status, undefined));
  }

  hangUp(dialog: PhoneDialog): void {
    switch (dialog.state) {
      case "inviting":
        dialog.isLeaving = true;
        if (dialog.finalAtEdge === 0) this.#cancel(dialog);
        return;
      case "ringing":
        return this.refuse(dialog, 603);
      case "up":
        return this.#bye(dialog);
      case "over":
      case "gone":
        return;
    }
  }

  change(dialog: PhoneDialog, holds: boolean, isLate: boolean): void {
    if (dialog.state !== "up" || dialog.own !== undefined) return;
    this.#named += 1;
    const own: PhoneRequest = { transaction: `t${this.#named}`, holds, isLate, finalAtEdge: 0 };
    dialog.own = own;
    const sdp = isLate ? undefined : sdpOf(dialog.port, holds ? "sendonly" : "sendrecv");
    this.#edge.toSwitch(dialog.tag, () => this.#host.onReinvite(dialog, own.transaction, sdp));
  }

  cancelChange(dialog: PhoneDialog): void {
    const { own } = dialog;
    if (own === undefined || own.finalAtEdge !== 0 || dialog.state !== "up") return;
    own.finalAtEdge = 487;
    dialog.own = undefined;
    this.#edge.toSwitch(dialog.tag, () => this.#host.onReinviteCancelled(dialog, own.transaction));
  }

  refer(dialog: PhoneDialog, to: string, replaces: string | undefined): void {
    if (dialog.state === "up") this.#edge.toSwitch(dialog.tag, () => this.#host.onRefer(dialog, to, replaces));
  }

  /** A device loses its power. */
  losePower(device: string): void {
    for (const dialog of this.dialogs.values()) {
      if (dialog.device !== device || dialog.state === "over" || dialog.state === "gone") continue;
      const isUp = dialog.state === "up" || (dialog.state === "inviting" && dialog.finalAtEdge === 200);
      if (dialog.state === "inviting" && dialog.finalAtEdge === 0) this.#cancel(dialog);
      dialog.state = "gone";
      if (isUp) this.#edge.later(() => this.#host.onExpired(dialog), this.#chance.below(60_000));
    }
  }

  // What the switch says to them.

  /** @param tag names the new dialog */
  ring(tag: string, device: string, sdp: string | undefined): PhoneDialog {
    const dialog = this.#add(tag, device, false);
    this.#edge.toPhone(tag, () => this.#behave(dialog, sdp));
    return dialog;
  }

  /** The switch gives an INVITE up. */
  cancelRinging(tag: string): void {
    this.#edge.toPhone(tag, () => {
      const dialog = this.dialogs.get(tag);
      if (dialog?.state === "ringing") this.refuse(dialog, 487);
      else if (dialog?.state === "gone") this.#timeout(dialog);
    });
  }

  /** The final response of a phone's INVITE. @param onLost told when a 2xx comes too late */
  respondInvite(dialog: PhoneDialog, status: number, onLost?: () => void): void {
    if (!this.#edge.isUp) return;
    if (dialog.finalAtEdge !== 0) {
      if (onLost !== undefined) this.#edge.toSwitch(dialog.tag, onLost);
      return;
    }
    dialog.finalAtEdge = status;
    this.#edge.toPhone(dialog.tag, () => {
      if (dialog.state !== "inviting") return;
      if (status >= 300) return this.#over(dialog);
      dialog.state = "up";
      this.#edge.toSwitch(dialog.tag, () => this.#host.onAck(dialog, sdpOf(dialog.port)));
      if (dialog.isLeaving) this.#bye(dialog);
    });
  }

  /** @param onLost told when a 2xx comes too late */
  respondChange(dialog: PhoneDialog, transaction: string, status: number, onLost?: () => void): void {
    if (!this.#edge.isUp) return;
    const { own } = dialog;
    if (own?.transaction !== transaction || own.finalAtEdge !== 0) {
      if (onLost !== undefined && status < 300) this.#edge.toSwitch(dialog.tag, onLost);
      return;
    }
    own.finalAtEdge = status;
    this.#edge.toPhone(dialog.tag, () => {
      if (dialog.own !== own) return;
      dialog.own = undefined;
      if (dialog.state !== "up") return;
      if (status === 481 || status === 408) return this.#over(dialog);
      if (status >= 300) return;
      dialog.isHolding = own.holds;
      const answer = own.isLate ? sdpOf(dialog.port, own.holds ? "sendonly" : "sendrecv") : undefined;
      this.#edge.toSwitch(dialog.tag, () => this.#host.onAck(dialog, answer));
    });
  }

  /** A re-INVITE of the switch. @param onFinal told of the response, unless the edge dies first */
  ask(tag: string, sdp: string | undefined, onFinal: (status: number, sdp: string | undefined) => void): void {
    this.#edge.toPhone(tag, () => {
      const dialog = this.dialogs.get(tag);
      const reply = (status: number, text?: string): void => this.#edge.toSwitch(tag, () => onFinal(status, text));
      if (dialog === undefined || dialog.state === "over") return reply(481);
      if (dialog.state === "gone") return this.#edge.later(() => onFinal(408, undefined), TIMEOUT_MS);
      if (dialog.own !== undefined || dialog.state !== "up") return reply(491);
      if (this.#chance.happens(this.#weather.phoneRefuses))
        return reply(this.#chance.pick([500, 503, 503, 488, 408]) ?? 500);
      const direction = sdp === undefined ? "sendrecv" : answerTo(directionIn(sdp), dialog.isHolding);
      reply(200, sdpOf(dialog.port, direction));
    });
  }

  /** @param onOver told when it is answered */
  bye(tag: string, onOver: () => void): void {
    const dialog = this.dialogs.get(tag);
    if (!this.#edge.isUp) return this.#edge.later(onOver);
    if (dialog?.state === "gone") return this.#edge.later(onOver, TIMEOUT_MS);
    this.#edge.toPhone(tag, () => {
      if (dialog !== undefined && dialog.state !== "gone") this.#over(dialog);
    });
    this.#edge.later(onOver, this.#weather.delayMs);
  }

  /** The edge is gone: whatever was not up is over. */
  loseEdge(): void {
    for (const dialog of this.dialogs.values()) {
      if (dialog.state === "inviting" || dialog.state === "ringing") this.#over(dialog);
      if (dialog.finalAtEdge === 0) dialog.finalAtEdge = 503;
      dialog.own = undefined;
    }
  }

  /** The edge ends a dialog that the switch does not know. */
  end(dialog: PhoneDialog): void {
    if (dialog.state !== "gone") this.#over(dialog);
  }

  #add(tag: string, device: string, isCaller: boolean): PhoneDialog {
    this.#named += 1;
    const dialog: PhoneDialog = {
      tag,
      device,
      port: 4_000 + this.#named,
      isCaller,
      state: isCaller ? "inviting" : "ringing",
      isHolding: false,
      own: undefined,
      finalAtEdge: 0,
      isLeaving: false,
    };
    this.dialogs.set(tag, dialog);
    return dialog;
  }

  #over(dialog: PhoneDialog): void {
    dialog.state = "over";
    this.dialogs.delete(dialog.tag);
  }

  #cancel(dialog: PhoneDialog): void {
    dialog.finalAtEdge = 487;
    this.#over(dialog);
    this.#edge.toSwitch(dialog.tag, () => this.#host.onCancel(dialog));
  }

  #bye(dialog: PhoneDialog): void {
    this.#over(dialog);
    this.#edge.toSwitch(dialog.tag, () => this.#host.onBye(dialog));
  }

  #timeout(dialog: PhoneDialog): void {
    this.#edge.later(() => this.#host.onBranch(dialog.tag, 408, undefined), TIMEOUT_MS);
  }

  /** What a phone does that is called. */
  #behave(dialog: PhoneDialog, sdp: string | undefined): void {
    if (dialog.state === "gone") return this.#timeout(dialog);
    if (dialog.state !== "ringing") return;
    const roll = this.#chance.next();
    const isTrunk = dialog.device === TRUNK;
    if (roll < 0.06) return this.refuse(dialog, 486);
    if (roll < 0.1) return this.refuse(dialog, this.#chance.pick([404, 480, 500, 503, 603]) ?? 480);
    if (isTrunk && roll < 0.5) this.#edge.toSwitch(dialog.tag, () => this.#host.onBranch(dialog.tag, 100, undefined));
    const hasEarly = isTrunk && sdp !== undefined && roll > 0.7;
    const early = hasEarly ? sdpOf(dialog.port) : undefined;
    if (roll > 0.15) {
      this.#edge.toSwitch(dialog.tag, () => {
        if (dialog.state === "ringing") this.#host.onBranch(dialog.tag, hasEarly ? 183 : 180, early);
      });
    }
    if (roll < 0.55) this.#later(dialog, () => this.answer(dialog));
    else if (roll < 0.62) this.#later(dialog, () => this.refuse(dialog, 603));
  }

  #later(dialog: PhoneDialog, act: () => void): void {
    this.#agenda.plan(this.#agenda.nowMs + this.#chance.below(12_000), false, () => {
      if (dialog.state === "ringing") act();
    });
  }
}
