import { Agent, request } from "node:http";
import { once } from "node:events";
import { WebSocket } from "ws";
import type { AriAccess } from "../systems/asterisk-system.ts";
import type { ProbeOffer } from "./cti-probe.ts";

/** Requests at a time, each on a connection that stays. */
const MAX_CONNECTIONS = 64;
const MAX_WAIT_MS = 10_000;

/** An application on ARI: events come over a WebSocket, commands go by HTTP. */
export class AriApplication {
  readonly #access: AriAccess;
  readonly #socket: WebSocket;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  readonly #authorization: string;
  #listener: (offer: ProbeOffer) => void = () => undefined;

  private constructor(access: AriAccess, socket: WebSocket) {
    this.#access = access;
    this.#socket = socket;
    this.#authorization = `Basic ${Buffer.from(`${access.user}:${access.password}`).toString("base64")}`;
    socket.on("message", (data: Buffer) => this.#onMessage(data.toString("utf8")));
    socket.on("error", () => undefined);
  }

  static async connect(access: AriAccess): Promise<AriApplication> {
    const query = new URLSearchParams({ app: access.application, api_key: `${access.user}:${access.password}` });
    const socket = new WebSocket(`ws://${access.host}/ari/events?${query.toString()}`, { perMessageDeflate: false });
    const application = new AriApplication(access, socket);
    await once(socket, "open", { signal: AbortSignal.timeout(MAX_WAIT_MS) });
    return application;
  }

  /** The one that is told of each call that enters the application, from now on. */
  onOffer(listener: (offer: ProbeOffer) => void): void {
    this.#listener = listener;
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#agent.destroy();
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, "close");
    this.#socket.terminate();
    await closed;
  }

  #onMessage(text: string): void {
    const channel = enteringChannel(text);
    if (channel === undefined) return;
    const { id, caller } = channel;
    const send = (to: string): Promise<void> => {
      const place = new URLSearchParams({ context: this.#access.context, extension: to, priority: "1" });
      return this.#post(`/ari/channels/${id}/continue?${place.toString()}`);
    };
    this.#listener({
      caller,
      answer: () => this.#post(`/ari/channels/${id}/answer`),
      redirect: send,
      transfer: send,
    });
  }

  /** @throws {Error} when it is refused, or there is no answer */
  #post(path: string): Promise<void> {
    const [host = "", port = ""] = this.#access.host.split(":");
    return new Promise((resolve, reject) => {
      const headers = { authorization: this.#authorization };
      const posted = request({ host, port, path, method: "POST", agent: this.#agent, headers }, (response) => {
        const { statusCode = 0 } = response;
        response.resume();
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new Error(`POST ${path}: ${statusCode}`));
      });
      posted.setTimeout(MAX_WAIT_MS, () => posted.destroy(new Error(`POST ${path}: no answer`)));
      posted.once("error", reject);
      posted.end();
    });
  }
}

/** The channel of an event that it has entered the application; `undefined` of all others. */
export function enteringChannel(text: string): { readonly id: string; readonly caller: string } | undefined {
  const event: unknown = JSON.parse(text);
  if (!isRecord(event) || event["type"] !== "StasisStart") return undefined;
  const { channel } = event;
  if (!isRecord(channel) || typeof channel["id"] !== "string") return undefined;
  const { id, caller } = channel;
  const number = isRecord(caller) ? caller["number"] : undefined;
  return { id, caller: typeof number === "string" ? number : "" };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
