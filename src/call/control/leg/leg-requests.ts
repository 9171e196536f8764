import { withMore } from "../../../common/index.ts";
import { SignalingError } from "../../signaling/signaling-error.ts";
import type {
  Body,
  EdgeDialog,
  HeaderList,
  IncomingResponse,
  OutgoingRequest,
  PendingRequest,
  RequestEvents,
  SignalingPort,
} from "../../signaling/signaling-port.ts";
import { dialogIdOf, trunkOf, type Leg } from "./leg.ts";
import { identityOf, noteKnown, noteResponse, wasKnown } from "./leg-dialog.ts";

export interface LegRequestsOptions {
  readonly port: Pick<SignalingPort, "request" | "takesDialogs" | "edgeMemory" | "importDialogs">;
  /** Where to send requests to a leg instead of where the edge does by itself; for example to its phone's new connection. */
  readonly wayTo: (leg: Leg) => string | undefined;
  /** What an edge is told of a leg that it does not know; undefined when too little is known. */
  readonly describe: (leg: Leg) => EdgeDialog | undefined;
  /** The server knows the dialog of a leg by another id from now on. */
  readonly rename: (leg: Leg, dialogId: string) => void;
}

export interface LegRequest {
  readonly method: OutgoingRequest["method"];
  readonly headers: HeaderList;
  readonly body?: Body | undefined;
}

/** Requests inside the dialogs of legs, also of those that the edge has lost. */
export class LegRequests {
  readonly #options: LegRequestsOptions;

  constructor(options: LegRequestsOptions) {
    this.#options = options;
  }

  send(leg: Leg, request: LegRequest, events: RequestEvents): PendingRequest {
    const sent = new RetriedRequest();
    if (leg.dialog?.standing === "lost") this.#sendByIdentity(sent, leg, request, events);
    else this.#sendInDialog(sent, leg, request, events);
    return sent;
  }

  #sendInDialog(sent: RetriedRequest, leg: Leg, request: LegRequest, events: RequestEvents): void {
    this.#send(sent, leg, this.#inDialog(leg, request), events, (error) => {
      // What the edge knew, and does not know any more, is over.
      const { takesDialogs, edgeMemory } = this.#options.port;
      const isLost = error.code === "unknown-dialog" && leg.dialog?.standing === "unsure";
      if (isLost && takesDialogs && !wasKnown(leg, edgeMemory))
        void this.#importAndSend(sent, leg, request, events, error);
      else events.onFailed(error);
    });
  }

  /** The edge has lost the dialog: it is told of it, and has the request once more. */
  async #importAndSend(
    sent: RetriedRequest,
    leg: Leg,
    request: LegRequest,
    events: RequestEvents,
    error: SignalingError,
  ): Promise<void> {
    const described = this.#options.describe(leg);
    const isTaken = described !== undefined && (await this.#isTaken(described));
    if (isTaken) noteKnown(leg, this.#options.port.edgeMemory);
    if (!isTaken) return events.onFailed(error);
    // The dialog is there: nothing says that it is over.
    if (sent.isCancelled) return events.onFailed(new SignalingError("cancelled", "taken back before it was sent"));
    this.#send(sent, leg, this.#inDialog(leg, request), events, (again) => events.onFailed(again));
  }

  #inDialog(leg: Leg, request: LegRequest): OutgoingRequest {
    const proxyUri = this.#options.wayTo(leg);
    return {
      method: request.method,
      dialogId: leg.dialogId,
      ...(proxyUri === undefined ? {} : { proxyUri }),
      ...partsOf(request),
    };
  }

  async #isTaken(described: EdgeDialog): Promise<boolean> {
    try {
      return (await this.#options.port.importDialogs([described])).length === 0;
    } catch {
      // The request fails for what made this necessary.
      return false;
    }
  }

  #sendByIdentity(sent: RetriedRequest, leg: Leg, request: LegRequest, events: RequestEvents): void {
    const identity = identityOf(leg, request.method);
    if (identity === undefined) {
      events.onFailed(new SignalingError("unknown-dialog", "too little is known of the dialog"));
      return;
    }
    const { headers, ...parts } = partsOf(request);
    const proxyUri = this.#options.wayTo(leg) ?? identity.proxyUri;
    const whole = {
      method: request.method,
      ...identity,
      ...(proxyUri === undefined ? {} : { proxyUri }),
      ...parts,
      headers: [...identity.headers, ...headers],
    };
    const onResponse = (response: IncomingResponse): void => {
      const { method, status } = response.message;
      if (method === "INVITE" && status >= 200 && status < 300) this.#found(leg);
      events.onResponse(response);
    };
    this.#send(sent, leg, whole, { ...events, onResponse }, (error) => events.onFailed(error));
  }

  /** An INVITE with the identity of a dialog has made it anew, and the server takes us for who began it. */
  #found(leg: Leg): void {
    const { dialog } = leg;
    if (dialog === undefined) return;
    delete dialog.standing;
    dialog.role = "uac";
    this.#options.rename(leg, dialogIdOf(leg.sipCallId, leg.localTag));
  }

  #send(
    sent: RetriedRequest,
    leg: Leg,
    request: OutgoingRequest,
    events: RequestEvents,
    onFailed: (error: SignalingError) => void,
  ): void {
    let isOver = false;
    const pending = this.#options.port.request(withMore(request, trunkOf(leg.device)), {
      onResponse: (response) => {
        noteResponse(leg, response.message);
        events.onResponse(response);
      },
      onFailed: (error) => {
        isOver = true;
        onFailed(error);
      },
    });
    if (!isOver) sent.current = pending;
  }
}

/** A request that may go out twice. */
class RetriedRequest implements PendingRequest {
  current: PendingRequest | undefined;
  isCancelled = false;

  cancel(headers?: HeaderList): void {
    this.isCancelled = true;
    this.current?.cancel(headers);
  }
}

function partsOf({ headers, body }: LegRequest): { readonly headers: HeaderList; readonly body?: Body } {
  return { headers, ...(body === undefined ? {} : { body }) };
}
