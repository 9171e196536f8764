import type { Socket } from "node:net";
import Srf from "drachtio-srf";
import { SystemClock } from "../../../src/common/index.ts";
import { JoinedWriter } from "../../../src/call/signaling/joined-writer.ts";

export interface Dialog {
  destroy(): Promise<unknown>;
  on(event: "destroy", listener: () => void): void;
}

export interface Request {
  readonly body: string;
  readonly callingNumber: string;
}

/** What the programs use of drachtio-srf. */
export interface Application {
  invite(handler: (request: Request, response: unknown) => void): void;
  createUAS(request: Request, response: unknown, options: { localSdp: string }): Promise<Dialog>;
  createUAC(uri: string, options: { localSdp: string; callingNumber: string }): Promise<Dialog>;
  createB2BUA(
    request: Request,
    response: unknown,
    uri: string,
    options: { localSdpB: string },
  ): Promise<{ uas: Dialog; uac: Dialog }>;
  on(event: "connect" | "error", listener: (error?: unknown) => void): void;
  connect(options: { host: string; port: number; secret: string }): void;
  readonly app: {
    readonly client: { readonly wp: { on(event: "connect", listener: (socket: Socket) => void): void } };
  };
}

/** drachtio-srf, unmodified but for its socket's `write`, which joins what one event-loop turn writes. */
export function newSrf(): Application {
  return new Srf() as unknown as Application;
}

/** Connects to the edge on loopback and prints `connected`; the edge may come later. */
export function connectToEdge(srf: Application, port: string, secret: string): void {
  srf.on("connect", () => process.stdout.write("connected\n"));
  srf.on("error", (error) => process.stderr.write(`${String(error)}\n`));
  srf.connect({ host: "127.0.0.1", port: Number(port), secret });
  srf.app.client.wp.on("connect", (socket) => {
    socket.setNoDelay(true);
    new JoinedWriter(socket, { clock: new SystemClock(), beforeWrite: () => undefined });
  });
}

/** Each dialog ends with the other. */
export function joinDialogs(one: Dialog, other: Dialog): void {
  one.on("destroy", () => void other.destroy().catch(() => undefined));
  other.on("destroy", () => void one.destroy().catch(() => undefined));
}
