import type { ClientRequest } from "./client-request.ts";

/**
 * SUBSCRIBE and REFER requests of ours without a final response: the first NOTIFY may come before it, and makes the
 * dialog (RFC 6665 4.1.2.4).
 */
export class AwaitedNotifies {
  readonly #requests = new Map<string, ClientRequest>();

  add(request: ClientRequest): void {
    if (request.method === "SUBSCRIBE" || request.method === "REFER") this.#requests.set(request.dialogId, request);
  }

  remove(request: ClientRequest): void {
    if (this.#requests.get(request.dialogId) === request) this.#requests.delete(request.dialogId);
  }

  find(dialogId: string): ClientRequest | undefined {
    return this.#requests.get(dialogId);
  }
}
