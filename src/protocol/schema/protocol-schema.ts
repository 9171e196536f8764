import { ENVELOPE_DEFINITIONS } from "./envelope.ts";
import { EVENT_DEFINITION_NAMES, EVENT_DEFINITIONS } from "./events.ts";
import type { Definitions } from "./json-schema.ts";
import type { MethodSchema } from "./method.ts";
import { CALL_METHODS } from "./methods/call.ts";
import { DEVICE_METHODS } from "./methods/device.ts";
import { PROVIDER_DEFINITIONS, PROVIDER_METHODS } from "./methods/provider.ts";
import { CALL_DEFINITIONS } from "./views/call-view.ts";
import { DEVICE_DEFINITIONS } from "./views/device-view.ts";
import { QUALITY_DEFINITIONS } from "./views/media-quality.ts";
import { ROUTE_DEFINITIONS } from "./views/route-view.ts";
import { WHY_DEFINITIONS } from "./views/why.ts";

/** All of the protocol. */
export interface ProtocolSchema {
  readonly definitions: Definitions;
  readonly methods: readonly MethodSchema[];
  /** Names of the definitions of events by type. */
  readonly events: Readonly<Record<string, string>>;
}

/** The source that types, validators and reference pages are made from. */
export const PROTOCOL_SCHEMA: ProtocolSchema = {
  definitions: {
    ...WHY_DEFINITIONS,
    ...CALL_DEFINITIONS,
    ...DEVICE_DEFINITIONS,
    ...ROUTE_DEFINITIONS,
    ...QUALITY_DEFINITIONS,
    ...ENVELOPE_DEFINITIONS,
    ...PROVIDER_DEFINITIONS,
    ...EVENT_DEFINITIONS,
  },
  methods: [...PROVIDER_METHODS, ...DEVICE_METHODS, ...CALL_METHODS],
  events: EVENT_DEFINITION_NAMES,
};
