import { SUB_PROTOCOL, type OpenSocket } from "./socket.ts";

/** The parts of the browser's WebSocket that are used; the library is built without its types. */
interface GlobalWebSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

type WebSocketClass = new (url: string, protocols: readonly string[]) => GlobalWebSocket;

/** Sockets of the browser, or of a Node.js that has a global WebSocket. */
export const openBrowserSocket: OpenSocket = (url, handlers) => {
  const { WebSocket } = globalThis as unknown as { readonly WebSocket?: WebSocketClass };
  if (WebSocket === undefined) throw new TypeError("there is no global WebSocket: import the SDK for Node.js");
  const socket = new WebSocket(url, [SUB_PROTOCOL]);
  socket.onopen = () => handlers.onOpen();
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") handlers.onText(data);
  };
  socket.onclose = ({ code, reason }) => handlers.onClose(code, reason);
  return { send: (text) => socket.send(text), close: () => socket.close() };
};
