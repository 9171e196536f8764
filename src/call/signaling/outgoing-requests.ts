import { detached, errorCodeOf, errorMessageOf, type Clock, withMore } from "../../common/index.ts";
import { parseSipMessage } from "../../sip/message/index.ts";
import type {
  DrachtioAck,
  DrachtioAgent,
  DrachtioRequest,
  DrachtioRequestOptions,
  DrachtioResponse,
} from "./drachtio-types.ts";
import { outgoingHeaders } from "./outgoing-headers.ts";
import type { Pending, PendingTable } from "./pending-table.ts";
import { SignalingError } from "./signaling-error.ts";
import type {
  Body,
  HeaderList,
  IncomingResponse,
  OutgoingRequest,
  PendingRequest,
  RequestEvents,
} from "./signaling-port.ts";

/** The edge confirms at once. */
const ECHO_MS = 5_000;
/** 64*T1 and some: the edge answers for a peer that does not. */
const FINAL_MS = 40_000;

interface Outgoing extends Pending {
  readonly method: string;
  readonly events: RequestEvents;
  /** Authorization and Proxy-Authorization. */
  readonly credentials: Record<string, string>;
  request: DrachtioRequest | undefined;
  /** Set when it was taken back before the edge had confirmed it. */
  cancelHeaders: HeaderList | undefined;
}

export interface OutgoingRequestsOptions {
  /** How long an INVITE may ring; whoever sent it cancels it then. */
  readonly longestRingMs: number;
  readonly clock: Clock;
  readonly pending: PendingTable;
  readonly onUpdate: (request: DrachtioRequest, response: DrachtioResponse) => void;
  readonly onRefused: (name: string) => void;
}

/** Requests to the edge: each ends with a final response or a failure, whatever drachtio-srf does. */
export class OutgoingRequests {
  /** Undefined while there is no connection: drachtio-srf throws then. */
  agent: DrachtioAgent | undefined;
  readonly #options: OutgoingRequestsOptions;

  constructor(options: OutgoingRequestsOptions) {
    this.#options = options;
  }

