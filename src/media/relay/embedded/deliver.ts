import type { PacketSocket } from "./relay-context.ts";
import type { RelayCounters } from "./relay-counters.ts";
import type { SourceLock } from "./source-lock.ts";

/** Packets that wait in the process because the operating system's buffer is full; further ones are dropped. */
const MAX_QUEUED = 64;

/** Sends to the side that `lock` stands for; what cannot be sent is dropped and counted, and false. */
export function deliver(packet: Buffer, socket: PacketSocket, lock: SourceLock, counters: RelayCounters): boolean {
  if (lock.port === 0) counters.undeliverable += 1;
  else if (socket.getSendQueueCount() > MAX_QUEUED) counters.congested += 1;
  else {
    socket.send(packet, lock.port, lock.address);
    return true;
  }
  return false;
}
