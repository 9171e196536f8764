import Srf from "drachtio-srf";
import { detached, errorMessageOf, type Clock, type Logger } from "../../common/index.ts";
import { parseSipMessage, reasonPhrase } from "../../sip/message/index.ts";
import { AgentTuning } from "./agent-tuning.ts";
import { DialogHandover } from "./dialog-handover.ts";
import type { DrachtioAgent, DrachtioRequest, DrachtioResponse, DrachtioSrf } from "./drachtio-types.ts";
import { OutgoingRequests } from "./outgoing-requests.ts";
import { outgoingHeaders } from "./outgoing-headers.ts";
import { PendingTable, type Pending } from "./pending-table.ts";
import { isUnlistedStatus, sendableStatus } from "./sendable-status.ts";
import { SignalingError } from "./signaling-error.ts";
import type {
  ClaimedDialogs,
  EdgeDialog,
  IncomingRequest,
  OutgoingRequest,
  PendingRequest,
  RefusedDialog,
  RequestEvents,
  ResponseOptions,
  SignalingHandler,
  SignalingPort,
} from "./signaling-port.ts";

/**
 * All that may come. A verb that is not routed is answered 503 by the edge, also inside a dialog whose application is
 * gone; CANCEL needs no route. drachtio-srf hands over the ACKs only of a verb that is used.
 */
const VERBS = [
  "invite",
  "ack",
  "bye",
  "options",
  "register",
  "info",
  "update",
  "refer",
  "subscribe",
  "notify",
  "message",
  "prack",
  "publish",
];

const RECONNECT_MS = 300;
const ECHO_MS = 5_000;
/** What the version of an edge ends with that knows Tandem's extension of the wire protocol. */
const TANDEM_VERSION = /-tandem$/;
const NOTHING = (): void => undefined;

export interface DrachtioSignalingOptions {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** What the edge knows this application by when it is started again; 1 to 32 of `A-Z a-z 0-9 - _ + @ :`. */
  readonly instanceId: string;
  /** How long an INVITE may ring. */
  readonly longestRingMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs before each write to the edge: what must be on file before the edge is told goes there. */
  readonly beforeWrite?: () => void;
  /** How long a message of the edge waited until it was read, in milliseconds; a few samples a second. */
  readonly onDelay?: (delayMs: number) => void;
}

/** `SignalingPort` over drachtio-srf: its agent, requests and responses; not its dialogs. */
export class DrachtioSignaling implements SignalingPort {
  readonly #options: DrachtioSignalingOptions;
  readonly #pending: PendingTable;
  readonly #outgoing: OutgoingRequests;
  readonly #handover: DialogHandover;
  #handler: SignalingHandler | undefined;
  #tuning: AgentTuning | undefined;
  #connected = false;
  #takesDialogs = false;
  /** The command behind the routes: its answer says that they are taken, too. */
  #behindRoutes: string | undefined;
  #closed = false;

