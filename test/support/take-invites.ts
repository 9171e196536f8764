import type { PhoneCall } from "./sip-phone.ts";
import { testSdp } from "./test-sdp.ts";

const LONG_MS = 3_600_000;

/**
 * A party takes every INVITE of the switch inside its call, with its own RTP address, as a phone does, until it is
 * closed or what this returns is called.
 */
export function takeInvites(call: PhoneCall, port: number): () => void {
  let isOver = false;
  const take = async (): Promise<void> => {
    for (let version = 2; ; version += 1) {
      const invite = await call.request("INVITE", LONG_MS);
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
