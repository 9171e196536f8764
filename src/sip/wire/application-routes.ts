import type { WireConnection } from "./wire-connection.ts";

interface Route {
  readonly connections: WireConnection[];
  next: number;
}

/** Which applications take which verb. Each counts once a verb, however often it says so. */
export class ApplicationRoutes {
  readonly #routes = new Map<string, Route>();

  add(verb: string, connection: WireConnection): void {
    const route = this.#routes.get(verb) ?? { connections: [], next: 0 };
    this.#routes.set(verb, route);
    if (!route.connections.includes(connection)) route.connections.push(connection);
  }

  remove(verb: string, connection: WireConnection): void {
    const route = this.#routes.get(verb);
    const index = route?.connections.indexOf(connection) ?? -1;
    if (route === undefined || index < 0) return;
    route.connections.splice(index, 1);
    // Whose turn it was keeps it.
    if (index < route.next) route.next -= 1;
    if (route.connections.length === 0) this.#routes.delete(verb);
  }

  removeAll(connection: WireConnection): void {
    for (const verb of connection.verbs) this.remove(verb, connection);
  }

  /** The next application in turn that takes `verb` and is not slow, or may be; undefined when there is none. */
  pick(verb: string, evenIfSlow = false): WireConnection | undefined {
    const route = this.#routes.get(verb);
    if (route === undefined) return undefined;
    const { connections } = route;
    for (let tried = 0; tried < connections.length; tried += 1) {
      const connection = connections[route.next % connections.length];
      route.next = (route.next + 1) % connections.length;
      if (connection?.isOpen === true && (evenIfSlow || !connection.isSlow)) return connection;
    }
    return undefined;
  }
}