  send(request: OutgoingRequest, events: RequestEvents): PendingRequest {
    const { clock, pending } = this.#options;
    const options = this.#drachtioOptions(request);
    const outgoing: Outgoing = {
      method: request.method,
      events,
      credentials: credentialsIn(options.headers),
      request: undefined,
      cancelHeaders: undefined,
      deadlineMs: clock.nowMs() + ECHO_MS,
      prolong: () => this.#cancelOverdue(outgoing),
      fail: (error) => events.onFailed(error),
    };
    pending.add(outgoing);
    this.#hand(outgoing, options);
    return { cancel: (headers = []) => this.#cancel(outgoing, headers) };
  }

  #drachtioOptions({ method, uri, proxyUri, dialogId, headers = [], body }: OutgoingRequest): DrachtioRequestOptions {
    return {
      method,
      headers: outgoingHeaders(headers, body, this.#options.onRefused),
      ...(uri === undefined ? {} : { uri }),
      ...(proxyUri === undefined ? {} : { proxy: proxyUri }),
      ...(dialogId === undefined ? {} : { stackDialogId: dialogId }),
      ...(body === undefined ? {} : { body: body.text }),
    };
  }

  #hand(outgoing: Outgoing, options: DrachtioRequestOptions): void {
    const { agent } = this;
    if (agent === undefined) return this.#fail(outgoing, new SignalingError("edge-lost", "not connected to the edge"));
    try {
      agent.request(options, (error, request) => this.#onSent(outgoing, error, request));
    } catch (error) {
      this.#fail(outgoing, new SignalingError("refused", errorMessageOf(error)));
    }
  }

  #fail(outgoing: Outgoing, error: SignalingError): void {
    if (this.#options.pending.settle(outgoing)) outgoing.fail(error);
  }

  #onSent(outgoing: Outgoing, error: unknown, request: DrachtioRequest | undefined): void {
    if (request === undefined) return this.#fail(outgoing, refusal(error));
    outgoing.request = request;
    const ringMs = outgoing.method === "INVITE" ? this.#options.longestRingMs : 0;
    outgoing.deadlineMs = this.#options.clock.nowMs() + ringMs + FINAL_MS;
    request.on("response", (response: DrachtioResponse, ack: DrachtioAck) => this.#onResponse(outgoing, response, ack));
    // drachtio-srf hands an UPDATE to any pending request of its Call-ID, and then nobody answers it.
    request.on("update", (update: DrachtioRequest, reply: DrachtioResponse) => this.#options.onUpdate(update, reply));
    if (outgoing.cancelHeaders !== undefined) this.#cancel(outgoing, outgoing.cancelHeaders);
  }

  #onResponse(outgoing: Outgoing, response: DrachtioResponse, ack: DrachtioAck): void {
    if (response.status === 100) return outgoing.events.onTrying?.();
    const parsed = parseSipMessage(response.msg.raw);
    const isFinal = response.status >= 200;
    if (isFinal && !this.#options.pending.settle(outgoing)) {
      this.#onLateFinal(outgoing, response, ack);
    } else if (parsed.ok) {
      const incoming: IncomingResponse = {
        message: parsed.value,
        source: {
          protocol: response.protocol,
          address: detached(response.source_address),
          port: response.source_address === "" ? 0 : response.source_port,
        },
        ...(outgoing.request === undefined ? {} : { sentText: outgoing.request.msg.raw }),
        acknowledge: (body) => acknowledge(ack, body, outgoing.credentials),
      };
      outgoing.events.onResponse(incoming);
    } else if (isFinal) {
      outgoing.events.onFailed(new SignalingError("malformed", parsed.reason));
    }
  }

  /** A session that nobody waits for any more. */
  #onLateFinal({ method, credentials }: Outgoing, { status, stackDialogId }: DrachtioResponse, ack: DrachtioAck): void {
    if (method !== "INVITE" || status >= 300) return;
    acknowledge(ack, undefined, credentials);
    this.send({ method: "BYE", dialogId: stackDialogId }, { onResponse: ignore, onFailed: ignore });
  }

  /** An INVITE that is given up must not ring on: it is cancelled, and has its time for a final response once more. */
  #cancelOverdue(outgoing: Outgoing): boolean {
    const { method, request, cancelHeaders } = outgoing;
    if (method !== "INVITE" || request === undefined || cancelHeaders !== undefined) return false;
    this.#cancel(outgoing, []);
    return true;
  }

  #cancel(outgoing: Outgoing, headers: HeaderList): void {
    const { request } = outgoing;
    outgoing.cancelHeaders = headers;
    if (request === undefined || this.agent === undefined) return;
    outgoing.deadlineMs = this.#options.clock.nowMs() + FINAL_MS;
    try {
      request.cancel({ headers: outgoingHeaders(headers, undefined, this.#options.onRefused) }, ignore);
    } catch {
      // The connection is gone; the pending INVITE fails with it.
    }
  }
}

function ignore(): void {}

function credentialsIn(headers: Readonly<Record<string, string>>): Record<string, string> {
  const names = ["Authorization", "Proxy-Authorization"] as const;
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

function acknowledge(ack: DrachtioAck, body: Body | undefined, credentials: Record<string, string>): void {
  const type = body === undefined ? {} : { "Content-Type": body.contentType };
  try {
    ack({ headers: withMore(credentials, { ...type }), ...(body === undefined ? {} : { body: body.text }) });
  } catch {
    // drachtio-srf asserts that the connection of the response is still there; the edge ends what has no ACK.
  }
}

function refusal(error: unknown): SignalingError {
  const message = errorMessageOf(error);
  if (errorCodeOf(error) === "ENODIALOG") return new SignalingError("unknown-dialog", message);
  if (message.includes("request to myself")) return new SignalingError("loop", message);
  return new SignalingError("refused", message);
}
