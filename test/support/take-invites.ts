import type { PhoneCall } from "./sip-phone.ts";
import { testSdp } from "./test-sdp.ts";

const WAIT_MS = 30_000;

/** A party takes every INVITE of the switch inside its call, with its own RTP address, until `stop`, as a phone does. */
export function takeInvites(call: PhoneCall, port: number): () => void {
  let isOver = false;
  const take = async (): Promise<void> => {
    for (let version = 2; version < 100; version += 1) {
      const invite = await call.request("INVITE", WAIT_MS);
      if (isOver) return;
      call.respond(invite, 200, { sdp: testSdp(port, [], version) });
    }
  };
  // What is not asked for before the test is over is no failure.
  take().catch(() => undefined);
  return () => {
    isOver = true;
  };
}
