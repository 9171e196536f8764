import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { connectToEdge, type Dialog, joinDialogs, newSrf, type Request } from "./srf-of-edge.ts";

// Call control that has no model, no media, no journals and one application, made of drachtio-srf with joined writes as in Tandem:
// `least-control.ts <port of the edge> <secret> <URI of the callee> <socket>`. Each INVITE is told as a line
// `<id> <caller>` at the socket; lines `answer <id>`, `redirect <id>` and `transfer <id>` come back.

interface Call {
  readonly request: Request;
  readonly response: unknown;
  caller?: Dialog;
}

const [port = "", secret = "", calleeUri = "", path = ""] = process.argv.slice(2);
const srf = newSrf();
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
    joinDialogs(uas, uac);
  } else if (caller !== undefined) {
    const { body, callingNumber } = request;
    joinDialogs(caller, await srf.createUAC(calleeUri, { localSdp: body, callingNumber }));
  }
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

connectToEdge(srf, port, secret);
