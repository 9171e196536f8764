import type { Socket } from "node:net";
import Srf from "drachtio-srf";
import { SystemClock } from "../../../src/common/index.ts";
import { JoinedWriter } from "../../../src/call/signaling/joined-writer.ts";

// The smallest back-to-back user agent that drachtio-srf makes, unmodified but for its socket's `write`, which joins
// what one event-loop turn writes: `b2bua-application.ts <port of the edge> <secret> <URI of the callee>`.

interface Dialog {
  destroy(): Promise<unknown>;
  on(event: "destroy", listener: () => void): void;
}

interface Application {
  invite(handler: (request: { body: string }, response: unknown) => void): void;
  createB2BUA(
    request: unknown,
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

const [port = "", secret = "", calleeUri = ""] = process.argv.slice(2);
const srf = new Srf() as unknown as Application;

srf.invite((request, response) => {
  srf.createB2BUA(request, response, calleeUri, { localSdpB: request.body }).then(
    ({ uas, uac }) => {
      uas.on("destroy", () => void uac.destroy().catch(() => undefined));
      uac.on("destroy", () => void uas.destroy().catch(() => undefined));
    },
    // A call that fails is counted by who makes it.
    () => undefined,
  );
});
srf.on("connect", () => process.stdout.write("connected\n"));
srf.on("error", (error) => process.stderr.write(`${String(error)}\n`));
srf.connect({ host: "127.0.0.1", port: Number(port), secret });
srf.app.client.wp.on("connect", (socket) => {
  socket.setNoDelay(true);
  new JoinedWriter(socket, { clock: new SystemClock(), beforeWrite: () => undefined });
});
