/** A connection of an application, whatever carries it. */
export interface Connection {
  /** Where it comes from, an IP address. */
  readonly address: string;
  /** True over TLS. */
  readonly isSecure: boolean;
  /** Bytes that were sent and that the application is not known to have read; a few that it has read may be among them. */
  readonly unreadBytes: number;
  /** One message; after `close` it does nothing. */
  send(text: string): void;
  /** Joins what `run` sends into as few packets as there can be. */
  batch(run: () => void): void;
  /** Runs `run` once when few bytes are unread; a later one takes its place. */
  whenDrained(run: () => void): void;
  /** Ends it; what was sent before still goes out. May be called twice. */
  close(code: number, reason: string): void;
}

/** WebSocket close codes for private use, RFC 6455 7.4.2. */
export const CLOSE = {
  /** The application has closed its session. */
  done: 1000,
  /** The service stops; the session can be resumed. */
  restart: 1012,
  /** No session was opened in time, or what was said makes no sense. */
  protocol: 1002,
  /** It sends far too much that has to be refused, or does not read. */
  policy: 1008,
  sessionClosed: 4001,
  /** Nothing was heard for two heartbeat intervals. */
  silent: 4002,
  takenOver: 4003,
  /** Events were lost; the session is resumed with a snapshot. */
  renewed: 4004,
  /** Its queue was full; the session can be resumed. */
  lagging: 4008,
} as const;
