import type { Operation } from "../../src/database/index.ts";
import type { Cleanup } from "./cleanup.ts";
import { startFeatureSwitch, type FeatureSwitch } from "./feature-switch.ts";
import { phoneOperations } from "./kept-configuration.ts";
import { TalkingPhone } from "./talking-phone.ts";

/** A switch with the relay that carries real RTP, and the phones 1001 and 1002. */
export interface TalkingSwitch extends FeatureSwitch {
  readonly alice: TalkingPhone;
  readonly bob: TalkingPhone;
}

/** @param operations what there is beside the phones */
export async function startTalkingSwitch(cleanup: Cleanup, operations: readonly Operation[]): Promise<TalkingSwitch> {
  const phones = ["1001", "1002"].flatMap((number) => phoneOperations([number]));
  const started = await startFeatureSwitch(cleanup, [...phones, ...operations]);
  const phone = async (number: string): Promise<TalkingPhone> =>
    cleanup.add(await TalkingPhone.start(started.node, number), (one) => one.close());
  return { ...started, alice: await phone("1001"), bob: await phone("1002") };
}
