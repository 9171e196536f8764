import { SwitchError } from "../../src/common/index.ts";
import type { CallControlLink, CallControlListener } from "../../src/cti/call-control-link.ts";
import type {
  CallQuality,
  CallView,
  CtiAttach,
  CtiAttached,
  CtiCommandReply,
  CtiCommandRequest,
  CtiDeviceReply,
  CtiDeviceRequest,
  CtiSignal,
  CtiSnapshot,
  DeviceView,
  LineView,
  PlacedSignal,
} from "../../src/signals/index.ts";
import { ScriptedCalls, type ScriptedLine } from "./scripted-calls.ts";

/** A device of a fake call control. */
export interface FakeDevice {
  readonly name: string;
  readonly kind?: DeviceView["kind"];
  /** Numbers of its lines. */
  readonly lines: readonly string[];
}

/** What is kept of the owner of a device. */
interface Owner {
  readonly fence: number;
  readonly session: string;
  readonly state: "owned" | "failed" | "left" | "lost";
}

/**
 * A call control in memory: an outbox of signals with epoch and acknowledgement, calls that do what they are told, devices
 * with owners and fences, commands that are done once for each key.
 */
export class FakeCallControl implements CallControlLink {
  readonly calls: ScriptedCalls;
  readonly devices = new Map<string, DeviceView>();
  readonly lines = new Map<string, LineView>();
  readonly owners = new Map<string, Owner>();
  /** Requests about devices, in the order in which they came. */
  readonly deviceRequests: CtiDeviceRequest[] = [];
  readonly commands: CtiCommandRequest[] = [];
  isConnected = false;
  /** What is known of the media of calls; absent: of none that goes on. */
  quality: ((callId: string, timeoutMs: number) => Promise<CallQuality | undefined>) | undefined;
  /** As CTIManager has asked for; calls are told only then, and each time from a new epoch on. */
  observesCalls = false;
  /** The connection is lost when the next command has been done. */
  losesNextReply = false;
  /** Requests about devices wait until `release`. */
  hold = false;
  #held: (() => void)[] = [];
  #late: PlacedSignal[] | undefined;
  acknowledged = 0;
  epoch = "e1";
  #outbox: PlacedSignal[] = [];
  #position = 0;
  #listener: CallControlListener | undefined;
  #isAttached = false;
  readonly #results = new Map<string, CtiCommandReply>();

  constructor(devices: readonly FakeDevice[]) {
    const lines = new Map<string, string[]>();
    for (const { name, kind = "phone", lines: numbers } of devices) {
      this.devices.set(name, {
        name,
        kind,
        lines: numbers.map((number) => `${number}@internal`),
        isInService: kind === "phone",
        isRestricted: false,
        capabilities: { answer: kind === "phone" ? "remote" : "application", offers: kind !== "phone", digits: true },
        doNotDisturb: "off",
      });
      for (const number of numbers) lines.set(number, [...(lines.get(number) ?? []), name]);
    }
    for (const [number, names] of lines) {
      const name = `${number}@internal`;
      this.lines.set(name, {
        name,
        number,
        devices: names,
        isRestricted: false,
        forwarding: {},
        isMessageWaiting: false,
      });
    }
    const scripted: ScriptedLine[] = [...lines].map(([number, names]) => ({ number, devices: names }));
    this.calls = new ScriptedCalls(scripted, (signal) => this.tell(signal));
  }

  get position(): number {
    return this.#position;
  }

  start(listener: CallControlListener): void {
    this.#listener = listener;
    this.connect();
  }

  connect(): void {
    if (this.isConnected || this.#listener === undefined) return;
    this.isConnected = true;
    this.#listener.onConnected();
  }

  disconnect(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.#isAttached = false;
    this.#listener?.onDisconnected();
  }

  /** Another CTIManager takes the place of the one before, which has died. */
  die(): void {
    this.isConnected = false;
    this.#isAttached = false;
    this.#listener = undefined;
  }

  /** Signals are lost, as with the disk: positions begin anew. */
  forget(): void {
    this.disconnect();
    this.#beginAnew();
  }

  #beginAnew(): void {
    this.epoch = `${this.epoch}+`;
    this.#outbox = [];
    this.#position = 0;
    this.acknowledged = 0;
  }

