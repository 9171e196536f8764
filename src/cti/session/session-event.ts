/** An event of an application: its `type`, and what goes with that. Plain JSON. */
export interface SessionEvent {
  readonly type: string;
}

export interface AppendOptions {
  /** Of the signal that it comes from. All events of one signal are appended without anything awaited between them. */
  readonly position?: number;
  /**
   * While the application is behind, an event takes the place of an earlier one of this key that has not been sent. What
   * ends the object of a key, such as `device.removed`, has the key of its states.
   */
  readonly conflateKey?: string;
}
