import { parseSipMessage } from "../../../src/sip/message/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { EdgeFixture, SECRET } from "../../support/edge-fixture.ts";
import { freePort } from "../../support/free-port.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { WireClient, type WireFrame } from "../../support/wire-client.ts";
import { compareFrames } from "./compare-frame.ts";
import { peerMessage, Peers } from "./peers.ts";
import { readTranscript, type RecordedFrame } from "./transcript.ts";
import { Translation } from "./translation.ts";

const SERVER = "127.0.0.1:5060";
/** Between two frames; a longer one is a timer of the server, for which the clock is moved. */
const LONGEST_PAUSE_MS = 5_000;
const FIRST_RETRANSMISSION_MS = 600;

/** Commands of the application that the replay sends before a frame of a transcript. */
export type InsertedCommands = ReadonlyMap<number, readonly string[]>;

/**
 * Plays a transcript: what the application sent is sent, what a peer sent is sent by a socket in its place, and each
 * frame of the server is awaited in its turn.
 * @returns how the frames differ from the recorded ones, each with its number
 */
export async function replay(name: string, inserted: InsertedCommands = new Map()): Promise<string[]> {
  const cleanup = new Cleanup();
  const clock = new ManualClock();
  const fixture = cleanup.add(await EdgeFixture.start(clock), (started) => started.stop());
  const peers = cleanup.add(new Peers(), (opened) => opened.close());
  try {
    const frames = readTranscript(name);
    const run = new Replay(fixture, peers, clock, cleanup);
    await run.prepare(frames);
    const differences: string[] = [];
    for (const frame of frames) {
      for (const command of inserted.get(frame.number) ?? []) await run.command(command);
      const found = frame.from === "application" ? await run.play(frame) : await run.expect(frame);
      differences.push(...found.map((difference) => `${frame.number}: ${difference}`));
    }
    run.assertNothingLeft();
    return differences;
  } finally {
    await cleanup.run();
  }
}

class Replay {
  readonly #fixture: EdgeFixture;
  readonly #peers: Peers;
  readonly #clock: ManualClock;
  readonly #cleanup: Cleanup;
  readonly #translation = new Translation();
  #application: WireClient | undefined;
  #timeMs: number | undefined;

  constructor(fixture: EdgeFixture, peers: Peers, clock: ManualClock, cleanup: Cleanup) {
    this.#fixture = fixture;
    this.#peers = peers;
    this.#clock = clock;
    this.#cleanup = cleanup;
  }

  /** Opens a socket for each peer that sends something; any other address is one where nobody is. */
  async prepare(frames: readonly RecordedFrame[]): Promise<void> {
    this.#translation.learn(SERVER, `127.0.0.1:${this.#fixture.sipPort}`);
    this.#translation.learn("cymru", SECRET);
    const senders = new Set(frames.map(senderOf));
    const mentioned = frames.flatMap(
      ({ tokens, text }) => `${tokens.join("|")}\n${text}`.match(/127(?:\.\d+){3}:\d+/g) ?? [],
    );
    for (const place of new Set([...senders, ...mentioned])) {
      if (place === undefined || place === SERVER) continue;
      const [address = ""] = place.split(":");
      const port = senders.has(place) ? await this.#peers.open(place) : await freePort(address);
      this.#translation.learn(place, `${address}:${port}`);
    }
  }

  /** Sends a command that the transcript does not have. */
  async command(command: string): Promise<void> {
    const reply = await this.#live().ask(command);
    if (reply.tokens[0] !== "OK") throw new Error(`${command}: ${reply.tokens.join("|")}`);
  }

