import type { AgreedAudio, AudioTerminal } from "../../media/index.ts";
import type { MediaView } from "../../signals/index.ts";

/** Whose media it is. */
export type MediaOwner = Pick<MediaView, "callId" | "device">;

/**
 * What an application is told when what a device sends and gets changes. @param before undefined: nothing was agreed on
 * @param now undefined: nothing is any more
 */
export function mediaViews(
  owner: MediaOwner,
  terminal: AudioTerminal,
  before: AgreedAudio | undefined,
  now: AgreedAudio | undefined,
): readonly MediaView[] {
  return [...view(owner, "stopped", terminal, before), ...view(owner, "started", terminal, now)];
}

function view(
  owner: MediaOwner,
  moment: "started" | "stopped",
  { address, port }: AudioTerminal,
  audio: AgreedAudio | undefined,
): readonly MediaView[] {
  if (audio === undefined || !(audio.sends || audio.receives)) return [];
  const { remote, codec, packetTimeMs, sends, receives } = audio;
  const direction = sends && receives ? "both" : sends ? "send" : "receive";
  return [
    {
      ...owner,
      moment,
      direction,
      ...(receives ? { local: { address, port } } : {}),
      ...(sends ? { remote } : {}),
      codec,
      packetTimeMs,
    },
  ];
}
