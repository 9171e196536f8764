import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";

/** A random address of 127.64.0.0/10 on which UDP port 5060 is free now: one for each phone. */
export async function freeLoopbackAddress(): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const address = `127.${randomInt(64, 128)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
    if (await canBind(address, 5060)) return address;
  }
  throw new Error("no free loopback address in 20 attempts");
}

function canBind(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind(port, address, () => socket.close(() => resolve(true)));
  });
}