  constructor(options: DrachtioSignalingOptions) {
    this.#options = options;
    this.#pending = new PendingTable(options.clock);
    this.#outgoing = new OutgoingRequests({
      clock: options.clock,
      longestRingMs: options.longestRingMs,
      pending: this.#pending,
      onUpdate: (request, response) => this.#onRequest(request, response),
      onRefused: (name) => this.#refusedHeader(name),
    });
    this.#handover = new DialogHandover({
      clock: options.clock,
      pending: this.#pending,
      send: (command) => (this.#connected ? this.#tuning?.send(command) : undefined),
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  get takesDialogs(): boolean {
    return this.#takesDialogs;
  }

  get edgeMemory(): string | undefined {
    return this.#handover.edgeMemory;
  }

  start(handler: SignalingHandler): void {
    const { host, port, secret, instanceId, logger } = this.#options;
    this.#handler = handler;
    const srf = new Srf([instanceId]) as unknown as DrachtioSrf;
    for (const verb of VERBS) srf.use(verb, (request, response) => this.#onRequest(request, response));
    srf.on("error", (error) => logger.debug("connection to the edge failed", { error: errorMessageOf(error) }));
    // Verbs are registered before: those registered later are routed again and again.
    srf.connect({ host, port, secret, reconnect: { retryMaxDelay: RECONNECT_MS } });
    const agent = srf.app.client;
    if (agent === undefined) throw new SignalingError("refused", "drachtio-srf made no agent");
    this.#tuning = new AgentTuning(agent, {
      clock: this.#options.clock,
      logger,
      onDelay: this.#options.onDelay ?? NOTHING,
      beforeWrite: this.#options.beforeWrite ?? NOTHING,
      take: (message) => this.#takeRouted(message) || this.#handover.take(message),
      onCancel: (transactionId, dialogId, text) => this.#onCancel(transactionId, dialogId, text),
    });
    this.#listen(agent);
  }

  hasten(): void {
    this.#tuning?.hasten();
  }

  request(request: OutgoingRequest, events: RequestEvents): PendingRequest {
    return this.#outgoing.send(request, events);
  }

  claimDialogs(dialogIds: readonly string[]): Promise<ClaimedDialogs> {
    return this.#handover.claim(dialogIds);
  }

  importDialogs(dialogs: readonly EdgeDialog[]): Promise<readonly RefusedDialog[]> {
    return this.#handover.import(dialogs);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tuning?.close();
    this.#disconnected();
    this.#pending.close();
  }

  #listen(agent: DrachtioAgent): void {
    const emitter = agent as DrachtioAgent & NodeJS.EventEmitter;
    emitter.on("connect", (error: unknown, hostPorts?: string, version?: string | null) => {
      if (this.#closed) return;
      if (error !== null && error !== undefined) {
        this.#options.logger.error("the edge refused the connection", { error: errorMessageOf(error) });
        return;
      }
      this.#connected = true;
      this.#takesDialogs = TANDEM_VERSION.test(version ?? "");
      this.#outgoing.agent = agent;
      this.#behindRoutes = this.#tuning?.send("ping");
      this.#handler?.onConnected(localHostsOf(hostPorts ?? ""));
    });
    emitter.on("close", () => this.#disconnected());
  }

  #takeRouted(message: string): boolean {
    if (this.#behindRoutes === undefined || message.split("|", 3)[2] !== this.#behindRoutes) return false;
    this.#behindRoutes = undefined;
    this.#handler?.onRouted();
    return true;
  }

  #disconnected(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#behindRoutes = undefined;
    this.#outgoing.agent = undefined;
    this.#handover.disconnected();
    // Calls learn of it first: what fails now was not refused by anybody.
    this.#handler?.onDisconnected();
    this.#pending.failAll(new SignalingError("edge-lost", "the connection to the edge is lost"));
  }

  #onCancel(transactionId: string, dialogId: string, text: string): void {
    const parsed = parseSipMessage(text);
    if (parsed.ok) this.#handler?.onCancel(transactionId, dialogId, parsed.value);
  }

  #onRequest(request: DrachtioRequest, response: DrachtioResponse): void {
    const parsed = parseSipMessage(request.msg.raw);
    if (!parsed.ok) {
      this.#options.logger.warn("the edge handed over a malformed request", { reason: parsed.reason });
      if (request.method !== "ACK") this.#respond(response, 400, {}, undefined);
      return;
    }
    const message = parsed.value;
    if (request.source === "application") {
      this.#handler?.onDialogEnded(request.stackDialogId, message);
      return;
    }
    // drachtio-srf hands an UPDATE to the pending INVITE of its Call-ID, or answers it 500.
    if (message.method === "INVITE") {
      request.on("update", (update: DrachtioRequest, reply: DrachtioResponse) => this.#onRequest(update, reply));
    }
    const incoming: IncomingRequest = {
      transactionId: request.stackTxnId,
      dialogId: request.stackDialogId,
      message,
      source: { protocol: request.protocol, address: detached(request.source_address), port: request.source_port },
      respond: (status, options = {}, onDone) => this.#respond(response, status, options, onDone),
    };
    this.#handler?.onRequest(incoming);
  }

  #respond(
    response: DrachtioResponse,
    status: number,
    { headers = [], body, toTag }: ResponseOptions,
    onDone: ((error: SignalingError | undefined) => void) | undefined,
  ): void {
    const fields = outgoingHeaders(headers, body, (name) => this.#refusedHeader(name));
    if (toTag !== undefined) fields["To"] = `;tag=${toTag}`;
    const entry: Pending | undefined = onDone && {
      deadlineMs: this.#options.clock.nowMs() + ECHO_MS,
      fail: onDone,
    };
    if (entry !== undefined) this.#pending.add(entry);
    const done = (error: unknown): void => {
      if (entry !== undefined && this.#pending.settle(entry)) onDone?.(asSignalingError(error));
    };
    try {
      const options = { headers: fields, ...(body === undefined ? {} : { body: body.text }) };
      const callback = entry === undefined ? undefined : done;
      if (isUnlistedStatus(status)) sendUnlisted(response, status, options, callback);
      else response.send(sendableStatus(status), options, callback);
    } catch (error) {
      done(error);
    }
  }

  #refusedHeader(name: string): void {
    this.#options.logger.warn("a header was left out", { name });
  }
}

/** What `Response#send` does, for a status that is not in its table. */
function sendUnlisted(
  response: DrachtioResponse,
  status: number,
  options: { headers: Record<string, string>; body?: string },
  callback: ((error: unknown) => void) | undefined,
): void {
  response.status = status;
  response.msg.status = status;
  response.msg.reason = reasonPhrase(status);
  response.agent.sendResponse(response, options, callback);
}

function asSignalingError(error: unknown): SignalingError | undefined {
  if (error === null || error === undefined) return undefined;
  return new SignalingError("refused", errorMessageOf(error));
}

/** `udp/127.0.0.1:5060,tcp/127.0.0.1:5060` gives `127.0.0.1`. */
function localHostsOf(hostPorts: string): string[] {
  const hosts = new Set<string>();
  for (const item of hostPorts.split(",")) {
    const host = /^[a-z]+\/(.+):\d+$/.exec(item.trim())?.[1];
    if (host !== undefined) hosts.add(host.replace(/^\[|\]$/g, "").toLowerCase());
  }
  return [...hosts];
}
