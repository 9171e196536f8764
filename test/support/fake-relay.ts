import {
  MediaError,
  type MediaErrorCode,
  type MediaRelay,
  type RelayEndpoint,
  type RelayKey,
  type RelayOptions,
  type RelaySessionSummary,
} from "../../src/media/index.ts";

interface FakeSession {
  readonly callId: string;
  readonly port: number;
  readonly operations: string[];
}

/**
 * A relay without sockets: puts `192.0.2.200` and a port of the session's own into what it is given. Even ports go to
 * the callee, odd ones to the caller.
 */
export class FakeRelay implements MediaRelay {
  connected = true;
  readonly sessions = new Map<string, FakeSession>();
  readonly released: string[] = [];
  readonly options: RelayOptions[] = [];
  /** What the next operations fail with, by kind. */
  readonly failures: { kind: "offer" | "answer"; code: MediaErrorCode }[] = [];
  nextPort = 20_000;
  #hold: Promise<void> | undefined;

  /** Lets operations wait until the returned function is called. */
  hold(): () => void {
    let open = (): void => undefined;
    this.#hold = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  }

  async offer(key: RelayKey, sdp: string, options: RelayOptions): Promise<string> {
    return this.#run("offer", key, sdp, options);
  }

  async answer(key: RelayKey, sdp: string, options: RelayOptions): Promise<string> {
    if (!this.sessions.has(key.callId)) throw new MediaError("unknown-session", "no offer");
    return this.#run("answer", key, sdp, options);
  }

  async answerByEndpoint(key: RelayKey, endpoint: RelayEndpoint, sdp: string, options: RelayOptions): Promise<string> {
    return (await this.#run("offer", key, sdp, options)).replace("s=-", `s=${endpoint}`);
  }

  async offerByEndpoint(key: RelayKey, endpoint: RelayEndpoint): Promise<string> {
    const sdp = `v=0\r\no=- 1 1 IN IP4 192.0.2.200\r\ns=${endpoint}\r\nc=IN IP4 192.0.2.200\r\nt=0 0\r\nm=audio 1 RTP/AVP 8\r\n`;
    return this.#run("offer", key, sdp, { signalingAddress: "", latch: "candidates" });
  }

  async release(callId: string): Promise<RelaySessionSummary | undefined> {
    if (!this.connected) throw new MediaError("relay-unreachable", "away");
    const figures = await this.inspect(callId);
    this.sessions.delete(callId);
    this.released.push(callId);
    return figures;
  }

  async inspect(callId: string): Promise<RelaySessionSummary | undefined> {
    if (!this.connected) throw new MediaError("relay-unreachable", "away");
    const session = this.sessions.get(callId);
    if (session === undefined) return undefined;
    const side = { bytes: 16_000, lost: 1, jitterMs: 2, rejected: 0 };
    return {
      callId,
      createdAtMs: 0,
      ports: [session.port],
      sides: [
        { ...side, tag: "caller", packets: 100, mos: 4.3 },
        { ...side, tag: "callee", packets: 90 },
      ],
    };
  }

  async list(): Promise<readonly RelaySessionSummary[]> {
    if (!this.connected) throw new MediaError("relay-unreachable", "away");
    return [...this.sessions.values()].map(({ callId, port }) => ({
      callId,
      createdAtMs: 0,
      ports: [port],
      sides: [],
    }));
  }

  close(): void {}

  async #run(kind: "offer" | "answer", key: RelayKey, sdp: string, options: RelayOptions): Promise<string> {
    await this.#hold;
    if (!this.connected) throw new MediaError("relay-unreachable", "away");
    const index = this.failures.findIndex((one) => one.kind === kind);
    const [failure] = index < 0 ? [] : this.failures.splice(index, 1);
    if (failure !== undefined) throw new MediaError(failure.code, "told to fail");
    this.options.push(options);
    const session = this.sessions.get(key.callId) ?? this.#open(key.callId);
    session.operations.push(`${kind} ${key.fromTag}`);
    const receiver = kind === "offer" ? key.toTag : key.fromTag;
    const port = receiver === "callee" ? session.port : session.port + 1;
    return sdp.replace(/^c=IN IP4 .*$/m, "c=IN IP4 192.0.2.200").replace(/^m=audio \d+/m, `m=audio ${port}`);
  }

  #open(callId: string): FakeSession {
    this.nextPort += 2;
    const session = { callId, port: this.nextPort, operations: [] };
    this.sessions.set(callId, session);
    return session;
  }
}
