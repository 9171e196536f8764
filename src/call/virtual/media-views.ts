import type { AgreedAudio, AudioTerminal } from "../../media/index.ts";
import type { MediaView } from "../../signals/index.ts";

/** What is agreed on for a device in a call. */
export interface CallAudio {
  readonly callId: string;
  readonly audio: AgreedAudio;
}

/** What an application is told when what a device sends and gets begins or ends; undefined: that is nothing. */
export function mediaView(
  device: string,
  moment: "started" | "stopped",
  { address, port }: AudioTerminal,
  { callId, audio: { remote, codec, packetTimeMs, sends, receives } }: CallAudio,
): MediaView | undefined {
  if (!(sends || receives)) return undefined;
  const direction = sends && receives ? "both" : sends ? "send" : "receive";
  return {
    callId,
    device,
    moment,
    direction,
    ...(receives ? { local: { address, port } } : {}),
    ...(sends ? { remote } : {}),
    codec,
    packetTimeMs,
  };
}
