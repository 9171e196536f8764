import {
  MediaError,
  type MediaErrorCode,
  type MediaRelay,
  type PlaySource,
  type RelayEndpoint,
  type RelayKey,
  type RelayOptions,
  type RelaySessionSummary,
  type RelaySettings,
  type SideRef,
} from "../../src/media/index.ts";

interface FakeSession {
  readonly callId: string;
  readonly port: number;
  /** Such as `offer caller`, `answer caller`, `play callee music`, `join old/caller other/callee`. */
  readonly operations: string[];
  /** The ports that face the sides, by tag, where they came from other sessions. */
  readonly ports?: Map<string, number>;
  /** What sides hear, by tag. */
  readonly playing?: Map<string, PlaySource>;
  /** Sides that went into other sessions. */
  readonly left?: Set<string>;
}

type Kind = "offer" | "answer" | "join" | "play" | "digit";

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
  readonly failures: { kind: Kind; code: MediaErrorCode }[] = [];
  settings: RelaySettings | undefined;
  /** Whether sides have agreed on telephone events. */
  takesDigits = false;
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

  async join(callId: string, caller: SideRef, callee?: SideRef): Promise<void> {
    await this.#begin("join");
    if (this.sessions.has(callId)) throw new MediaError("offer-refused", "there is such a session");
    const callerPort = this.#portOf(caller);
    const calleePort = callee && this.#portOf(callee);
    const { ports, operations } = this.#open(callId);
    ports.set("caller", callerPort);
    if (calleePort !== undefined) ports.set("callee", calleePort);
    operations.push(
      ["join", ...[caller, callee].flatMap((ref) => (ref ? [`${ref.callId}/${ref.tag}`] : []))].join(" "),
    );
    for (const ref of callee === undefined ? [caller] : [caller, callee]) {
      this.sessions.get(ref.callId)?.left?.add(ref.tag);
      this.sessions.get(ref.callId)?.playing?.clear();
    }
  }

  async play(callId: string, tag: string, source: PlaySource | undefined): Promise<void> {
    await this.#begin("play");
    this.#portOf({ callId, tag });
    const session = this.sessions.get(callId);
    session?.operations.push(`play ${tag} ${source ?? "nothing"}`);
    if (source === undefined) session?.playing?.delete(tag);
    else session?.playing?.set(tag, source);
  }

  async sendDigit(callId: string, tag: string, digit: string): Promise<boolean> {
    await this.#begin("digit");
    this.#portOf({ callId, tag });
    if (this.takesDigits) this.sessions.get(callId)?.operations.push(`digit ${tag} ${digit}`);
    return this.takesDigits;
  }

  async configure(settings: RelaySettings): Promise<void> {
    if (!this.connected) throw new MediaError("relay-unreachable", "away");
    this.settings = settings;
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
    await this.#begin(kind);
    this.options.push(options);
    const session = this.sessions.get(key.callId) ?? this.#open(key.callId);
    if (session.left !== undefined && session.left.size > 0) {
      throw new MediaError("unknown-session", "a side has left the session");
    }
    session.operations.push(`${kind} ${key.fromTag}`);
    const receiver = kind === "offer" ? key.toTag : key.fromTag;
    const port = this.#portOf({ callId: key.callId, tag: receiver });
    return sdp.replace(/^c=IN IP4 .*$/m, "c=IN IP4 192.0.2.200").replace(/^m=audio \d+/m, `m=audio ${port}`);
  }

  async #begin(kind: Kind): Promise<void> {
    await this.#hold;
    if (!this.connected) throw new MediaError("relay-unreachable", "away");
    const index = this.failures.findIndex((one) => one.kind === kind);
    const [failure] = index < 0 ? [] : this.failures.splice(index, 1);
    if (failure !== undefined) throw new MediaError(failure.code, "told to fail");
  }

  #portOf({ callId, tag }: SideRef): number {
    const session = this.sessions.get(callId);
    if (session === undefined || session.left?.has(tag) === true) {
      throw new MediaError("unknown-session", "there is no such side", { callId, tag });
    }
    return session.ports?.get(tag) ?? (tag === "callee" ? session.port : session.port + 1);
  }

  #open(callId: string): Required<FakeSession> {
    this.nextPort += 2;
    const session = {
      callId,
      port: this.nextPort,
      operations: [],
      ports: new Map(),
      playing: new Map(),
      left: new Set<string>(),
    };
    this.sessions.set(callId, session);
    return session;
  }
}
