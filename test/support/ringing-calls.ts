import type {
  AnyCallCommand,
  AnyCommandResult,
  CommandedCalls,
  CommandedKind,
  DialedPlace,
} from "../../src/call/cti/commands/commanded-calls.ts";
import type { EndedCall } from "../../src/call/cti/commands/ended-calls.ts";
import type { SettingChanges, SettingResult } from "../../src/call/cti/commands/setting-changes.ts";
import {
  emptyWorld,
  NO_SETTINGS,
  type Call,
  type Change,
  type Connection,
  type ModelLeg,
} from "../../src/call/model/index.ts";
import type {
  ConnectionState,
  CtiCommandRequest,
  SettingCommand,
  TerminalConnectionState,
} from "../../src/signals/index.ts";

/** The state that a command needs, and the one that it leads to. */
const CHANGES: Readonly<
  Partial<Record<AnyCallCommand["type"], readonly [TerminalConnectionState, TerminalConnectionState]>>
> = {
  answer: ["ringing", "talking"],
  hold: ["talking", "held"],
  retrieve: ["held", "talking"],
};

type Pause = () => Promise<void>;

/** Calls from a trunk that ring at a device: what commands do to them, in the simplest way that is right. */
export class RingingCalls implements CommandedCalls, SettingChanges {
  readonly now = emptyWorld(NO_SETTINGS);
  readonly versions = new Map<string, number>();
  /** What has been done, each once: `answer c1 phone-1`. */
  readonly effects: string[] = [];
  /** Of settings, by what they are of. */
  readonly settings = new Map<string, string>();
  /** Calls of the time before. */
  readonly past = new Map<string, EndedCall>();
  /** Between a command and its effect. */
  pause: Pause = () => Promise.resolve();
  onChange: (change: Change) => void = () => undefined;

  /** What has to be on file before anything can be seen of an effect. */
  beforeEffect: () => void = () => undefined;

