import { detached } from "../../../common/index.ts";

/** What a stream of octets turns out to hold. */
export interface FramedStreamHandlers {
  /** A whole message: head, empty line, body. */
  onMessage(text: string): void;
  /** A double CRLF between messages (RFC 5626 4.4.1, ping). */
  onPing(): void;
  /** The stream cannot be followed from here on; `head` is what was read of the message. Nothing more is reported. */
  onBadStream(reason: string, head: string): void;
}

const END_OF_HEAD = "\r\n\r\n";
const ABSENT = -1;
const BAD = -2;

/**
 * Cuts a TCP stream into SIP messages by their Content-Length. Work is proportional to what arrives, however small
 * the pieces; what is held is bounded by `maxMessageBytes`.
 * @see RFC 3261 7.5, 18.3
 */
export class StreamFramer {
  readonly #maxMessageBytes: number;
  readonly #handlers: FramedStreamHandlers;
  /** Pieces of the message that is not complete yet. */
  #pieces: string[] = [];
  #heldBytes = 0;
  /** The last three octets that are held: the end of the head may be split over pieces. */
  #tail = "";
  /** Octets that the message has in all; 0 while its head is not complete. */
  #messageBytes = 0;
  /** CR and LF seen between messages that may be half of a ping. */
  #blankBytes = 0;
  #failed = false;

  constructor(maxMessageBytes: number, handlers: FramedStreamHandlers) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#handlers = handlers;
  }

  /** True when the first octets of a message are held and the rest is not here yet. */
  get hasPartialMessage(): boolean {
    return this.#heldBytes > 0;
  }

  /** Takes what has arrived: latin1 text, one character an octet. */
  push(bytes: string): void {
    let at = 0;
    while (at < bytes.length && !this.#failed) {
      if (this.#messageBytes > 0) at = this.#pushBody(bytes, at);
      else if (this.#heldBytes > 0) at = this.#pushHead(bytes, at);
      else at = this.#skipBlank(bytes, at);
    }
  }

  #skipBlank(bytes: string, start: number): number {
    let at = start;
    for (; at < bytes.length; at += 1) {
      const expected = this.#blankBytes % 2 === 0 ? 0x0d : 0x0a;
      const code = bytes.charCodeAt(at);
      if (code !== 0x0d && code !== 0x0a) break;
      this.#blankBytes = code === expected ? this.#blankBytes + 1 : 0;
      if (this.#blankBytes < 4) continue;
      this.#blankBytes = 0;
      this.#handlers.onPing();
    }
    if (at === bytes.length) return at;
    this.#blankBytes = 0;
    return this.#pushHead(bytes, at);
  }

  #pushHead(bytes: string, start: number): number {
    const searched = this.#tail + (start === 0 ? bytes : bytes.slice(start));
    const found = searched.indexOf(END_OF_HEAD);
    if (found < 0) {
      this.#hold(start === 0 ? bytes : bytes.slice(start));
      this.#tail = searched.slice(-(END_OF_HEAD.length - 1));
      if (this.#heldBytes > this.#maxMessageBytes) this.#fail("head too long");
      return bytes.length;
    }
    const end = start + found + END_OF_HEAD.length - this.#tail.length;
    this.#tail = "";
    this.#hold(bytes.slice(start, end));
    const head = this.#join();
    const bodyBytes = contentLengthOf(head);
    // Said of a long head whether or not its end was in the piece that made it too long.
    if (head.length > this.#maxMessageBytes) this.#fail("head too long");
    else if (bodyBytes === ABSENT) this.#fail("no Content-Length");
    else if (bodyBytes === BAD) this.#fail("bad or contradicting Content-Length");
    else if (head.length + bodyBytes > this.#maxMessageBytes) this.#fail("message too long");
    else if (bodyBytes === 0) this.#complete();
    else this.#messageBytes = head.length + bodyBytes;
    return end;
  }

  #pushBody(bytes: string, start: number): number {
    const end = Math.min(bytes.length, start + this.#messageBytes - this.#heldBytes);
    this.#hold(bytes.slice(start, end));
    if (this.#heldBytes === this.#messageBytes) this.#complete();
    return end;
  }

  #hold(piece: string): void {
    this.#pieces.push(piece);
    this.#heldBytes += piece.length;
  }

  #join(): string {
    const text = this.#pieces.length === 1 ? (this.#pieces[0] ?? "") : this.#pieces.join("");
    this.#pieces = [text];
    return text;
  }

  #complete(): void {
    const text = this.#join();
    this.#reset();
    // Whatever is kept of a message would keep alive all that was read with it.
    this.#handlers.onMessage(detached(text));
  }

  #fail(reason: string): void {
    const head = this.#join();
    this.#reset();
    this.#failed = true;
    this.#handlers.onBadStream(reason, head);
  }

  #reset(): void {
    this.#pieces = [];
    this.#heldBytes = 0;
    this.#messageBytes = 0;
    this.#tail = "";
  }
}

/** Content-Length of a complete head, in either form; `ABSENT`, or `BAD` when it is no number or two differ. */
function contentLengthOf(head: string): number {
  let length = ABSENT;
  for (let line = head.indexOf("\r\n") + 2; line < head.length - 2;) {
    const colon = colonOfContentLength(head, line);
    let end = head.indexOf("\r\n", line);
    if (colon > 0) {
      while (isSpace(head.charCodeAt(end + 2))) end = head.indexOf("\r\n", end + 2);
      const value = head.slice(colon + 1, end).trim();
      if (!/^\d{1,9}$/.test(value) || (length !== ABSENT && Number(value) !== length)) return BAD;
      length = Number(value);
    }
    line = end + 2;
  }
  return length;
}

const LONG_NAME = "content-length";

/** Index of the colon when a Content-Length line begins at an index, else -1. */
function colonOfContentLength(head: string, start: number): number {
  const first = head.charCodeAt(start) | 0x20;
  if (first !== 0x63 && first !== 0x6c) return -1;
  const isLong = first === 0x63;
  if (isLong && head.slice(start, start + LONG_NAME.length).toLowerCase() !== LONG_NAME) return -1;
  let at = start + (isLong ? LONG_NAME.length : 1);
  while (isSpace(head.charCodeAt(at))) at += 1;
  return head.charCodeAt(at) === 0x3a ? at : -1;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
