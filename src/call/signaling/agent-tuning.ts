import type { Socket } from "node:net";
import parser from "drachtio-srf/lib/sip-parser/parser.js";
import { errorMessageOf, type Clock, type Logger } from "../../common/index.ts";
import type { DrachtioAgent, WireMessageListener } from "./drachtio-types.ts";
import { FrameReader } from "./frame-reader.ts";
import { JoinedWriter } from "./joined-writer.ts";
import { readMessage } from "./read-message.ts";

/** Far above what a SIP message can be, far below what would hurt. */
const MAX_FRAME_BYTES = 1024 * 1024;

const SAMPLE_MS = 50;
const MAX_DELAY_MS = 60_000;
/** Enough for the tokens up to the time. */
const MAX_META_LENGTH = 200;

export interface AgentTuningOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs before each write to the edge. */
  readonly beforeWrite: () => void;
  /** How long a message of the edge waited until it was read, in milliseconds; a few samples a second. */
  readonly onDelay: (delayMs: number) => void;
  /** Takes a message that drachtio-srf is not to see; false leaves it to it. */
  readonly take: (message: string) => boolean;
  /** A CANCEL from the network, by the transaction of its INVITE. */
  readonly onCancel: (transactionId: string, dialogId: string, text: string) => void;
}

/**
 * Keeps faults of drachtio-srf 5.0.29 away, from outside and without a patch (docs/decisions/0002): an exception
 * while it handles a message ends neither the process nor the stream, text keeps its octets, no text takes long
 * to read, one write goes out an event-loop turn, a reconnected socket has no delay, and a CANCEL finds its INVITE by
 * transaction.
 */
export class AgentTuning {
  readonly #agent: DrachtioAgent;
  readonly #options: AgentTuningOptions;
  #writer: JoinedWriter | undefined;
  #socket: Socket | undefined;
  #closed = false;
  #sampledAtMs = Number.NEGATIVE_INFINITY;

  /** Call it in the turn of `connect`, before a connection can be there. */
  constructor(agent: DrachtioAgent, options: AgentTuningOptions) {
    this.#agent = agent;
    this.#options = options;
    parser.parseSipMessage = readMessage;
    const { wp } = agent;
    const listeners = wp.listeners("msg") as WireMessageListener[];
    wp.removeAllListeners("msg");
    wp.on("msg", (socket: Socket, text: string) => this.#onMessage(listeners, socket, text));
    wp.prependListener("connect", (socket: Socket) => this.#onConnect(socket));
  }

  /** Sends a command that drachtio-srf does not know; returns its id, or undefined when there is no connection. */
  send(command: string): string | undefined {
    const socket = this.#socket;
    if (this.#closed || socket === undefined || socket.destroyed) return undefined;
    return this.#agent.wp.send(socket, command);
  }

  /** As of `JoinedWriter`. */
  hasten(): void {
    this.#writer?.hasten();
  }

  /** Sends what waits, ends the connection and makes no other. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { wp } = this.#agent;
    wp.closing = true;
    if (wp.reconnectVars.retryTimer !== null) clearTimeout(wp.reconnectVars.retryTimer);
    this.#writer?.flush();
    this.#socket?.end();
    this.#socket?.destroySoon();
  }

  #onConnect(socket: Socket): void {
    if (this.#closed) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#writer = new JoinedWriter(socket, this.#options);
    const reader = new FrameReader(MAX_FRAME_BYTES, (payload) => void this.#agent.wp.emit("msg", socket, payload));
    socket.removeAllListeners("data");
    socket.setEncoding("latin1");
    socket.on("data", (chunk: unknown) => {
      const problem = reader.push(String(chunk));
      if (problem === undefined) return;
      this.#options.logger.error("edge broke the framing of the wire protocol", { problem });
      socket.destroy();
    });
  }

  #onMessage(listeners: readonly WireMessageListener[], socket: Socket, text: string): void {
    try {
      if (this.#options.take(text)) return;
      this.#sampleDelay(text);
      this.#onCancel(text);
      for (const listener of listeners) listener(socket, text);
    } catch (error) {
      this.#options.logger.error("a message of the edge could not be handled", { error: errorMessageOf(error) });
    }
  }

  /** The edge writes into each meta line when it sent it: local time as `HH:MM:SS.uuuuuu`. */
  #sampleDelay(text: string): void {
    const { clock, onDelay } = this.#options;
    if (clock.nowMs() - this.#sampledAtMs < SAMPLE_MS) return;
    const [, kind, , , , , , time = ""] = text.slice(0, MAX_META_LENGTH).split("|", 8);
    const [, hours, minutes, seconds] = /^(\d\d):(\d\d):(\d\d\.\d+)$/.exec(time) ?? [];
    if (kind !== "sip" || seconds === undefined) return;
    this.#sampledAtMs = clock.nowMs();
    const sentMs = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
    const now = new Date(clock.wallMs());
    const nowMs = ((now.getHours() * 60 + now.getMinutes()) * 60 + now.getSeconds()) * 1_000 + (clock.wallMs() % 1_000);
    const delayMs = nowMs - sentMs;
    // Midnight, a change of the clock or another time zone: no measure of anything.
    if (delayMs >= 0 && delayMs < MAX_DELAY_MS) onDelay(delayMs);
  }

  /** drachtio-srf knows one pending INVITE a Call-ID; a merged request would take the first one's place. */
  #onCancel(text: string): void {
    const end = text.indexOf("\r\n");
    if (end < 0 || !text.startsWith("CANCEL ", end + 2)) return;
    const tokens = text.slice(0, end).split("|");
    if (tokens[1] === "sip" && tokens[2] === "network") {
      this.#options.onCancel(tokens[8] ?? "", tokens[9] ?? "", text.slice(end + 2));
    }
  }
}
