import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import Srf from "drachtio-srf";
import { SystemClock } from "../../../src/common/index.ts";
import { JoinedWriter } from "../../../src/call/signaling/joined-writer.ts";

// Call control that has no model, no media, no journals and one application, made of drachtio-srf with joined writes as in Tandem:
// `least-control.ts <port of the edge> <secret> <URI of the callee> <socket>`. Each INVITE is told as a line
// `<id> <caller>` at the socket; lines `answer <id>`, `redirect <id>` and `transfer <id>` come back.

interface Dialog {
  destroy(): Promise<unknown>;
  on(event: "destroy", listener: () => void): void;
}

interface Request {
  readonly body: string;
  readonly callingNumber: string;
}

interface Application {
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

interface Call {
  readonly request: Request;
  readonly response: unknown;
  caller?: Dialog;
}

const [port = "", secret = "", calleeUri = "", path = ""] = process.argv.slice(2);
const srf = new Srf() as unknown as Application;
const calls = new Map<string, Call>();
const applications = new Set<Socket>();
let made = 0;

srf.invite((request, response) => {
  made += 1;
  calls.set(String(made), { request, response });
  for (const application of applications) application.write(`${made} ${request.callingNumber}\n`);
});

async function command(line: string): Promise<void> {
  const [verb, id = ""] = line.trim().split(" ");
  const call = calls.get(id);
  if (call === undefined) return;
  const { request, response, caller } = call;
  if (verb === "answer") {
    call.caller = await srf.createUAS(request, response, { localSdp: request.body });
    call.caller.on("destroy", () => calls.delete(id));
  } else if (verb === "redirect") {
    calls.delete(id);
    const { uas, uac } = await srf.createB2BUA(request, response, calleeUri, { localSdpB: request.body });
    join(uas, uac);
  } else if (caller !== undefined) {
    const { body, callingNumber } = request;
    join(caller, await srf.createUAC(calleeUri, { localSdp: body, callingNumber }));
  }
}

function join(one: Dialog, other: Dialog): void {
  one.on("destroy", () => void other.destroy().catch(() => undefined));
  other.on("destroy", () => void one.destroy().catch(() => undefined));
}

const server = createServer((application) => {
  applications.add(application);
  application.once("close", () => applications.delete(application));
  let rest = "";
  application.setEncoding("latin1").on("data", (chunk: unknown) => {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    // A call that fails is counted by who makes it.
    for (const line of lines) command(line).catch(() => undefined);
  });
});
server.listen(path);
await once(server, "listening");

srf.on("connect", () => process.stdout.write("connected\n"));
srf.on("error", (error) => process.stderr.write(`${String(error)}\n`));
srf.connect({ host: "127.0.0.1", port: Number(port), secret });
srf.app.client.wp.on("connect", (socket) => {
  socket.setNoDelay(true);
  new JoinedWriter(socket, { clock: new SystemClock(), beforeWrite: () => undefined });
});
