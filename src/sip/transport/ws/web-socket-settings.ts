/** Who may open a WebSocket. */
export interface WebSocketSettings {
  /**
   * Origins, such as `https://phone.example.org`, whose pages may connect. Absent: all. A client that tells no origin is
   * no page of a browser and may always.
   * @see RFC 6455 10.2
   */
  readonly origins?: readonly string[];
}
