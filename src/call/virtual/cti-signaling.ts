import type {
  ClaimedDialogs,
  EdgeDialog,
  OutgoingRequest,
  PendingRequest,
  RefusedDialog,
  RequestEvents,
  SignalingHandler,
  SignalingPort,
} from "../signaling/signaling-port.ts";
import { deviceOfContact } from "./cti-contact.ts";
import type { CtiDialogs } from "./cti-dialogs.ts";
import type { Offers } from "./offers.ts";

export interface CtiSignalingOptions {
  readonly port: SignalingPort;
  readonly offers: Offers;
  readonly dialogs: CtiDialogs;
}

/**
 * A `SignalingPort` beside whose edge there are devices of applications: what is sent to one of these does not leave call
 * control, and is answered here. Whoever sends it need not know.
 */
export class CtiSignaling implements SignalingPort {
  readonly #options: CtiSignalingOptions;

  constructor(options: CtiSignalingOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#options.port.connected;
  }

  get pendingCount(): number {
    return this.#options.port.pendingCount;
  }

  get takesDialogs(): boolean {
    return this.#options.port.takesDialogs;
  }

  get edgeMemory(): string | undefined {
    return this.#options.port.edgeMemory;
  }

  start(handler: SignalingHandler): void {
    this.#options.port.start({
      onRequest: (request) => handler.onRequest(request),
      onCancel: (transactionId, dialogId, message) => handler.onCancel(transactionId, dialogId, message),
      onDialogEnded: (dialogId, message) => handler.onDialogEnded(dialogId, message),
      onConnected: (localHosts) => handler.onConnected(localHosts),
      onRouted: () => handler.onRouted(),
      onDisconnected: () => {
        // Calls learn of it first: what fails now was not refused by anybody.
        handler.onDisconnected();
        this.#options.offers.edgeLost();
      },
    });
  }

  request(request: OutgoingRequest, events: RequestEvents): PendingRequest {
    const { port, offers, dialogs } = this.#options;
    const { dialogId, uri, method } = request;
    const leg = dialogId === undefined ? undefined : dialogs.find(dialogId);
    if (leg !== undefined) return dialogs.request(leg, request, events);
    const device = deviceOfContact(uri);
    if (device === undefined) return port.request(request, events);
    return method === "INVITE" ? offers.invite(device, request, events) : dialogs.refuse(request, events);
  }

  claimDialogs(dialogIds: readonly string[]): Promise<ClaimedDialogs> {
    return this.#options.port.claimDialogs(dialogIds);
  }

  importDialogs(dialogs: readonly EdgeDialog[]): Promise<readonly RefusedDialog[]> {
    return this.#options.port.importDialogs(dialogs);
  }

  hasten(): void {
    this.#options.port.hasten();
  }

  close(): void {
    this.#options.port.close();
    this.#options.offers.edgeLost();
  }
}
