import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";

const FIRST_PORT = 40_000;
const RANGES = 480;
const PORTS_PER_RANGE = 20;

/** UDP ports for one phone's RTP, outside of the relay's: no other phone of any test has them meanwhile. */
export class RtpPortRange {
  readonly first: number;
  readonly last: number;
  /** Bound to the last port as a sign that the range is taken. */
  readonly #holder: Socket;

  private constructor(first: number, holder: Socket) {
    this.first = first;
    this.last = first + PORTS_PER_RANGE - 2;
    this.#holder = holder;
  }

  static async reserve(): Promise<RtpPortRange> {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const first = FIRST_PORT + randomInt(RANGES) * PORTS_PER_RANGE;
      const sockets = await Promise.all(Array.from({ length: PORTS_PER_RANGE }, (_, index) => bind(first + index)));
      const holder = sockets.pop();
      const allFree = holder !== undefined && sockets.every((socket) => socket !== undefined);
      await Promise.all(sockets.map(closed));
      if (allFree) return new RtpPortRange(first, holder);
      await closed(holder);
    }
    throw new Error("no free range of RTP ports in 50 attempts");
  }

  /** Frees the range; may be called twice. */
  close(): void {
    try {
      this.#holder.close();
    } catch {
      // It was closed before.
    }
  }
}

function bind(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(undefined));
    socket.bind(port, () => resolve(socket.unref()));
  });
}

function closed(socket: Socket | undefined): Promise<void> {
  return new Promise((resolve) => (socket === undefined ? resolve() : socket.close(() => resolve())));
}
