import { WebSocket } from "ws";
import { SUB_PROTOCOL, type OpenSocket } from "./socket.ts";

/** The largest frame that is taken; snapshots of thousands of calls come in one. */
const MAX_FRAME_BYTES = 64 * 1_048_576;

const CLOSING_MS = 500;

/** Large snapshots come compressed where the server does that; what is sent is short. */
const COMPRESSION = { threshold: 8_192, serverNoContextTakeover: true, clientNoContextTakeover: true };

/** How servers are trusted over `wss:`. */
export interface NodeTls {
  /** PEM certificates of authorities, instead of the system's. */
  readonly ca?: string | readonly string[];
}

/** Sockets of the package `ws`. */
export function nodeSockets(tls: NodeTls = {}): OpenSocket {
  return (url, handlers) => {
    const ca = tls.ca === undefined ? {} : { ca: typeof tls.ca === "string" ? tls.ca : [...tls.ca] };
    const options = { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: COMPRESSION, ...ca };
    const socket = new WebSocket(url, [SUB_PROTOCOL], options);
    let failure = "";
    socket.on("open", () => handlers.onOpen());
    socket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) handlers.onText(data.toString("utf8"));
    });
    socket.on("error", ({ message }) => (failure = explained(message)));
    socket.on("close", (code, reason) => handlers.onClose(code, reason.toString("utf8") || failure));
    const close = (): void => {
      socket.close();
      // A server that is silent is not waited for.
      setTimeout(() => socket.terminate(), CLOSING_MS).unref();
    };
    return { send: (text) => socket.send(text), close };
  };
}

/** What a web server says that is none of CTI applications, or not under that address. */
function explained(message: string): string {
  return /response: 40[04]$/.test(message)
    ? `${message}: applications are served at another path, which is /cti`
    : message;
}
