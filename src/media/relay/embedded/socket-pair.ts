import { isIP } from "node:net";
import { DgramAsPromised, type Socket } from "dgram-as-promised";

/** Two bound sockets, RTP on an even port and RTCP on the next. */
export interface SocketPair {
  readonly port: number;
  readonly rtp: Socket;
  readonly rtcp: Socket;
  /** Frees both ports at once; to be called once. */
  close(): void;
}

type LookupDone = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/** Addresses are literal: answering in place saves a trip through the resolver for each packet that is sent. */
function lookupLiteral(hostname: string, _options: unknown, done: LookupDone): void {
  done(null, hostname, isIP(hostname));
}

/** A datagram that could not be sent or received is a lost datagram. */
function ignoreError(): void {
  return undefined;
}

/** @throws the operating system's error, such as `EADDRINUSE`; nothing stays bound then */
export async function bindSocketPair(address: string, port: number): Promise<SocketPair> {
  const rtp = await bindSocket(address, port);
  try {
    const rtcp = await bindSocket(address, port + 1);
    const close = (): void => {
      rtp.close();
      rtcp.close();
    };
    return { port, rtp, rtcp, close };
  } catch (error) {
    rtp.close();
    throw error;
  }
}

async function bindSocket(address: string, port: number): Promise<Socket> {
  const type = isIP(address) === 6 ? "udp6" : "udp4";
  const promised = DgramAsPromised.createSocket({ type, ipv6Only: type === "udp6", lookup: lookupLiteral });
  try {
    await promised.bind(port, address);
  } catch (error) {
    await promised.close();
    throw error;
  }
  // From here on it is a plain socket: the wrapper's listeners would cost more memory than the socket.
  promised.destroy();
  promised.socket.on("error", ignoreError);
  return promised.socket;
}

/** Tries whether sockets can be bound to an address. @throws the operating system's error */
export async function probeAddress(address: string): Promise<void> {
  const socket = await bindSocket(address, 0);
  socket.close();
}
