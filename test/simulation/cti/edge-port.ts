import type {
  ClaimedDialogs,
  EdgeDialog,
  IncomingResponse,
  OutgoingRequest,
  PendingRequest,
  RefusedDialog,
  RequestEvents,
  ResponseOptions,
  SignalingHandler,
  SignalingPort,
} from "../../../src/call/signaling/signaling-port.ts";
import type { SignalingError } from "../../../src/call/signaling/signaling-error.ts";
import { dialogIdOf } from "../../../src/call/control/leg/leg.ts";
import type { EdgeControl } from "../../../src/call/index.ts";
import type { Clock } from "../../../src/common/index.ts";
import { tagOf, type SipMessage } from "../../../src/sip/message/index.ts";
import { Stream, type MortalProcess } from "./mortal-process.ts";
import { SWITCH_HOST, type PhonePlace } from "./phone-message.ts";
import type { VirtualEdge } from "./virtual-edge.ts";

const CONNECT_MS = 20;

/** The connection of one life of call control to the edge. */
export class EdgePort implements SignalingPort {
  connected = false;
  readonly takesDialogs = true;
  readonly pendingCount = 0;
  readonly #edge: VirtualEdge;
  readonly #process: MortalProcess;
  readonly #out: Stream;
  readonly #in: Stream;
  #handler: SignalingHandler | undefined;

  constructor(edge: VirtualEdge, process: MortalProcess, clock: Clock, delayMs: () => number) {
    this.#edge = edge;
    this.#process = process;
    this.#out = new Stream(clock, delayMs);
    this.#in = new Stream(clock, delayMs);
  }

  get edgeMemory(): string | undefined {
    return this.connected ? this.#edge.memory : undefined;
  }

  start(handler: SignalingHandler): void {
    this.#handler = handler;
    this.#process.clock.after(CONNECT_MS, () => {
      this.connected = true;
      handler.onConnected([SWITCH_HOST]);
      this.#send(() => this.#edge.connected(this));
    });
  }

  /** What is sent is on its way at once. */
  hasten(): void {
    return undefined;
  }

  request(request: OutgoingRequest, events: RequestEvents): PendingRequest {
    this.#send(() => this.#edge.request(this, request, events));
    const header = (name: string): string => {
      return request.headers?.find(([each]) => each.toLowerCase() === name)?.[1] ?? "";
    };
    const dialogId = request.dialogId ?? dialogIdOf(header("call-id"), tagOf(header("from")) ?? "");
    return { cancel: () => this.#send(() => this.#edge.cancel(dialogId)) };
  }

  claimDialogs(dialogIds: readonly string[]): Promise<ClaimedDialogs> {
    return this.#ask(() => ({
      unknown: dialogIds.filter((dialogId) => this.#edge.calls.get(dialogId)?.isConfirmed !== true),
      refused: [],
    }));
  }

  importDialogs(dialogs: readonly EdgeDialog[]): Promise<readonly RefusedDialog[]> {
    return this.#ask(() => dialogs.map((_dialog, index) => ({ index, reason: "the edge has lost nothing" })));
  }

  get control(): EdgeControl {
    const nothing = (): Promise<void> => Promise.resolve();
    return {
      listDialogs: () => this.#ask(() => this.#edge.list()),
      endDialog: (dialogId) => this.#ask(() => this.#edge.end(dialogId)),
      ban: nothing,
      trust: nothing,
      know: nothing,
      reportDelay: nothing,
    };
  }

  close(): void {
    this.connected = false;
  }

  /** The process has died: what it has sent arrives, then the end of the connection. */
  died(): void {
    this.#out.send(() => this.#edge.disconnected(this));
  }

  // What the edge sends.

  hand(run: (handler: SignalingHandler) => void): void {
    this.#in.send(() =>
      this.#process.take(() => {
        if (this.#handler !== undefined) run(this.#handler);
      }),
    );
  }

  handRequest(request: {
    readonly id: string;
    readonly dialogId: string;
    readonly message: SipMessage;
    readonly phone: PhonePlace;
  }): void {
    const { id, dialogId, message, phone } = request;
    const respond = (
      status: number,
      options: ResponseOptions = {},
      onDone: (error: SignalingError | undefined) => void = () => undefined,
    ): void => {
      this.#send(() => {
        const error = this.#edge.respond(id, status, options);
        this.#in.send(() => this.#process.take(() => onDone(error)));
      });
    };
    const source = { protocol: "udp", address: phone.address, port: 5060 };
    this.hand((handler) => handler.onRequest({ transactionId: id, dialogId, message, source, respond }));
  }

  answer(events: RequestEvents, response: IncomingResponse): void {
    const acknowledge = (): void => this.#send(() => response.acknowledge());
    this.#in.send(() => this.#process.take(() => events.onResponse({ ...response, acknowledge })));
  }

  fail(events: RequestEvents, error: SignalingError): void {
    this.#in.send(() => this.#process.take(() => events.onFailed(error)));
  }

  #send(run: () => void): void {
    this.#process.send(() => this.#out.send(run));
  }

  #ask<Answer>(answer: () => Answer): Promise<Answer> {
    return new Promise((resolve) => {
      this.#send(() => {
        const answered = answer();
        this.#in.send(() => this.#process.take(() => resolve(answered)));
      });
    });
  }
}