  async play({ tokens, text }: RecordedFrame): Promise<string[]> {
    if (tokens[1] === "authenticate") {
      const client = await WireClient.connect(this.#fixture.edge.wirePort);
      this.#application = this.#cleanup.add(client, (opened) => opened.close());
    }
    const meta = this.#translation.text(tokens.join("|"));
    const payload = text === "" ? meta : `${meta}\r\n${this.#translation.text(text)}`;
    this.#live().sendRaw(`${payload.length}#${payload}`);
    return [];
  }

  async expect(frame: RecordedFrame): Promise<string[]> {
    this.#moveClock(frame);
    await this.#playPeer(frame);
    const actual = await this.#nextFrame(frame);
    const differences = compareFrames(frame, actual, this.#translation);
    await this.#awaitOnWire(frame, actual);
    if (frame.tokens[3] === "NO") await this.#live().closed();
    return differences;
  }

  assertNothingLeft(): void {
    const left = this.#live().frames;
    if (left.length > 0) throw new Error(`frames that were not recorded: ${JSON.stringify(left)}`);
  }

  async #nextFrame({ number, tokens }: RecordedFrame): Promise<WireFrame> {
    try {
      return await this.#live().take(() => true);
    } catch (cause) {
      throw new Error(`nothing came for frame ${number}: ${tokens.join("|")}`, { cause });
    }
  }

  #live(): WireClient {
    if (this.#application === undefined) throw new Error("the transcript does not begin with authenticate");
    return this.#application;
  }

  #moveClock({ tokens }: RecordedFrame): void {
    const time = tokens.map((token) => /^(\d\d):(\d\d):(\d\d\.\d{6})$/.exec(token)).find((found) => found !== null);
    if (time === undefined || time === null) return;
    const timeMs = ((Number(time[1]) * 60 + Number(time[2])) * 60 + Number(time[3])) * 1_000;
    const pauseMs = timeMs - (this.#timeMs ?? timeMs);
    this.#timeMs = timeMs;
    if (pauseMs > LONGEST_PAUSE_MS) this.#clock.advance(pauseMs);
    // Nobody's answer: the edge learns that a UDP port is closed when it repeats the request.
    else if (tokens[1] === "sip" && tokens[5] === "") this.#clock.advance(FIRST_RETRANSMISSION_MS);
  }

  /** Sends the message of a peer that makes the server send this frame. */
  async #playPeer(frame: RecordedFrame): Promise<void> {
    const peer = senderOf(frame);
    if (peer === undefined) return;
    const translated = parseSipMessage(this.#translation.text(frame.text));
    if (!translated.ok) throw new Error(`frame ${frame.number}: ${translated.reason}`);
    const message = translated.value;
    const callId = message.get("call-id") ?? "";
    const isResponse = message.kind === "response";
    const request = isResponse ? await this.#peers.requestAt(peer, message.method, callId) : undefined;
    this.#peers.send(peer, this.#fixture.sipPort, peerMessage(message, request));
  }

  /** What the server says it has sent has to arrive just so. */
  async #awaitOnWire({ tokens, text }: RecordedFrame, actual: WireFrame): Promise<void> {
    const isSent = tokens.at(-2) === "Msg sent:" || (tokens[1] === "sip" && tokens[2] === "application");
    const recipient = isSent ? recipientOf(text) : undefined;
    if (recipient !== undefined && this.#peers.has(recipient)) await this.#peers.delivered(recipient, actual.text);
  }
}

/** Where the message of a frame came from; undefined when no peer sent it. */
function senderOf({ from, tokens }: RecordedFrame): string | undefined {
  if (from !== "server") return undefined;
  const at = tokens[1] === "sip" ? 2 : 4;
  if (tokens[at] !== "network" || tokens[at + 3] === "") return undefined;
  return `${tokens[at + 3]}:${tokens[at + 4]}`;
}

/** Where a message of the server goes: by its Request-URI, or by its topmost Via. */
function recipientOf(text: string): string | undefined {
  const pattern = text.startsWith("SIP/2.0") ? /^Via: \S+ ([\d.]+:\d+)/m : /^\S+ sip:(?:[^@\s]*@)?([\d.]+:\d+)/;
  return pattern.exec(text)?.[1];
}
