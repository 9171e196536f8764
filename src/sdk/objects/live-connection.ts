import type { ConnectionState, ConnectionView, PartyView } from "../../protocol/index.ts";
import type { CommandOptions } from "../connection/commands.ts";
import { clientError } from "../cti-error.ts";
import { basicConnectionState, type BasicConnectionState } from "../replica/basic-states.ts";
import type { ObjectContext } from "./context.ts";
import { LiveTerminalConnection } from "./live-terminal-connection.ts";
import type { Address, Call, Connection, Done, RedirectOptions, TerminalConnection } from "./nouns.ts";

const WAITING: readonly string[] = ["idle", "offered", "queued", "alerting"];

export class LiveConnection implements Connection {
  readonly #context: ObjectContext;
  readonly #terminals = new Map<string, TerminalConnection>();
  readonly id: string;
  #callId: string;
  #party: PartyView = { number: "" };

  constructor(context: ObjectContext, id: string, callId: string) {
    this.#context = context;
    this.id = id;
    this.#callId = callId;
    this.#party = this.view?.party ?? this.#party;
  }

  get view(): ConnectionView | undefined {
    const place = this.#context.replica.connection(this.id);
    if (place === undefined) return undefined;
    this.#callId = place.call.callId;
    return place.connection;
  }
  get call(): Call {
    void this.view;
    return this.#context.call(this.#callId);
  }
  get party(): PartyView {
    const { view } = this;
    if (view !== undefined) this.#party = view.party;
    return this.#party;
  }
  get address(): Address | undefined {
    const { line } = this.party;
    return line === undefined ? undefined : this.#context.address(line);
  }
  get state(): ConnectionState {
    return this.view?.state ?? "disconnected";
  }
  get basicState(): BasicConnectionState {
    return basicConnectionState(this.state);
  }
  get isWaiting(): boolean {
    return WAITING.includes(this.state);
  }
  get terminalConnections(): readonly TerminalConnection[] {
    return (this.view?.terminals ?? []).map(({ device }) => this.terminalConnection(device));
  }
  terminalConnection(device: string): TerminalConnection {
    const known = this.#terminals.get(device);
    if (known !== undefined) return known;
    const made = new LiveTerminalConnection(this.#context, this, device);
    this.#terminals.set(device, made);
    return made;
  }

  async accept(options?: CommandOptions): Promise<Done> {
    return this.#device("accept").accept(options);
  }
  async answer(options?: Parameters<TerminalConnection["answer"]>[0]): Promise<Done> {
    return this.#device("answer").answer(options);
  }
  async reject(reason?: "busy" | "rejected", options?: CommandOptions): Promise<Done> {
    return this.#device("reject").reject(reason, options);
  }
  async redirect(to: string, options?: RedirectOptions): Promise<Done> {
    return this.#device("redirect").redirect(to, options);
  }
  async park(slot?: string, options?: CommandOptions): Promise<string> {
    return this.#device("park").park(slot, options);
  }
  async drop(options?: CommandOptions): Promise<Done> {
    return this.#device("drop").drop(options);
  }

  #device(what: string): TerminalConnection {
    const known = this.terminalConnections.filter(({ terminal }) => terminal.view !== undefined);
    const [there] = [...known.filter(({ basicState }) => basicState !== "passive"), ...known];
    const [device] = this.address?.view?.devices ?? [];
    if (there !== undefined) return there;
    if (device !== undefined) return this.terminalConnection(device);
    throw clientError("CLIENT_NO_PARTY", `${what}: no device of ${this.party.number} is in the call`);
  }
}
