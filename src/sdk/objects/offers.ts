import type { CallView, ConnectionView, RouteView } from "../../protocol/index.ts";
import { Waiting } from "../events/waiting.ts";
import type { ObjectContext } from "./context.ts";
import type { TerminalConnection } from "./nouns.ts";

const OFFERED: readonly string[] = ["offered", "alerting"];

/** Calls that wait at a device for an application to take them, by connection. */
export class Offers {
  readonly waiting = new Waiting<TerminalConnection>(({ connection }) => !OFFERED.includes(connection.state));
  readonly #context: ObjectContext;
  readonly #device: string;
  /** Calls are routed by dialogues first: only what one has left there is offered. */
  readonly #isRouted: boolean;

  constructor(context: ObjectContext, device: string, isRouted: boolean) {
    this.#context = context;
    this.#device = device;
    this.#isRouted = isRouted;
  }

  /** A call has changed. */
  look(call: CallView): void {
    // The dialogue of one that is new here is told right after it.
    for (const connection of call.connections) this.#lookAt(call, connection, this.#isRouted);
  }

  /** How all is: calls that have no dialogue now will have none. */
  lookAtAll(): void {
    for (const call of this.#context.replica.calls.values()) this.#lookIn(call);
  }

  /** A dialogue has begun, or is over. */
  routeChanged({ callId, state }: RouteView): void {
    const call = this.#context.replica.calls.get(callId);
    if (call === undefined) return;
    if (state === "ended") this.#lookIn(call);
    else for (const { connectionId } of call.connections) this.waiting.remove(connectionId);
  }

  #lookIn(call: CallView): void {
    for (const connection of call.connections) this.#lookAt(call, connection, false);
  }

  #lookAt(call: CallView, connection: ConnectionView, isDialogueToCome: boolean): void {
    const { connectionId: id, state } = connection;
    if (!OFFERED.includes(state)) return this.waiting.remove(id);
    if (this.waiting.has(id) || !this.#isHere(connection)) return;
    if ((isDialogueToCome && state === "offered") || this.#isInDialogue(call)) return;
    this.waiting.put(id, this.#context.connection(id, call.callId).terminalConnection(this.#device));
  }

  #isInDialogue({ callId }: CallView): boolean {
    if (!this.#isRouted) return false;
    for (const route of this.#context.replica.routes.values())
      if (route.callId === callId && route.device === this.#device) return true;
    return false;
  }

  /** Before it rings no device is in the connection: any of the line's may take it. */
  #isHere({ party, terminals }: ConnectionView): boolean {
    if (terminals.length > 0) return terminals.some(({ device }) => device === this.#device);
    const lines = this.#context.replica.devices.get(this.#device)?.lines ?? [];
    return party.line !== undefined && lines.includes(party.line);
  }
}
