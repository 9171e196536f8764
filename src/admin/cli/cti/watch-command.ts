import type { Clock } from "../../../common/index.ts";
import { EVENT_TYPES } from "../../../protocol/index.ts";
import type { PartyView, Provider, ProviderEvent, Topic } from "../../../sdk/index.ts";
import { EXIT } from "../exit-codes.ts";
import type { CliContext } from "../node-options.ts";
import { eventLine } from "./event-line.ts";
import { terminalOf } from "./run-call-command.ts";
import { openCti, type CtiWords } from "./open-cti.ts";

/** The words of `tandem cti watch`. */
export interface WatchWords extends CtiWords {
  readonly device: readonly string[];
  readonly line: readonly string[];
  readonly call: readonly string[];
  readonly type: readonly string[];
}

/** Of a burst; what does not fit is said to be missing. */
const BUFFER = 10_000;
/** Parties whose connections have ended are looked for no more. */
const MAX_PARTIES = 10_000;

/** `tandem cti watch`: prints events as they come, until Ctrl-C, or the end of the only call that is watched. */
export async function watchEvents(words: WatchWords, context: CliContext): Promise<number> {
  const interrupted = context.launcher.interruption(true);
  const { device, line, call } = words;
  const isAll = device.length + line.length + call.length === 0;
  const provider = await openCti(words, context, isAll ? { watch: "all" } : {});
  const stop = (): void => void provider.close();
  interrupted.addEventListener("abort", stop, { once: true });
  try {
    const events = provider.events({ limit: BUFFER, signal: interrupted });
    const printer = new EventPrinter(words, context, provider);
    if (!isAll) await provider.watch(topicsOf(words, provider));
    context.output.err(`(${provider.session.user} at ${provider.server}; Ctrl-C ends it)`);
    for (const call of provider.calls) printer.snapshot(call.view);
    const onlyCall = onlyCallOf(words);
    const isGone = (): boolean => onlyCall !== undefined && provider.call(onlyCall) === undefined;
    if (isGone()) context.output.err("(the call has ended)");
    else
      for await (const event of events) {
        printer.print(event);
        // It may have ended in what was missed.
        if (event.type === "provider.resnapshot" && isGone()) break;
        if (event.type === "provider.shutdown" && event.error !== undefined) throw event.error;
        if (event.type === "call.state" && event.state === "invalid" && event.callId === onlyCall) break;
      }
  } finally {
    interrupted.removeEventListener("abort", stop);
    await provider.close();
  }
  return EXIT.ok;
}

/** @throws {SwitchError} `unknown-device` @throws {CtiError} `CLIENT_NOT_KNOWN` */
function topicsOf({ device, line, call }: WatchWords, provider: Provider): Topic[] {
  return [
    ...device.map((named): Topic => ({ kind: "device", name: terminalOf(provider, named).name })),
    ...line.map((named): Topic => ({ kind: "line", name: provider.address(named).name })),
    ...call.map((callId): Topic => ({ kind: "call", callId })),
  ];
}

/** When it has ended nothing more comes. */
function onlyCallOf({ device, line, call: [callId, other] }: WatchWords): string | undefined {
  return device.length + line.length === 0 && other === undefined ? callId : undefined;
}

class EventPrinter {
  readonly #words: WatchWords;
  readonly #context: CliContext;
  readonly #provider: Provider;
  readonly #clock: Clock;
  /** By connection: those that have ended meanwhile are still named. */
  readonly #parties = new Map<string, PartyView>();

  constructor(words: WatchWords, context: CliContext, provider: Provider) {
    this.#words = words;
    this.#context = context;
    this.#provider = provider;
    this.#clock = context.clock;
  }

  /** A call that went on before. */
  snapshot(call: Extract<ProviderEvent, { type: "call.snapshot" }>["call"]): void {
    this.print({ type: "call.snapshot", seq: this.#provider.seq, call });
  }

  print(event: ProviderEvent): void {
    const { output } = this.#context;
    this.#note(event);
    const remark = remarkOn(event);
    if (remark !== undefined) output.err(`(${remark})`);
    const { type, json } = this.#words;
    if (type.length > 0 && !type.some((wanted) => matches(wanted, event.type))) return;
    if (json === true) return output.out(JSON.stringify(event));
    if (remark !== undefined) return;
    output.styled(eventLine(event, this.#clock.wallMs(), (id) => this.#parties.get(id)));
  }

  #note(event: ProviderEvent): void {
    if (event.type === "call.connection" && event.party !== undefined) this.#keep(event.connectionId, event.party);
    if (event.type === "call.moved") this.#keep(event.connectionId, event.party);
    if (event.type !== "call.snapshot") return;
    for (const { connectionId, party } of event.call.connections) this.#keep(connectionId, party);
  }

  #keep(connectionId: string, party: PartyView): void {
    this.#parties.delete(connectionId);
    this.#parties.set(connectionId, party);
    const [oldest] = this.#parties.keys();
    if (this.#parties.size > MAX_PARTIES && oldest !== undefined) this.#parties.delete(oldest);
  }
}

/** What the SDK tells beside the events of the protocol. */
const LOCAL_TYPES: readonly ProviderEvent["type"][] = [
  "provider.lost",
  "provider.resumed",
  "provider.resnapshot",
  "provider.shutdown",
  "provider.notRestored",
  "stream.lost",
  "unknown",
];

/** Whether there are events of a type, or of types that begin with it. */
export function isEventType(wanted: string): boolean {
  return [...EVENT_TYPES, ...LOCAL_TYPES].some((type) => matches(wanted, type));
}

/** `call` stands for all types that begin with `call.`. */
function matches(wanted: string, type: string): boolean {
  return type === wanted || type.startsWith(`${wanted}.`);
}

/** What is about the connection and not about calls. */
function remarkOn(event: ProviderEvent): string | undefined {
  const remark = REMARKS[event.type] as ((event: ProviderEvent) => string | undefined) | undefined;
  return remark?.(event);
}

const REMARKS: {
  readonly [Type in ProviderEvent["type"]]?: (event: Extract<ProviderEvent, { type: Type }>) => string | undefined;
} = {
  "provider.lost": ({ reason }) => `connection lost: ${reason}; trying again`,
  "provider.resumed": ({ server }) => `resumed at ${server}: nothing was missed`,
  "provider.resnapshot": ({ server, isNewSession }) =>
    `${isNewSession ? "a new session" : "connected again"} at ${server}: events were missed`,
  "provider.notRestored": ({ what, error }) => `${what} is watched no more: ${error.message}`,
  "session.lagging": () => "events come faster than they are taken",
  "stream.lost": ({ count }) => `${count} events came too fast to be shown`,
  "provider.shutdown": ({ error }) => error && `the session has ended: ${error.message}`,
};
