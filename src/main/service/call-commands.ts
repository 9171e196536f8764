import { z } from "zod";
import { SwitchError, type ChannelServer } from "../../common/index.ts";
import type { CallCommand, CallManager } from "../../call/control/index.ts";
import { callCommands } from "./command-schema.ts";

/** What may be asked of calls over the control channel. */
const command = z.discriminatedUnion("type", callCommands);

/** Answers what is asked of calls and about them. */
export function handleCallCommands(channel: Pick<ChannelServer, "handle">, manager: CallManager): void {
  channel.handle("calls-now", () => manager.features.callsNow());
  channel.handle("call-command", async (params) => {
    const parsed = command.safeParse(params);
    if (!parsed.success) throw new SwitchError("bad-params", z.prettifyError(parsed.error));
    const named = parsed.data.device;
    const found = manager.features.deviceNamed(named);
    if (found === undefined) throw new SwitchError("unknown-device", `no phone has the name or number ${named}`);
    // What comes as JSON has no undefined fields.
    const result = await manager.features.command({ ...parsed.data, device: found } as CallCommand);
    if (!result.ok) throw new SwitchError(result.failure, result.detail);
    return result;
  });
}
