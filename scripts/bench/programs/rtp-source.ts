import { createSocket, type Socket } from "node:dgram";
import { createInterface } from "node:readline";

// Sends RTP at an even rate over many flows: `rtp-source.ts <address> <flows>`. Prints its ports, then takes lines of
// JSON: the ports to send to, once, and then bursts `{ "rate": packets a second, "seconds": length }`, and answers each
// with `sent <packets> <ms>`.

const PACKET_BYTES = 172;
const MAX_BATCH = 64;
const SAMPLES = 160;

const [address = "", flows = "0"] = process.argv.slice(2);
const sockets = await Promise.all(Array.from({ length: Number(flows) }, () => bound()));
const packets = sockets.map((_, index) => rtpPacket(index));
process.stdout.write(`ports ${JSON.stringify(sockets.map((socket) => socket.address().port))}\n`);

let isConnected = false;
for await (const line of createInterface({ input: process.stdin })) {
  if (isConnected) {
    const { rate, seconds } = JSON.parse(line) as { rate: number; seconds: number };
    const { sent, elapsedMs } = await burst(rate, seconds);
    process.stdout.write(`sent ${sent} ${Math.round(elapsedMs)}\n`);
  } else {
    const ports = JSON.parse(line) as number[];
    await Promise.all(sockets.map((socket, index) => connected(socket, ports[index] ?? 0)));
    isConnected = true;
    process.stdout.write("connected\n");
  }
}

function burst(rate: number, seconds: number): Promise<{ sent: number; elapsedMs: number }> {
  const total = Math.round(rate * seconds);
  const startMs = performance.now();
  return new Promise((resolve) => {
    let sent = 0;
    const turn = (): void => {
      const elapsedMs = performance.now() - startMs;
      const due = Math.min(total, Math.floor((elapsedMs * rate) / 1_000), sent + MAX_BATCH);
      for (; sent < due; sent += 1) sendNext(sent % sockets.length);
      if (sent === total) resolve({ sent, elapsedMs });
      else setImmediate(turn);
    };
    turn();
  });
}

function sendNext(flow: number): void {
  const packet = packets[flow];
  if (packet === undefined) return;
  packet.writeUInt16BE((packet.readUInt16BE(2) + 1) & 0xffff, 2);
  packet.writeUInt32BE((packet.readUInt32BE(4) + SAMPLES) >>> 0, 4);
  sockets[flow]?.send(packet);
}

/** RFC 3550 5.1: version 2, payload type 0. */
function rtpPacket(flow: number): Buffer {
  const packet = Buffer.alloc(PACKET_BYTES, 0xff);
  packet.writeUInt16BE(0x8000, 0);
  packet.writeUInt16BE(0, 2);
  packet.writeUInt32BE(0, 4);
  packet.writeUInt32BE(0x10000 + flow, 8);
  return packet;
}

function bound(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: "udp4", sendBufferSize: 1024 * 1024 });
    // A port that is closed when the relay is: nobody is left to tell.
    socket.on("error", reject);
    socket.bind(0, address, () => resolve(socket));
  });
}

function connected(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve) => socket.connect(port, "127.0.0.1", resolve));
}
