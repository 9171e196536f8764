import type {
  CommandName,
  MethodParams,
  MethodResults,
  RtpAddress,
  TerminalConnectionState,
} from "../../protocol/index.ts";
import type { CommandOptions } from "../connection/commands.ts";
import { basicTerminalConnectionState, type BasicTerminalConnectionState } from "../replica/basic-states.ts";
import { doneOf, patient, type ObjectContext } from "./context.ts";
import type { Call, Connection, DialOptions, Done, RedirectOptions, Terminal, TerminalConnection } from "./nouns.ts";

export class LiveTerminalConnection implements TerminalConnection {
  readonly #context: ObjectContext;
  readonly connection: Connection;
  readonly device: string;

  constructor(context: ObjectContext, connection: Connection, device: string) {
    this.#context = context;
    this.connection = connection;
    this.device = device;
  }

  get call(): Call {
    return this.connection.call;
  }
  get terminal(): Terminal {
    return this.#context.terminal(this.device);
  }
  get state(): TerminalConnectionState {
    const view = this.connection.view;
    if (view === undefined) return "dropped";
    const state = view.terminals.find(({ device }) => device === this.device)?.state;
    return state ?? (this.connection.isWaiting ? "idle" : "dropped");
  }
  get basicState(): BasicTerminalConnectionState {
    return basicTerminalConnectionState(this.state);
  }

  accept(options?: CommandOptions): Promise<Done> {
    return this.#command("call.accept", {}, options);
  }
  answer({ media, ...options }: { readonly media?: RtpAddress } & CommandOptions = {}): Promise<Done> {
    return this.#command("call.answer", media === undefined ? {} : { media }, options);
  }
  reject(reason?: "busy" | "rejected", options?: CommandOptions): Promise<Done> {
    return this.#command("call.reject", reason === undefined ? {} : { reason }, options);
  }
  redirect(to: string, options: RedirectOptions = {}): Promise<Done> {
    const { failureMode, searchSpace, originalCalled, callingNumber, headers, ...rest } = options;
    const params = {
      to,
      ...(failureMode && { failureMode }),
      ...(searchSpace && { searchSpace }),
      ...(originalCalled && { originalCalled }),
      ...(callingNumber !== undefined && { callingNumber }),
      ...(headers && { headers }),
    };
    return this.#command("call.redirect", params, patient(rest));
  }
  hold({ music, ...options }: { readonly music?: string } & CommandOptions = {}): Promise<Done> {
    return this.#command("call.hold", music === undefined ? {} : { music }, options);
  }
  retrieve(options?: CommandOptions): Promise<Done> {
    return this.#command("call.retrieve", {}, options);
  }
  transfer(to: string, { headers, ...options }: DialOptions = {}): Promise<Done> {
    return this.#command("call.transfer", { to, ...(headers && { headers }) }, patient(options));
  }
  async consult(to: string, { headers, ...options }: DialOptions = {}): Promise<Call> {
    const call = this.#context.call(this.#context.newId());
    await this.#command("call.consult", { to, newCallId: call.id, ...(headers && { headers }) }, patient(options));
    return call;
  }
  completeTransfer(consultation?: Call, options?: CommandOptions): Promise<Done> {
    return this.#command(
      "call.completeTransfer",
      consultation === undefined ? {} : { consultCallId: consultation.id },
      options,
    );
  }
  async park(slot?: string, options?: CommandOptions): Promise<string> {
    const result = await this.#ask("call.park", slot === undefined ? {} : { slot }, options);
    return result.slot ?? slot ?? "";
  }
  sendDigits(digits: string, options?: CommandOptions): Promise<Done> {
    return this.#command("call.sendDigits", { digits }, patient(options));
  }
  setUserData(data: Readonly<Record<string, string | null>>, options?: CommandOptions): Promise<Done> {
    return this.#command("call.setUserData", { data }, options);
  }
  setMediaAddress(media: RtpAddress, options?: CommandOptions): Promise<Done> {
    return this.#command("media.setAddress", { ...media }, options);
  }
  drop(options?: CommandOptions): Promise<Done> {
    return this.#command("call.drop", {}, options);
  }

  async #command<Method extends CommandOfCall>(
    method: Method,
    more: Omit<MethodParams[Method], "device" | "callId" | "meta">,
    options?: CommandOptions,
  ): Promise<Done> {
    return doneOf(await this.#ask(method, more, options));
  }

  async #ask<Method extends CommandOfCall>(
    method: Method,
    more: Omit<MethodParams[Method], "device" | "callId" | "meta">,
    options?: CommandOptions,
  ): Promise<MethodResults[Method]> {
    await this.#context.prepare(this.device, options);
    const params = { device: this.device, callId: this.call.id, ...more } as unknown as MethodParams[Method];
    return this.#context.command(method, params, options);
  }
}

/** Commands that name a device and a call. */
type CommandOfCall = {
  [Name in CommandName]: MethodParams[Name] extends { readonly device: string; readonly callId?: string }
    ? Name
    : never;
}[CommandName];
