import type { CallView, ConnectionView } from "../../protocol/index.ts";
import { Waiting } from "../events/waiting.ts";
import type { ObjectContext } from "./context.ts";
import type { TerminalConnection } from "./nouns.ts";

const OFFERED: readonly string[] = ["offered", "alerting"];

/** Calls that wait at a device for an application to take them, by connection. */
export class Offers {
  readonly waiting = new Waiting<TerminalConnection>(({ connection }) => !OFFERED.includes(connection.state));
  readonly #context: ObjectContext;
  readonly #device: string;

  constructor(context: ObjectContext, device: string) {
    this.#context = context;
    this.#device = device;
  }

  /** A call has changed. */
  look(call: CallView): void {
    for (const connection of call.connections) this.#lookAt(call, connection);
  }

  lookAtAll(): void {
    for (const call of this.#context.replica.calls.values()) this.look(call);
  }

  #lookAt(call: CallView, connection: ConnectionView): void {
    const { connectionId: id, state } = connection;
    if (!OFFERED.includes(state)) return this.waiting.remove(id);
    if (this.waiting.has(id) || !this.#isHere(connection)) return;
    this.waiting.put(id, this.#context.connection(id, call.callId).terminalConnection(this.#device));
  }

  /** Before it rings no device is in the connection: any of the line's may take it. */
  #isHere({ party, terminals }: ConnectionView): boolean {
    if (terminals.length > 0) return terminals.some(({ device }) => device === this.#device);
    const lines = this.#context.replica.devices.get(this.#device)?.lines ?? [];
    return party.line !== undefined && lines.includes(party.line);
  }
}
