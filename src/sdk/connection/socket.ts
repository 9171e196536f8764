/** The WebSocket sub-protocol; its name has the major version. */
export const SUB_PROTOCOL = "tandem.cti.v1";

/** What a socket tells. After `onClose` it tells nothing more. */
export interface SocketHandlers {
  onOpen(): void;
  onText(text: string): void;
  /** It is closed, was never opened, or failed; `reason` for people. */
  onClose(code: number, reason: string): void;
}

/** A WebSocket as the SDK needs one. */
export interface Socket {
  send(text: string): void;
  /** Gives it up; nothing is told afterwards that `onClose` has not told. */
  close(): void;
}

/** Opens a WebSocket with the sub-protocol; never throws for a server that is not there. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => Socket;
