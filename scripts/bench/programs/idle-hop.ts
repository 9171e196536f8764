import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

// One of three processes that hand messages on and do nothing else, as far apart as those of a node:
// `idle-hop.ts middle <socket>` stands between the two others and prints `ready`; `idle-hop.ts edge <socket> <callee port>`
// takes datagrams at `port N` and sends what comes from the middle to the callee; `idle-hop.ts server <socket>` has an
// application at the WebSocket `port N`.

const ADDRESS = "127.0.0.1";
const [role = "", path = "", calleePort = "0"] = process.argv.slice(2);

/** Lines that come, whole. */
function onLines(socket: Socket, take: (line: string) => void): void {
  let rest = "";
  socket.setEncoding("latin1").on("data", (chunk: unknown) => {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  });
}

async function edge(): Promise<string> {
  const middle = connect(path);
  const udp = createSocket("udp4");
  udp.on("message", (message) => void middle.write(`${message.toString("latin1")}\n`, "latin1"));
  onLines(middle, (line) => udp.send(Buffer.from(line, "latin1"), Number(calleePort), ADDRESS));
  udp.bind(0, ADDRESS);
  await once(udp, "listening");
  return `port ${udp.address().port}`;
}

async function middle(): Promise<string> {
  const peers: Socket[] = [];
  const server = createServer((peer) => {
    peers.push(peer);
    onLines(peer, (line) => peers.filter((other) => other !== peer).forEach((other) => other.write(`${line}\n`)));
  });
  server.listen(path);
  await once(server, "listening");
  return "ready";
}

async function server(): Promise<string> {
  const applications = new WebSocketServer({ host: ADDRESS, port: 0, perMessageDeflate: false });
  const upstream = connect(path);
  let application: WebSocket | undefined;
  applications.on("connection", (socket) => {
    application = socket;
    socket.on("message", (data: Buffer) => void upstream.write(`${data.toString("latin1")}\n`, "latin1"));
  });
  onLines(upstream, (line) => application?.send(line));
  await once(applications, "listening");
  return `port ${(applications.address() as AddressInfo).port}`;
}

const start = { edge, middle, server }[role];
if (start === undefined) throw new Error(`there is no role ${role}`);
process.stdout.write(`${await start()}\n`);