  /** A call rings at a device. */
  ring(callId: string, device: string): void {
    this.#put(callId, [
      this.#party(callId, 1, "caller", "established", "talking"),
      this.#party(callId, 2, device, "alerting", "ringing"),
    ]);
  }

  /** A device has a leg of a call, so that commands find it there that name no call. */
  join(callId: string, device: string): void {
    this.now.legs.set(device, { legId: device, callId, device } as ModelLeg);
    this.now.legsOfDevices.set(device, new Set([device]));
  }

  /** A party hangs up. */
  end(callId: string, cause = 16): void {
    if (!this.now.calls.delete(callId)) return;
    this.versions.delete(callId);
    this.onChange({ type: "call", callId, state: "invalid", why: { cause, feature: "normal", by: "party" } });
  }

  kindOf(device: string): CommandedKind | undefined {
    return device.startsWith("phone-") ? "phone" : undefined;
  }

  async command(command: AnyCallCommand): Promise<AnyCommandResult> {
    await this.pause();
    return this.perform(command);
  }

  /** The effect of a command, at once. */
  perform(command: AnyCallCommand): AnyCommandResult {
    const callId = "callId" in command && command.callId !== undefined ? command.callId : "";
    const { device, type } = command;
    if (type === "make-call") return this.#make(command);
    const terminal = this.#terminalOf(callId, device);
    if (terminal === undefined) return fail("device-not-in-call");
    const [state, becomes] = CHANGES[type] ?? [];
    if (becomes !== undefined) {
      if (terminal === becomes && type === "hold") return { ok: true, isUnchanged: true, callId };
      return terminal === state ? this.#become(callId, device, becomes, type) : fail("wrong-state");
    }
    if (type === "redirect") return this.#redirect(callId, device, command.to);
    if (type !== "drop") throw new Error(`nothing does ${type}`);
    this.#did(`drop ${callId} ${device}`);
    this.end(callId);
    return { ok: true, callId };
  }

  step(): void {
    // What it does is done at once.
  }

  close(): void {
    // Nothing is under way.
  }

  dialed(_device: string, to: string): DialedPlace {
    if (to === "unknown") return { ok: false, failure: "destination-unknown", detail: "it leads nowhere" };
    return { ok: true, destination: `${to}@internal` };
  }

  recorded(callId: string): Promise<EndedCall | undefined> {
    return Promise.resolve(this.past.get(callId));
  }

  isUsed(callId: string): Promise<boolean> {
    return Promise.resolve(this.now.calls.has(callId) || this.past.has(callId));
  }

  async change(command: SettingCommand, by: string): Promise<SettingResult> {
    await this.pause();
    return this.set(command, by);
  }

  /** The effect of a setting, at once. */
  set(command: SettingCommand, by: string): SettingResult {
    const wrong = this.check(command);
    if (wrong !== undefined) return wrong;
    const name = "line" in command ? command.line : command.device;
    const wanted = JSON.stringify({ ...command, by });
    if (this.settings.get(name) === wanted) return { ok: true, isUnchanged: true };
    this.settings.set(name, wanted);
    this.#did(`${command.type} ${name}`);
    return { ok: true };
  }

  check(command: SettingCommand): Extract<SettingResult, { ok: false }> | undefined {
    const isWrong = "line" in command && command.line.startsWith("none");
    return isWrong ? { ok: false, failure: "line-not-found", detail: "there is no such line" } : undefined;
  }

  #make({
    device,
    to,
    newCallId = `made-${this.effects.length}`,
  }: Extract<AnyCallCommand, { type: "make-call" }>): AnyCommandResult {
    this.#did(`make-call ${newCallId} ${device} ${to}`);
    this.#put(newCallId, [
      this.#party(newCallId, 1, device, "established", "talking"),
      this.#party(newCallId, 2, to, "established", "talking"),
    ]);
    return { ok: true, callId: newCallId };
  }

  #redirect(callId: string, device: string, to: string): AnyCommandResult {
    if (to === "busy") return { ...fail("destination-busy"), sip: { status: 486 }, q850: 17 };
    this.#did(`redirect ${callId} ${device} ${to}`);
    this.#put(callId, [
      this.#party(callId, 1, "caller", "established", "talking"),
      this.#party(callId, 3, to, "alerting", "ringing"),
    ]);
    return { ok: true, callId };
  }

  #did(effect: string): void {
    this.beforeEffect();
    this.effects.push(effect);
  }

  #become(callId: string, device: string, state: TerminalConnectionState, done: string): AnyCommandResult {
    this.#did(`${done} ${callId} ${device}`);
    const connections = this.now.calls.get(callId)?.connections ?? [];
    this.#put(
      callId,
      connections.map((one): Connection => {
        const isMeant = one.terminals.some((known) => known.device === device);
        return isMeant ? { ...one, state: "established", terminals: [{ device, state }] } : one;
      }),
    );
    return { ok: true, callId };
  }

  #terminalOf(callId: string, device: string): TerminalConnectionState | undefined {
    const terminals = this.now.calls.get(callId)?.connections.flatMap((one) => one.terminals) ?? [];
    return terminals.find((one) => one.device === device)?.state;
  }

  #party(
    callId: string,
    n: number,
    device: string,
    state: ConnectionState,
    terminal: TerminalConnectionState,
  ): Connection {
    return {
      connectionId: `${callId}/${n}`,
      address: { number: device },
      state,
      terminals: [{ device, state: terminal }],
    };
  }

  #put(callId: string, connections: readonly Connection[]): void {
    const calling = connections[0]?.address ?? { number: "" };
    const call: Call = { callId, state: "active", connections, named: 3, calling, called: "1", mergedFrom: [] };
    this.now.calls.set(callId, call);
    this.versions.set(callId, (this.versions.get(callId) ?? 0) + 1);
  }
}

function fail(failure: Extract<AnyCommandResult, { ok: false }>["failure"]): Extract<AnyCommandResult, { ok: false }> {
  return { ok: false, failure, detail: "the model says so" };
}

/** A request of an application `one` unless told otherwise. */
export function requestOf(
  key: string,
  command: CtiCommandRequest["command"],
  more: Partial<CtiCommandRequest> = {},
): CtiCommandRequest {
  return { key: `one:${key}`, keyMs: 1_000, actor: { user: "ann", session: "one" }, command, waits: true, ...more };
}
