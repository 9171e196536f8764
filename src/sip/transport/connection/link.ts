/** What a link tells the connection that it belongs to. */
export interface LinkEvents {
  /** Messages can be written from now on; told once, and only of a link that is made by us. */
  onOpen(): void;
  /** A whole message came. */
  onMessage(text: string): void;
  /** A keep-alive came that is to be answered by one CRLF (RFC 5626 4.4.1). */
  onPing(): void;
  /** The peer has shown in another way that it is there. */
  onAlive(): void;
  /** What came is no message; nothing more is reported. `head` is what was read of it. */
  onBadInput(reason: string, head: string): void;
  onError(error: Error): void;
  /** Told once, after everything else. */
  onClose(): void;
}

/** What carries the messages of one connection: a stream that is cut into messages, or a WebSocket. */
export interface Link {
  /** Octets that were written and that the kernel has not taken. */
  readonly unsentBytes: number;
  /** Since when the first octets of a message are here and the rest is not, by `Clock.nowMs`. */
  readonly partialSinceMs: number | undefined;
  /**
   * Writes whole messages, in one go.
   * @param onWritten called when the kernel has them, or with what went wrong
   */
  write(texts: readonly string[], onWritten: (error?: Error | null) => void): void;
  /** Asks the peer for a sign of life, where the transport has a way to. */
  ping(): void;
  /** Says the last word and waits for the peer to close. */
  end(): void;
  /** Closes it at once. */
  destroy(): void;
}
