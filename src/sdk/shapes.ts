/**
 * Looks for what is read without looking in what a server says: values of later protocols are let pass, and more fields than
 * are known. Called before anything is kept of it.
 * @throws {TypeError} that names the field
 */
type Check = (value: unknown, name: string) => void;

interface Fields {
  readonly [name: string]: Check;
}

const text: Check = (value, name) => {
  if (typeof value !== "string") throw new TypeError(`${name} is no text`);
};

function record(fields: Fields = {}): Check {
  return (value, name) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new TypeError(`${name} is no object`);
    const values = value as Readonly<Record<string, unknown>>;
    for (const [field, check] of Object.entries(fields)) check(values[field], `${name}.${field}`);
  };
}

function list(check: Check): Check {
  return (value, name) => {
    if (!Array.isArray(value)) throw new TypeError(`${name} is no list`);
    value.forEach((one, place) => check(one, `${name}[${place}]`));
  };
}

function maybe(check: Check): Check {
  return (value, name) => {
    if (value !== undefined) check(value, name);
  };
}

const party = record();
const terminals = list(record({ device: text, state: text }));
const connection = record({ connectionId: text, state: text, party, terminals });
const call = record({
  callId: text,
  state: text,
  calling: party,
  called: party,
  connections: list(connection),
  mergedFrom: list(text),
});
const device = record({ name: text, kind: text, lines: list(text) });
const line = record({ name: text, number: text, devices: list(text), forwarding: record() });
const route = record({ routeId: text, callId: text, device: text, state: text });
const media = record({ callId: text, device: text, moment: text });

const ROUTE = record({ route });
const MEDIA = record({ media });

const EVENTS: Readonly<Record<string, Check>> = {
  "call.snapshot": record({ call }),
  "call.state": record({ callId: text, state: text }),
  "call.connection": record({ callId: text, connectionId: text, state: text, party: maybe(party) }),
  "call.terminal": record({ callId: text, connectionId: text, device: text, state: text }),
  "call.moved": record({ callId: text, connectionId: text, from: text, party, terminals: maybe(terminals) }),
  "call.feature": record({ callId: text }),
  "call.parties": record({ callId: text, calling: party, called: party }),
  "call.userData": record({ callId: text, userData: record() }),
  "device.state": record({ device }),
  "device.removed": record({ device: text }),
  "line.state": record({ line }),
  "line.removed": record({ line: text }),
  "route.request": ROUTE,
  "route.reroute": ROUTE,
  "route.attempt": ROUTE,
  "route.failed": ROUTE,
  "route.used": ROUTE,
  "route.end": ROUTE,
  "media.wanted": MEDIA,
  "media.started": MEDIA,
  "media.stopped": MEDIA,
  "session.notice": record({ device: maybe(text), routes: maybe(list(route)) }),
};

const SNAPSHOT = record({
  calls: maybe(list(call)),
  devices: maybe(list(device)),
  lines: maybe(list(line)),
  routes: maybe(list(route)),
});

const OPENED = record({ sessionId: text, epoch: text, permissions: list(text) });

/** An event of a type that is known. @throws {TypeError} */
export function checkEvent(event: { readonly type: string }): void {
  EVENTS[event.type]?.(event, "event");
}

/** What a reply says of how all is. @throws {TypeError} */
export function checkSnapshot(snapshot: object): void {
  SNAPSHOT(snapshot, "answer");
}

/** What `provider.open` answers. @throws {TypeError} */
export function checkOpened(opened: object): void {
  OPENED(opened, "answer");
  const { mode, seq, heartbeatMs } = opened as Readonly<Record<string, unknown>>;
  if (!MODES.includes(mode)) throw new TypeError("answer.mode is none that there is");
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) throw new TypeError("answer.seq is no number from 0");
  if (typeof heartbeatMs !== "number" || !(heartbeatMs >= 1)) throw new TypeError("answer.heartbeatMs is none");
}

const MODES: readonly unknown[] = ["new", "resumed", "resnapshot"];
