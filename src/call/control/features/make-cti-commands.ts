import { CtiCommands, type CtiCommandsOptions } from "../../cti/commands/cti-commands.ts";
import type { CtiFeed } from "../../cti/cti-feed.ts";
import type { DialedPlace } from "../../cti/commands/commanded-calls.ts";
import type { CtiEndpoints } from "../../virtual/cti-endpoints.ts";
import type { CallManagerOptions } from "../call-manager-options.ts";
import type { CallRecords } from "../reporting/call-records.ts";
import type { NewCalls } from "../new-calls.ts";
import type { CallTable } from "../call-table.ts";
import type { MessageLamps } from "../subscription/message-lamps.ts";
import { ApplicationCalls } from "./application-calls.ts";
import { ApplicationSettings, type ForwardKind } from "./application-settings.ts";
import type { CallFeatures } from "./call-features.ts";

export interface CtiCommandParts extends Pick<CtiCommandsOptions, "store" | "traces"> {
  readonly options: Pick<CallManagerOptions, "clock" | "logger" | "inventory" | "features">;
  readonly features: CallFeatures;
  readonly newCalls: Pick<NewCalls, "router" | "answerHeaders">;
  readonly table: CallTable;
  readonly records: CallRecords;
  readonly lamps: MessageLamps;
  readonly feed: CtiFeed;
  readonly endpoints: CtiEndpoints;
}

const VOICE_MAIL = "voice-mail";

/** What applications may ask of a node's calls, devices and lines. */
export function makeCtiCommands({
  options,
  lamps,
  store,
  traces,
  feed,
  newCalls,
  ...parts
}: CtiCommandParts): CtiCommands {
  const { clock, logger, inventory, features } = options;
  const calls = new ApplicationCalls({
    ...parts,
    userData: feed,
    router: newCalls.router,
    answerHeaders: () => newCalls.answerHeaders,
    settings: features?.settings,
    inventory,
    clock,
  });
  const forwarded = (line: string, kind: ForwardKind, to: string): DialedPlace => {
    const [by] = inventory.phonesByLine(line);
    // Looked up when a call comes: nobody can say before what a line without a phone may dial.
    if (to === VOICE_MAIL || by === undefined) return { ok: true, destination: to };
    const space = inventory.forwardingOf(line)?.forwarding[kind]?.callingSearchSpace;
    return calls.leads(by, to, space);
  };
  const settings = new ApplicationSettings({ features, lamps, inventory, forwarded });
  const versionOf = (callId: string): number | undefined => feed.viewOf(callId)?.ver;
  return new CtiCommands({ calls, settings, traces, store, clock, logger, versionOf });
}
