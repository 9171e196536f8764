import type { CallView, RouteView } from "../../protocol/index.ts";
import { LiveAddress } from "./live-address.ts";
import { LiveCall } from "./live-call.ts";
import { LiveConnection } from "./live-connection.ts";
import { LiveRouteSession } from "./live-route-session.ts";
import { LiveTerminal } from "./live-terminal.ts";
import type { ObjectContext } from "./context.ts";
import type { Address, Connection, RouteSession, Terminal } from "./nouns.ts";

/** Calls that are not there yet, or no more, and are still the same object for who asks. */
const MAX_LOOSE = 1_000;

/** The same object for the same thing, for as long as that is there. */
export class Objects {
  readonly #context: ObjectContext;
  readonly #terminals = new Map<string, Terminal>();
  readonly #addresses = new Map<string, Address>();
  readonly #calls = new Map<string, LiveCall>();
  readonly #loose = new Map<string, LiveCall>();
  readonly #connections = new Map<string, Connection>();
  readonly #routes = new Map<string, LiveRouteSession>();

  constructor(context: ObjectContext) {
    this.#context = context;
  }

  terminal(name: string): Terminal {
    return kept(this.#terminals, name, () => new LiveTerminal(this.#context, name));
  }
  address(name: string): Address {
    return kept(this.#addresses, name, () => new LiveAddress(this.#context, name));
  }
  call(callId: string): LiveCall {
    const known = this.#calls.get(callId) ?? this.#loose.get(callId);
    if (known !== undefined) return known;
    const call = new LiveCall(this.#context, callId);
    if (this.#context.replica.calls.get(callId) === undefined) this.#keepLoose(call);
    else this.#calls.set(callId, call);
    return call;
  }
  connection(connectionId: string, callId: string): Connection {
    const known = this.#connections.get(connectionId);
    if (known !== undefined) return known;
    const made = new LiveConnection(this.#context, connectionId, callId);
    if (made.view !== undefined) this.#connections.set(connectionId, made);
    return made;
  }
  route(view: RouteView): LiveRouteSession {
    return kept(this.#routes, view.routeId, () => new LiveRouteSession(this.#context, view));
  }

  /** The replica has changed what it knows of a call. */
  callChanged(callId: string): void {
    const call = this.#loose.get(callId);
    if (call !== undefined && !call.isEnded && this.#context.replica.calls.get(callId) !== undefined) {
      this.#loose.delete(callId);
      this.#calls.set(callId, call);
    }
    this.#calls.get(callId)?.changed();
  }
  callEnded(last: CallView): void {
    const call = this.call(last.callId);
    this.#calls.delete(last.callId);
    this.#keepLoose(call);
    call.end(last);
  }
  /** It goes on, perhaps, and nothing is told of it. */
  callUntold(last: CallView): void {
    const call = this.call(last.callId);
    this.#calls.delete(last.callId);
    this.#keepLoose(call);
    call.untold(last);
  }
  connectionEnded(connectionId: string): void {
    this.#connections.delete(connectionId);
  }
  routeChanged(view: RouteView): RouteSession {
    const route = this.route(view);
    if (view.state === "ended") this.#routes.delete(view.routeId);
    route.become(view);
    return route;
  }
  /** A device or line is in the inventory no more. */
  removed(kind: "device" | "line", name: string): void {
    (kind === "device" ? this.#terminals : this.#addresses).delete(name);
  }

  /** The provider is shut down. */
  end(): void {
    for (const call of [...this.#calls.values(), ...this.#loose.values()]) call.lost();
  }

  #keepLoose(call: LiveCall): void {
    this.#loose.set(call.id, call);
    const [oldest] = this.#loose.keys();
    if (this.#loose.size > MAX_LOOSE && oldest !== undefined) this.#loose.delete(oldest);
  }
}

function kept<Value>(map: Map<string, Value>, name: string, make: () => Value): Value {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
}
