import { setTimeout as delay } from "node:timers/promises";
import type { CtiSignal, MediaRegistration, MediaView } from "../../src/signals/index.ts";
import { CtiReader } from "./cti-reader.ts";
import { eventually } from "./eventually.ts";
import { rootMeanSquare, tonePower } from "./goertzel.ts";
import { RtpPhone } from "./rtp-phone.ts";
import type { SwitchFixture } from "./switch-fixture.ts";
import { heardAudio, sendTone } from "./tone-phone.ts";

const LISTENED_MS = 400;

/** An application that has opened a CTI port or route point, as call control knows it, with RTP and a tone of its own. */
export class CtiApplication {
  readonly device: string;
  readonly rtp: RtpPhone;
  readonly toneHz: number;
  readonly signals: CtiSignal[] = [];
  readonly #node: SwitchFixture;
  readonly #reader = new CtiReader();
  #stopTone: (() => void) | undefined;

  private constructor(node: SwitchFixture, device: string, rtp: RtpPhone, toneHz: number) {
    this.#node = node;
    this.device = device;
    this.rtp = rtp;
    this.toneHz = toneHz;
  }

  /** @param toneHz one that is none of the phones' */
  static async start(node: SwitchFixture, device: string, toneHz = 1_700): Promise<CtiApplication> {
    const application = new CtiApplication(node, device, await RtpPhone.start(), toneHz);
    application.attach();
    return application;
  }

  /** Follows the signals of the call control that is there now. */
  attach(): void {
    this.#node.manager.cti.feed.attach({ manager: `test/${this.device}`, observesCalls: true }, this.#reader);
  }

  /** Registers at the address of its RTP. */
  get atPort(): MediaRegistration {
    return { mode: "static", address: this.rtp.address, port: this.rtp.port, codecs: ["PCMA", "PCMU"] };
  }

  own(
    media: MediaRegistration = { mode: "none" },
    { fence = 1, routes = false, session = "session", leaseMs = 30_000 } = {},
  ): void {
    const owned = this.#node.manager.cti.devices.request({
      type: "own",
      device: this.device,
      fence,
      media,
      routes,
      session,
      leaseMs,
    });
    if (!owned.ok) throw new Error(`${owned.failure}: ${owned.detail}`);
  }

  /** Waits for the call that the device is offered. @returns its session */
  offered(): Promise<string> {
    return eventually(
      () => {
        for (const { sessionId } of this.#node.manager.cti.devices.offeredTo(this.device)) return sessionId;
        throw new Error(`${this.device} is offered no call`);
      },
      { timeoutMs: 2_000, intervalMs: 5 },
    );
  }

  /** Signals of a kind so far. */
  of<Kind extends CtiSignal["kind"]>(kind: Kind): Extract<CtiSignal, { kind: Kind }>[] {
    this.signals.push(...this.#reader.take().map(({ signal }) => signal));
    return this.signals.filter((signal): signal is Extract<CtiSignal, { kind: Kind }> => signal.kind === kind);
  }

  /** What it is told of its media so far. */
  get media(): MediaView[] {
    return this.of("media")
      .map(({ media }) => media)
      .filter(({ device }) => device === this.device);
  }

  /** Waits until its media has come to this moment last. */
  untilMedia(moment: MediaView["moment"]): Promise<MediaView> {
    return eventually(
      () => {
        const last = this.media.at(-1);
        if (last?.moment !== moment) throw new Error(`media is ${last?.moment ?? "not spoken of"}`);
        return last;
      },
      { timeoutMs: 2_000, intervalMs: 5 },
    );
  }

  /** Sends its tone where it is told to. */
  talk({ remote }: MediaView): void {
    this.#stopTone?.();
    if (remote !== undefined) this.#stopTone = sendTone(this.rtp, remote.port, this.toneHz, "PCMA");
  }

  /** Waits until it hears a tone, or silence. */
  async untilHears(hz: number | "silence", timeoutMs = 8_000): Promise<void> {
    await eventually(
      async () => {
        const from = this.rtp.heard.length;
        await delay(LISTENED_MS);
        const packets = this.rtp.heard.slice(from);
        if (packets.length < 5) throw new Error("nothing is heard");
        const audio = heardAudio(packets);
        const isHeard = hz === "silence" ? rootMeanSquare(audio) < 50 : tonePower(audio, 8_000, hz) > 0.8;
        if (!isHeard) throw new Error(`${hz} is not heard`);
      },
      { timeoutMs, intervalMs: 10 },
    );
  }

  async close(): Promise<void> {
    this.#stopTone?.();
    await this.rtp.close();
  }
}
