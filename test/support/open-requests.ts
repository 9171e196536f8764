import type { SignalingError } from "../../src/call/signaling/signaling-error.ts";
import type {
  IncomingResponse,
  OutgoingRequest,
  PendingRequest,
  RequestEvents,
  SignalingPort,
} from "../../src/call/signaling/signaling-port.ts";
import { formatResponse, parseSipMessage } from "../../src/sip/message/index.ts";

/** A request of call control that stays open until a test ends it. */
export interface OpenRequest {
  readonly request: OutgoingRequest;
  readonly events: RequestEvents;
  isCancelled: boolean;
}

/** The requests that call control hands to an edge, under a test's control. */
export class OpenRequests {
  readonly sent: OpenRequest[] = [];
  /** With what the next requests fail before they are sent. */
  readonly failures: SignalingError[] = [];

  get port(): SignalingPort {
    const port: Partial<SignalingPort> = {
      takesDialogs: true,
      edgeMemory: undefined,
      request: (request, events) => this.#request(request, events),
      importDialogs: () => Promise.resolve([]),
    };
    return port as SignalingPort;
  }

  #request(request: OutgoingRequest, events: RequestEvents): PendingRequest {
    const open: OpenRequest = { request, events, isCancelled: false };
    this.sent.push(open);
    const failure = this.failures.shift();
    if (failure !== undefined) events.onFailed(failure);
    return { cancel: () => void (open.isCancelled = true) };
  }
}

/** @param address empty: the edge says it in the place of who does not answer */
export function responseOf(status: number, address = "192.0.2.7", headers: [string, string][] = []): IncomingResponse {
  const message = parseSipMessage(formatResponse(status, "", [["CSeq", "1 INVITE"], ...headers], ""));
  if (!message.ok) throw new Error(message.reason);
  return {
    message: message.value,
    source: { protocol: "udp", address, port: 5060 },
    acknowledge: () => undefined,
  };
}
