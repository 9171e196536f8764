import type { CallState, CallView, PartyView, UserData, Why } from "../../protocol/index.ts";
import type { CommandOptions } from "../connection/commands.ts";
import { waitRefusal } from "../check-wait.ts";
import { clientError } from "../cti-error.ts";
import { Emitter, type Unsubscribe } from "../events/emitter.ts";
import { newCall } from "../replica/apply-to-call.ts";
import type { ObjectContext } from "./context.ts";
import type {
  Call,
  Connection,
  Done,
  MediaQuality,
  MediaQualityOptions,
  TerminalConnection,
  WaitOptions,
} from "./nouns.ts";

/** What a call tells of itself: that something has changed, and once that it is over. */
interface CallEvents {
  change: Call;
  ended: Call;
  /** Nothing is told of it any more. */
  lost: Call;
}

export class LiveCall implements Call {
  readonly #context: ObjectContext;
  readonly #emitter = new Emitter<CallEvents>();
  readonly id: string;
  #last: CallView;
  #isEnded = false;
  #isUntold = false;

  constructor(context: ObjectContext, id: string) {
    this.#context = context;
    this.id = id;
    this.#last = newCall(id, 0);
  }

  get view(): CallView {
    return this.#context.replica.calls.get(this.id) ?? this.#last;
  }
  get state(): CallState {
    return this.view.state;
  }
  get version(): number {
    return this.view.ver;
  }
  get isEnded(): boolean {
    return this.#isEnded;
  }
  get why(): Why | undefined {
    return this.view.why;
  }
  get calling(): PartyView {
    return this.view.calling;
  }
  get called(): PartyView {
    return this.view.called;
  }
  get userData(): UserData {
    return this.view.userData ?? {};
  }
  get mergedFrom(): readonly string[] {
    return this.view.mergedFrom;
  }
  get mergedInto(): string | undefined {
    return this.view.mergedInto;
  }
  get connections(): readonly Connection[] {
    return this.view.connections.map(({ connectionId }) => this.#context.connection(connectionId, this.id));
  }
  get terminalConnections(): readonly TerminalConnection[] {
    return this.connections.flatMap((connection) => connection.terminalConnections);
  }
  terminalConnection(device: string): TerminalConnection | undefined {
    return this.terminalConnections.find((one) => one.device === device);
  }
  /** Of a line, such as `1001@internal`, or of a number. */
  connectionOf(address: string): Connection | undefined {
    return this.connections.find(({ party }) => party.line === address || party.number === address);
  }

  on(type: "change" | "ended", listener: (call: Call) => void): Unsubscribe {
    return this.#emitter.on(type, listener);
  }

  until(isSo: (call: Call) => boolean, { timeoutMs, signal }: WaitOptions = {}): Promise<this> {
    const refusal = timeoutMs === undefined ? undefined : waitRefusal("timeoutMs", timeoutMs);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const settle = (tell: () => void): void => {
        stop.forEach((one) => one());
        tell();
      };
      const fail = (error: Error): void => settle(() => reject(error));
      const look = (): void => {
        if (isTrue(() => isSo(this), fail)) return settle(() => resolve(this));
        if (this.isEnded) fail(clientError("CLIENT_NOT_KNOWN", `call ${this.id} ended before it was as awaited`));
        else if (this.#isUntold) fail(clientError("CLIENT_NOT_KNOWN", `call ${this.id} is not told of any more`));
        else if (this.#context.isShutDown) fail(clientError("CLIENT_CLOSED", "the provider is shut down"));
      };
      const abort = (): void => fail(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
      const stop: Unsubscribe[] = (["change", "ended", "lost"] as const).map((type) => this.#emitter.on(type, look));
      if (signal !== undefined) {
        signal.addEventListener("abort", abort, { once: true });
        stop.push(() => signal.removeEventListener("abort", abort));
        if (signal.aborted) return abort();
      }
      if (timeoutMs !== undefined) {
        const late = (): void =>
          fail(clientError("CLIENT_TIMEOUT", `call ${this.id} was not as awaited in ${timeoutMs} ms`));
        const timer = this.#context.clock.after(timeoutMs, late);
        stop.push(() => timer.cancel());
      }
      look();
    });
  }

  async mediaQuality({ device, ...options }: MediaQualityOptions = {}): Promise<MediaQuality> {
    const params = { callId: this.id, ...(device === undefined ? {} : { device }) };
    const { atMs, sides } = await this.#context.command("call.mediaQuality", params, options);
    return { atMs, sides };
  }
  async drop(options?: CommandOptions): Promise<Done> {
    return this.#anyDevice("drop").drop(options);
  }
  async setUserData(data: Readonly<Record<string, string | null>>, options?: CommandOptions): Promise<Done> {
    return this.#anyDevice("setUserData").setUserData(data, options);
  }

  /** @internal Something has changed. */
  changed(): void {
    this.#isUntold = false;
    this.#emitter.emit("change", this);
  }

  /** @internal It is over. */
  end(last: CallView): void {
    this.#last = last;
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#emitter.emit("ended", this);
    this.#emitter.end();
  }

  /** @internal Nothing that is watched tells of it any more. */
  untold(last: CallView): void {
    this.#last = last;
    this.#isUntold = true;
    this.#emitter.emit("lost", this);
  }

  /** @internal The provider is shut down. */
  lost(): void {
    this.#emitter.emit("lost", this);
    this.#emitter.end();
  }

  #anyDevice(what: string): TerminalConnection {
    const mine = this.terminalConnections.filter(({ terminal }) => terminal.view !== undefined);
    const isOpen = ({ device }: TerminalConnection): boolean => this.#context.isOpen(device);
    const found =
      mine.find(isOpen) ??
      this.connections.flatMap(offeredTo).find(isOpen) ??
      mine.find(({ basicState }) => basicState !== "passive");
    if (found !== undefined) return found;
    throw clientError("CLIENT_NO_PARTY", `${what}: no device of the application is in call ${this.id}`);
  }
}

/** Devices that a call is offered to, none of which rings yet. */
function offeredTo(connection: Connection): readonly TerminalConnection[] {
  if (!connection.isWaiting || connection.terminalConnections.length > 0) return [];
  return (connection.address?.view?.devices ?? []).map((device) => connection.terminalConnection(device));
}

/** What throws is not so, and is told. */
function isTrue(isSo: () => boolean, onError: (error: Error) => void): boolean {
  try {
    return isSo();
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
    return false;
  }
}
