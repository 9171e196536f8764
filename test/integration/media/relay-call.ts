import type { MediaRelay, RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, RtpPhone } from "../../support/rtp-phone.ts";
import { sendTone } from "../../support/tone-phone.ts";

/** The session of two phones that call each other. */
export const CALL: RelayKey = { callId: "call-1", fromTag: "caller", toTag: "callee" };
export const LOCAL: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };

/** Ports of the relay that each phone sends to. */
export interface Facing {
  readonly aliceFacing: number;
  readonly bobFacing: number;
}

/** A relay between two phones. */
export class RelayCall {
  readonly fixture: RelayFixture;
  readonly alice: RtpPhone;
  readonly bob: RtpPhone;
  readonly #stops: (() => void)[] = [];

  private constructor(fixture: RelayFixture, alice: RtpPhone, bob: RtpPhone) {
    this.fixture = fixture;
    this.alice = alice;
    this.bob = bob;
  }

  static async start(): Promise<RelayCall> {
    return new RelayCall(
      await RelayFixture.start(),
      await RtpPhone.start("127.61.0.1"),
      await RtpPhone.start("127.61.0.2"),
    );
  }

  get relay(): MediaRelay {
    return this.fixture.relay;
  }

  /** Offer and answer, at first or anew. */
  async agree(aliceSdp = this.alice.sdp(), bobSdp = this.bob.sdp()): Promise<Facing> {
    const bobFacing = audioPortOf(await this.relay.offer(CALL, aliceSdp, LOCAL));
    const aliceFacing = audioPortOf(await this.relay.answer(CALL, bobSdp, LOCAL));
    return { aliceFacing, bobFacing };
  }

  /** A phone sends a tone until all is closed. */
  speak(phone: RtpPhone, port: number, hz: number): void {
    this.#stops.push(sendTone(phone, port, hz));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.alice.close();
    await this.bob.close();
    await this.fixture.close();
  }
}
