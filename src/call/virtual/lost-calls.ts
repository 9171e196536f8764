import type { Clock, Timer } from "../../common/index.ts";
import type { ForwardingKind } from "../../database/index.ts";
import type { CallCommand, CommandResult } from "../../signals/index.ts";
import type { EntryStore } from "../control/recovery/call-journal.ts";
import { forwardText, INSTEAD_OF } from "../control/routing/forward-target.ts";
import type { Inventory, SipPhone } from "../device/index.ts";

/** A call that a device talks in. */
export interface TalkingCall {
  readonly legId: string;
  readonly callId: string;
  /** Octets; the device's number in the call. */
  readonly number: string;
  /** The other party is beyond a trunk. */
  readonly isExternal: boolean;
}

export interface LostCallsOptions {
  readonly clock: Clock;
  readonly inventory: Pick<Inventory, "linesOf" | "lineOf" | "forwardingOf">;
  readonly store: EntryStore;
  readonly callsOf: (device: string) => readonly TalkingCall[];
  readonly command: (command: CallCommand) => Promise<CommandResult>;
  /** Sends the other party of an established call where the line says. */
  readonly forward: (legId: string, to: string, callingSearchSpace: string | undefined) => void;
}

/** How long parties hear music that wait for another application. */
const HOLD_MS = 30_000;
/** After a start the edge has to be back before anything is asked of calls, and applications may be, too. */
const RESTORED_MS = 10_000;
const ENTRY = "cti-hold ";

/** What becomes of the established calls of devices whose application has failed for good. */
export class LostCalls {
  readonly #options: LostCallsOptions;
  /** Devices whose calls wait for another application. */
  readonly #waiting = new Map<string, Timer>();

  constructor(options: LostCallsOptions) {
    this.#options = options;
  }

  /** Takes up what waits since before this process. */
  restore(): void {
    const { store, clock } = this.#options;
    for (const [key, untilMs] of [...store.entries]) {
      if (!key.startsWith(ENTRY)) continue;
      if (typeof untilMs !== "number") store.removeEntry(key);
      else this.#wait(key.slice(ENTRY.length), Math.max(RESTORED_MS, untilMs - clock.wallMs()));
    }
  }

  /** Treats the calls of a device as it says. That it is being done is on file with the first of them. */
  treat(device: string): void {
    const calls = this.#options.callsOf(device);
    if (calls.length === 0) return;
    const { store, clock } = this.#options;
    const isHold = this.#howOf(device) === "hold";
    store.putEntry(ENTRY + device, clock.wallMs() + (isHold ? HOLD_MS : 0));
    if (!isHold) return this.#finish(device);
    for (const { callId } of calls) this.#command({ type: "hold", device, callId });
    this.#wait(device, HOLD_MS);
  }

  /** Another application has the device: who waits is talked with again. */
  takeUp(device: string): void {
    if (!this.#waiting.has(device)) return;
    this.#end(device);
    for (const { callId } of this.#options.callsOf(device)) this.#command({ type: "retrieve", device, callId });
  }

  close(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  #wait(device: string, delayMs: number): void {
    this.#waiting.get(device)?.cancel();
    this.#waiting.set(
      device,
      this.#options.clock.after(delayMs, () => this.#finish(device)),
    );
  }

  #finish(device: string): void {
    const isDrop = this.#howOf(device) === "drop";
    for (const call of this.#options.callsOf(device)) {
      if (isDrop) this.#command({ type: "drop", device, callId: call.callId });
      else this.#redirect(device, call);
    }
    this.#end(device);
  }

  #howOf(device: string): "redirect" | "hold" | "drop" {
    return this.#options.inventory.linesOf(device)[0]?.cti?.onOwnerLost ?? "redirect";
  }

  #end(device: string): void {
    this.#waiting.get(device)?.cancel();
    this.#waiting.delete(device);
    this.#options.store.removeEntry(ENTRY + device);
  }

  #redirect(device: string, { legId, callId, number, isExternal }: TalkingCall): void {
    const { inventory, forward } = this.#options;
    const found = this.#targetOf(inventory.lineOf(device, number), isExternal);
    if (found === undefined) return this.#command({ type: "drop", device, callId });
    forward(legId, found.to, found.callingSearchSpace);
  }

  #targetOf(
    phone: SipPhone | undefined,
    isExternal: boolean,
  ): { readonly to: string; readonly callingSearchSpace: string | undefined } | undefined {
    const line = phone === undefined ? undefined : this.#options.inventory.forwardingOf(phone.line);
    if (line === undefined) return undefined;
    const kinds: readonly (ForwardingKind | undefined)[] = ["onFailure", INSTEAD_OF.onFailure];
    for (const kind of kinds) {
      const to = kind === undefined ? undefined : forwardText(line, kind, isExternal);
      if (kind === undefined || to === undefined) continue;
      return { to, callingSearchSpace: line.forwarding[kind]?.callingSearchSpace };
    }
    return undefined;
  }

  /** Whatever comes of it: who has hung up meanwhile needs nothing. */
  #command(command: CallCommand): void {
    void this.#options.command(command);
  }
}
