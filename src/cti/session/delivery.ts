import { CLOSE, type Connection } from "./connection.ts";
import type { EventLog, LoggedEvent } from "./event-log.ts";
import { flowLevel, type FlowLevel, type Queued } from "./flow-level.ts";

export interface DeliveryOptions {
  readonly log: EventLog;
  /** What may be queued for an application that is connected. */
  readonly limits: Queued;
  /** Another level, which is not `cut`: that the connection has been closed for. */
  readonly onLevel: (level: FlowLevel) => void;
  /** The application was cut off; its session is without a connection. */
  readonly onCut: (connection: Connection) => void;
}

interface Reply {
  readonly text: string;
  readonly afterSeq: number;
}

/** Bytes that are sent ahead of what the application has read. */
const MAX_UNREAD_BYTES = 256 * 1024;
/** Replies that wait for an application that asks and does not read. */
const MAX_REPLIES = 1_000;
const MAX_REPLY_CHARACTERS = 64 * 1024 * 1024;

/**
 * Sends the events of a log in order over the connection that the session has now, as fast as it takes them, and each
 * reply after the events that it belongs behind. The queue is what of the log has not been sent.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  #connection: Connection | undefined;
  #sentSeq: number;
  /** Events up to it are on disk. */
  #writtenSeq: number;
  /** Events up to it are sent again, or for the first time, since the application came back: they are no queue. */
  #replayUntil: number;
  #queued = { events: 0, bytes: 0 };
  #level: FlowLevel = "flowing";
  #replies: Reply[] = [];
  #replyCharacters = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#sentSeq = options.log.seq;
    this.#writtenSeq = options.log.seq;
    this.#replayUntil = options.log.seq;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  get level(): FlowLevel {
    return this.#level;
  }

  /** Without a connection: all that is kept. */
  get queued(): Queued {
    if (this.#connection !== undefined) return this.#queued;
    const { size, bytes } = this.#options.log;
    return { events: size, bytes };
  }

  /** Sends over this connection from now on, beginning behind `afterSeq`. */
  attach(connection: Connection, afterSeq: number): void {
    this.#connection = connection;
    this.#writtenSeq = Math.min(this.#writtenSeq, this.#options.log.seq);
    this.#forgetReplies();
    this.#sentSeq = afterSeq;
    this.#replayUntil = this.#options.log.seq;
    this.#queued = { events: 0, bytes: 0 };
    this.#setLevel("flowing");
  }

  detach(): void {
    this.#connection = undefined;
    this.#forgetReplies();
  }

  /** Counts an event that was added to the log. */
  noteAdded({ body }: LoggedEvent): void {
    this.#queued.events += 1;
    this.#queued.bytes += body.length;
    this.#look();
  }

  /** Sent when the events up to `afterSeq` have been. */
  reply(text: string, afterSeq: number): void {
    if (this.#connection === undefined) return;
    this.#replies.push({ text, afterSeq });
    this.#replyCharacters += text.length;
    if (this.#replies.length > MAX_REPLIES || this.#replyCharacters > MAX_REPLY_CHARACTERS) this.#cut();
  }

  /** Sends a sign of life, unless as much is unread as may be: that is one, too. */
  beat(seq: number): void {
    const connection = this.#connection;
    if (connection === undefined || connection.unreadBytes >= MAX_UNREAD_BYTES) return;
    connection.send(`{"jsonrpc":"2.0","method":"heartbeat","params":{"seq":${seq}}}`);
  }

  /**
   * Sends what the connection takes now; the rest when it takes more.
   * @param writtenSeq events up to it may be sent
   */
  pump(writtenSeq = this.#writtenSeq): void {
    this.#writtenSeq = writtenSeq;
    const connection = this.#connection;
    if (connection === undefined) return;
    connection.batch(() => this.#sendTo(connection));
    if (this.#connection !== connection) return;
    if (this.#canSend()) connection.whenDrained(() => this.#pumpAgain(connection));
    this.#look();
  }

  #forgetReplies(): void {
    this.#replies = [];
    this.#replyCharacters = 0;
  }

  #pumpAgain(connection: Connection): void {
    if (connection === this.#connection) this.pump();
  }

  #sendTo(connection: Connection): void {
    while (connection.unreadBytes < MAX_UNREAD_BYTES) {
      const reply = this.#replies[0];
      if (reply !== undefined && reply.afterSeq <= this.#sentSeq) {
        this.#replies.shift();
        this.#replyCharacters -= reply.text.length;
        connection.send(reply.text);
        continue;
      }
      if (this.#sentSeq >= this.#writtenSeq) return;
      const event = this.#options.log.get(this.#sentSeq + 1);
      // It was dropped before it could be sent: the application has to take a snapshot.
      if (event === undefined) return this.#cut();
      this.#send(connection, event);
    }
  }

  #send(connection: Connection, { seq, body }: LoggedEvent): void {
    connection.send(eventText(seq, body));
    this.#sentSeq = seq;
    if (seq <= this.#replayUntil) return;
    this.#queued.events -= 1;
    this.#queued.bytes -= body.length;
  }

  /** What waits for events to be written is sent after that. */
  #canSend(): boolean {
    const [reply] = this.#replies;
    return (reply !== undefined && reply.afterSeq <= this.#sentSeq) || this.#sentSeq < this.#writtenSeq;
  }

  #look(): void {
    const level = flowLevel(this.#level, this.queued, this.#options.limits);
    if (level !== "cut") return this.#setLevel(level);
    if (this.#connection === undefined) return this.#setLevel("lagging");
    this.#cut();
  }

  #cut(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.detach();
    connection.close(CLOSE.lagging, "SESSION_LAGGING");
    this.#options.onCut(connection);
    this.#setLevel("lagging");
  }

  #setLevel(level: FlowLevel): void {
    if (level === this.#level) return;
    this.#level = level;
    this.#options.onLevel(level);
  }
}

/** An event as it goes over the wire. `body`: an object as JSON that is not empty. */
export function eventText(seq: number, body: string): string {
  return `{"jsonrpc":"2.0","method":"event","params":{"seq":${seq},${body.slice(1)}}`;
}
