import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";

/** What is used of drachtio-srf; its own types leave most of it out. */
export interface DrachtioMessage {
  readonly raw: string;
}

export interface DrachtioRequest extends EventEmitter {
  readonly msg: DrachtioMessage;
  readonly method: string;
  readonly source: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
  cancel(options: { headers: Record<string, string> }, callback: (error: unknown) => void): void;
}

export interface DrachtioResponse {
  readonly msg: DrachtioMessage & { status: number; reason: string };
  readonly agent: Pick<DrachtioAgent, "sendResponse">;
  status: number;
  readonly stackDialogId: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  send(
    status: number,
    options: { headers: Record<string, string>; body?: string },
    callback?: (error: unknown) => void,
  ): void;
}

export type DrachtioAck = (options: { headers?: Record<string, string>; body?: string }) => void;

export interface DrachtioRequestOptions {
  method: string;
  uri?: string;
  proxy?: string;
  stackDialogId?: string;
  headers: Record<string, string>;
  body?: string;
}

/** `WireProtocol` of drachtio-srf, whose listeners are replaced. */
export interface DrachtioWire extends EventEmitter {
  closing?: boolean;
  readonly reconnectVars: { retryTimer: NodeJS.Timeout | null };
  /** Returns the id that the answer names. */
  send(socket: Socket, command: string): string;
}

export interface DrachtioAgent {
  readonly wp: DrachtioWire;
  request(options: DrachtioRequestOptions, callback: (error: unknown, request?: DrachtioRequest) => void): void;
  sendResponse(
    response: DrachtioResponse,
    options: { headers: Record<string, string>; body?: string },
    callback?: (error: unknown) => void,
  ): void;
}

export interface DrachtioSrf extends EventEmitter {
  readonly app: { readonly client?: DrachtioAgent };
  use(verb: string, handler: (request: DrachtioRequest, response: DrachtioResponse) => void): void;
  connect(options: { host: string; port: number; secret: string; reconnect: { retryMaxDelay: number } }): unknown;
}

export type WireMessageListener = (socket: Socket, text: string) => void;
