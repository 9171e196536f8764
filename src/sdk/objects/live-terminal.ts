import type { DeviceView, DoNotDisturb, MethodParams, OutOfServiceCause } from "../../protocol/index.ts";
import type { CommandOptions } from "../connection/commands.ts";
import { doneOf, patient, type ObjectContext } from "./context.ts";
import type {
  Address,
  Call,
  DialOptions,
  Done,
  SpeedDial,
  Terminal,
  TerminalActivity,
  TerminalConnection,
} from "./nouns.ts";

export class LiveTerminal implements Terminal {
  readonly #context: ObjectContext;
  readonly name: string;

  constructor(context: ObjectContext, name: string) {
    this.#context = context;
    this.name = name;
  }

  get view(): DeviceView | undefined {
    return this.#context.replica.devices.get(this.name);
  }
  get kind(): DeviceView["kind"] | undefined {
    return this.view?.kind;
  }
  get isInService(): boolean {
    return !this.#context.isAway && (this.view?.isInService ?? false);
  }
  get cause(): OutOfServiceCause | undefined {
    return this.#context.isAway ? "control-server-failure" : this.view?.cause;
  }
  get activity(): TerminalActivity {
    const states = new Set(this.terminalConnections.map(({ state }) => state));
    if (states.has("talking")) return "active";
    if (states.has("ringing")) return "alerting";
    return states.has("held") ? "held" : "idle";
  }
  get addresses(): readonly Address[] {
    return (this.view?.lines ?? []).map((name) => this.#context.address(name));
  }
  get terminalConnections(): readonly TerminalConnection[] {
    const found: TerminalConnection[] = [];
    for (const { callId, connections } of this.#context.replica.calls.values()) {
      for (const { connectionId, terminals } of connections) {
        if (terminals.some(({ device }) => device === this.name))
          found.push(this.#context.connection(connectionId, callId).terminalConnection(this.name));
      }
    }
    return found;
  }
  get calls(): readonly Call[] {
    return this.terminalConnections.map(({ call }) => call);
  }

  open(options?: CommandOptions): Promise<void> {
    return this.#context.open({ device: this.name }, options).then(() => undefined);
  }
  close(options?: CommandOptions): Promise<void> {
    return this.#context.close(this.name, options);
  }

  async connect(
    to: string,
    { callId, headers, ...options }: { readonly callId?: string } & DialOptions = {},
  ): Promise<Call> {
    const call = this.#context.call(callId ?? this.#context.newId());
    await this.#context.prepare(this.name, options);
    const params = { device: this.name, to, callId: call.id, ...(headers && { headers }) };
    await this.#context.command("call.connect", params, patient(options));
    return call;
  }
  async swap(options?: CommandOptions): Promise<Done> {
    await this.#context.prepare(this.name, options);
    return doneOf(await this.#context.command("call.swap", { device: this.name }, options));
  }
  conference(calls?: readonly Call[], options?: CommandOptions): Promise<Call> {
    const callIds = calls === undefined ? {} : { callIds: calls.map(({ id }) => id) };
    return this.#call("call.conference", { device: this.name, ...callIds }, options);
  }
  addParty(call?: Call, options?: CommandOptions): Promise<Call> {
    return this.#call("call.addParty", { device: this.name, ...(call && { callId: call.id }) }, options);
  }
  async dropParty(
    party: { readonly connectionId: string } | { readonly party: string },
    { call, ...options }: { readonly call?: Call } & CommandOptions = {},
  ): Promise<Done> {
    await this.#context.prepare(this.name, options);
    const params = { device: this.name, ...party, ...(call && { callId: call.id }) };
    return doneOf(await this.#context.command("call.dropParty", params, options));
  }
  unpark(slot: string, options?: CommandOptions): Promise<Call> {
    return this.#call("call.unpark", { device: this.name, slot }, patient(options));
  }
  pickup({
    line,
    group,
    number,
    ...options
  }: Pick<MethodParams["call.pickup"], "line" | "group" | "number"> & CommandOptions = {}): Promise<Call> {
    const where = {
      ...(line !== undefined && { line }),
      ...(group !== undefined && { group }),
      ...(number !== undefined && { number }),
    };
    return this.#call("call.pickup", { device: this.name, ...where }, patient(options));
  }
  barge(call: Call, options?: CommandOptions): Promise<Call> {
    return this.#call("call.barge", { device: this.name, callId: call.id }, patient(options));
  }
  async privacy(isOn?: boolean, options?: CommandOptions): Promise<Done> {
    await this.#context.prepare(this.name, options);
    const params = { device: this.name, ...(isOn !== undefined && { isOn }) };
    return doneOf(await this.#context.command("call.privacy", params, options));
  }
  async setAutoAnswer(on: boolean, options?: CommandOptions): Promise<Done> {
    return doneOf(await this.#context.command("device.setAutoAnswer", { device: this.name, on }, options));
  }
  async setDoNotDisturb(option: DoNotDisturb, options?: CommandOptions): Promise<Done> {
    return doneOf(await this.#context.command("device.setDoNotDisturb", { device: this.name, option }, options));
  }
  async speedDials(options?: CommandOptions): Promise<readonly SpeedDial[]> {
    return (await this.#context.command("device.speedDials", { device: this.name }, options)).speedDials;
  }

  async #call<Method extends "call.conference" | "call.addParty" | "call.unpark" | "call.pickup" | "call.barge">(
    method: Method,
    params: MethodParams[Method],
    options?: CommandOptions,
  ): Promise<Call> {
    await this.#context.prepare(this.name, options);
    const { callId } = await this.#context.command(method, params, options);
    const named = "callId" in params ? params.callId : undefined;
    const id = callId ?? named ?? this.terminalConnections.find(({ state }) => state === "talking")?.call.id;
    return this.#context.call(id ?? "");
  }
}
