import assert from "node:assert/strict";
import type { MediaTerminal, MediaView, Provider, Terminal, TerminalConnection } from "../../src/sdk/index.ts";
import { heardDigits, untilHears, untilHearsAll, type Ear, type Heard } from "./ear.ts";
import { eventually } from "./eventually.ts";
import { RtpPhone } from "./rtp-phone.ts";
import { sendTone } from "./tone-phone.ts";

const WITHIN_MS = 5_000;

/** The media of one call of a port: it sends its tone when it may. */
export class PortTalk {
  readonly rtp: RtpPhone;
  readonly toneHz: number;
  readonly media: MediaView[] = [];
  #stopTone: (() => void) | undefined;

  constructor(rtp: RtpPhone, toneHz: number) {
    this.rtp = rtp;
    this.toneHz = toneHz;
  }

  untilHears(wanted: Heard): Promise<void> {
    return untilHears(this.#ear, wanted);
  }

  untilHearsAll(wanted: readonly number[]): Promise<void> {
    return untilHearsAll(this.#ear, wanted);
  }

  /** Keys that have come as events in its RTP. */
  get heardDigits(): string {
    return heardDigits(this.rtp.heard);
  }

  /** Waits until its media has stopped. */
  async ended(): Promise<void> {
    await eventually(() => assert.equal(this.media.at(-1)?.moment, "stopped"), { timeoutMs: WITHIN_MS });
  }

  take(media: MediaView): void {
    this.media.push(media);
    this.#stopTone?.();
    const { remote, moment } = media;
    this.#stopTone =
      moment === "started" && remote !== undefined ? sendTone(this.rtp, remote.port, this.toneHz, "PCMA") : undefined;
  }

  async close(): Promise<void> {
    this.#stopTone?.();
    await this.rtp.close();
  }

  get #ear(): Ear {
    return { name: `the port with ${this.toneHz} Hz`, rtp: this.rtp };
  }
}

/** A CTI port of an application, with a tone of its own and RTP for each of its calls. */
export class TalkingPort {
  readonly lease: MediaTerminal;
  readonly toneHz: number;
  /** The ports where it wants RTP now, by call, as an application knows them that goes by the names of calls alone. */
  readonly ports = new Map<string, number>();
  readonly #talks: PortTalk[];
  readonly #offers: AsyncIterableIterator<TerminalConnection>;

  private constructor(lease: MediaTerminal, toneHz: number, talks: PortTalk[]) {
    this.lease = lease;
    this.toneHz = toneHz;
    this.#talks = talks;
    this.#offers = lease.offers();
    lease.onMedia(({ callId, moment, local }) => {
      if (moment === "stopped") this.ports.delete(callId);
      else if (local !== undefined) this.ports.set(callId, local.port);
    });
  }

  static async open(provider: Provider, device: string, toneHz: number): Promise<TalkingPort> {
    const talks: PortTalk[] = [];
    const lease = await provider.openMediaTerminal(device, {
      mode: "dynamic",
      codecs: ["PCMA/8000"],
      address: async () => {
        const rtp = await RtpPhone.start();
        talks.push(new PortTalk(rtp, toneHz));
        return { address: rtp.address, port: rtp.port };
      },
    });
    lease.onMedia((media) => {
      if (media.moment === "wanted") return;
      talks.find(({ rtp }) => rtp.port === media.local?.port)?.take(media);
    });
    return new TalkingPort(lease, toneHz, talks);
  }

  get terminal(): Terminal {
    return this.lease.terminal;
  }

  /** The next call that it is offered. */
  async offered(): Promise<TerminalConnection> {
    const { value } = (await this.#offers.next()) as { value?: TerminalConnection };
    return value ?? assert.fail("nothing is offered any more");
  }

  /** Answers the next call. */
  async answers(): Promise<readonly [leg: TerminalConnection, talk: PortTalk]> {
    const offer = await this.offered();
    await offer.accept();
    await offer.answer();
    return [offer, await this.talk()];
  }

  /** The media of its newest call, once it has begun. */
  async talk(count = this.#talks.length): Promise<PortTalk> {
    return eventually(
      () => {
        const talk = this.#talks[count - 1];
        assert.ok(talk !== undefined && talk.media.length > 0, `${this.#talks.length} talks`);
        return talk;
      },
      { timeoutMs: WITHIN_MS },
    );
  }

  async close(): Promise<void> {
    await this.lease.close();
    for (const talk of this.#talks.splice(0)) await talk.close();
  }
}
