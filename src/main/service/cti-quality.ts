import { z } from "zod";
import { SwitchError, type ChannelServer } from "../../common/index.ts";
import type { CallQuality } from "../../signals/index.ts";

const asked = z.strictObject({ callId: z.string().min(1).max(256) });

/** Where the media of calls is looked up. */
interface Views {
  mediaQuality(callId: string): Promise<CallQuality | undefined>;
}

/**
 * `cti-media-quality` of `{callId}`: answers `{quality?: CallQuality}`, the media of a call that goes on. It changes nothing,
 * and nothing of it is on file.
 * @param views asked for each request anew
 */
export function handleCtiQuality(channel: Pick<ChannelServer, "handle">, views: () => Views): void {
  channel.handle("cti-media-quality", async (params): Promise<{ readonly quality?: CallQuality }> => {
    const parsed = asked.safeParse(params ?? {});
    if (!parsed.success) throw new SwitchError("bad-params", z.prettifyError(parsed.error));
    const quality = await views().mediaQuality(parsed.data.callId);
    return quality === undefined ? {} : { quality };
  });
}