  tell(signal: CtiSignal): void {
    if (!this.observesCalls && (signal.kind === "call" || signal.kind === "media" || signal.kind === "digits")) return;
    if (signal.kind === "device") this.devices.set(signal.device.name, signal.device);
    if (signal.kind === "line") this.lines.set(signal.line.name, signal.line);
    if (signal.kind === "removed" && signal.device !== undefined) this.devices.delete(signal.device);
    if (signal.kind === "removed" && signal.line !== undefined) this.lines.delete(signal.line);
    this.#position += 1;
    const placed = { position: this.#position, signal };
    this.#outbox.push(placed);
    if (this.#late !== undefined) this.#late.push(placed);
    else if (this.#isAttached) this.#listener?.onSignals([placed]);
  }

  /** Signals are on their way until `releaseSignals`; replies come before them. */
  holdSignals(): void {
    this.#late ??= [];
  }

  releaseSignals(): void {
    const late = this.#late ?? [];
    this.#late = undefined;
    if (this.#isAttached && late.length > 0) this.#listener?.onSignals(late);
  }

  async attach({ epoch, position = 0, observesCalls }: CtiAttach): Promise<CtiAttached> {
    this.#checkConnected();
    if (observesCalls && !this.observesCalls && epoch !== undefined) this.#beginAnew();
    this.observesCalls = observesCalls;
    const isResumed = epoch === this.epoch && position >= this.acknowledged && position <= this.#position;
    if (isResumed) this.#acknowledge(position);
    const from = isResumed ? position : this.#position;
    this.#isAttached = true;
    const missed = this.#outbox.filter((placed) => placed.position > from);
    if (missed.length > 0) this.#listener?.onSignals(missed);
    return { node: "test", epoch: this.epoch, position: from, isResumed };
  }

  async ack(position: number): Promise<void> {
    this.#checkConnected();
    this.#acknowledge(position);
  }

  async snapshot(): Promise<CtiSnapshot> {
    this.#checkConnected();
    return {
      epoch: this.epoch,
      position: this.#position,
      calls: this.observesCalls ? this.calls.live : [],
      devices: [...this.devices.values()],
      lines: [...this.lines.values()],
      routes: [],
    };
  }

  async endedCall(callId: string): Promise<CallView | undefined> {
    this.#checkConnected();
    const view = this.calls.views.get(callId);
    return view?.state === "invalid" ? view : undefined;
  }

  async mediaQuality(callId: string, timeoutMs: number): Promise<CallQuality | undefined> {
    this.#checkConnected();
    return this.quality?.(callId, timeoutMs);
  }

  async command(request: CtiCommandRequest): Promise<CtiCommandReply> {
    this.#checkConnected();
    this.commands.push(request);
    const known = this.#results.get(request.key);
    if (known !== undefined) return { ...known, isReplayed: true };
    const reply = this.#perform(request);
    this.#results.set(request.key, reply);
    if (this.losesNextReply) {
      this.losesNextReply = false;
      this.disconnect();
      this.#checkConnected();
    }
    return reply;
  }

  async device(request: CtiDeviceRequest): Promise<CtiDeviceReply> {
    this.#checkConnected();
    if (this.hold) await new Promise<void>((resolve) => this.#held.push(resolve));
    this.deviceRequests.push(request);
    const { device, fence } = request;
    const owner = this.owners.get(device);
    if (owner !== undefined && fence < owner.fence) {
      return { ok: false, position: this.#position, failure: "fenced", detail: "a later owner" };
    }
    if (request.type === "own") {
      this.owners.set(device, { fence, session: request.session, state: "owned" });
      this.#setInService(device, true);
    } else if (owner !== undefined && request.type !== "silent") {
      const state = request.type === "disown" ? "left" : request.type;
      this.owners.set(device, { ...owner, state });
      this.#setInService(device, false);
    }
    return { ok: true, position: this.#position };
  }

  release(): void {
    this.hold = false;
    for (const go of this.#held.splice(0)) go();
  }

  close(): void {
    this.die();
  }

  #perform({ command }: CtiCommandRequest): CtiCommandReply {
    const callId = "callId" in command ? command.callId : undefined;
    if (callId !== undefined && !this.calls.views.has(callId)) {
      return { ok: false, position: this.#position, failure: "call-not-found", detail: callId, outcome: "not-applied" };
    }
    if (command.type === "make-call") {
      const [number = ""] = (this.devices.get(command.device)?.lines ?? []).map((line) => line.split("@")[0] ?? "");
      return { ok: true, callId: this.calls.start(number, command.to, command.newCallId), position: this.#position };
    }
    const isOver = this.calls.views.get(callId ?? "")?.state === "invalid";
    if (command.type === "drop" && isOver) return { ok: true, isUnchanged: true, position: this.#position };
    const detail = command.type;
    if (callId === undefined || !this.#change(command, callId)) {
      return { ok: false, position: this.#position, failure: "wrong-state", detail, outcome: "not-applied" };
    }
    return { ok: true, position: this.#position, callId };
  }

  /** @returns false when it is nothing that this call control can do */
  #change(command: CtiCommandRequest["command"], callId: string): boolean {
    if (command.type === "redirect") this.calls.redirect(callId, command.to);
    else if (command.type === "accept") this.calls.ring(callId);
    else if (command.type === "answer") this.calls.answer(callId);
    else if (command.type === "hold") this.calls.hold(callId, command.device, true);
    else if (command.type === "retrieve") this.calls.hold(callId, command.device, false);
    else if (command.type === "drop") this.calls.end(callId);
    else return false;
    return true;
  }

  #setInService(device: string, isInService: boolean): void {
    const view = this.devices.get(device);
    if (view !== undefined && view.isInService !== isInService)
      this.tell({ kind: "device", device: { ...view, isInService } });
  }

  #acknowledge(position: number): void {
    this.acknowledged = Math.max(this.acknowledged, position);
    this.#outbox = this.#outbox.filter((placed) => placed.position > this.acknowledged);
  }

  #checkConnected(): void {
    if (!this.isConnected) throw new SwitchError("not-connected", "call control is not there");
  }
}
