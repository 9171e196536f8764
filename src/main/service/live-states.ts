import { z } from "zod";
import { SwitchError, type ChannelServer } from "../../common/index.ts";
import type { CallManager } from "../../call/control/index.ts";
import { DEVICE_KINDS, FORWARDING_KINDS, type ConfigurationMirror, type DeviceKind } from "../../database/index.ts";
import type { DeviceState, LineState } from "../../signals/index.ts";

/** Rows of an answer. */
const MAX_ROWS = 1_000;

const name = z.string().min(1).max(256);
const wanted = z.union([
  z.strictObject({ names: z.array(name).max(MAX_ROWS) }),
  z.strictObject({ after: z.string().max(256).default(""), limit: z.int().min(1).max(MAX_ROWS).default(100) }),
]);

/**
 * `device-states` and `line-states`: devices and directory numbers as they are now, those of `names` or `limit` of them in
 * the order of names, from `after` on. What there is none of is left out.
 */
export function handleStateQuestions(channel: ChannelServer, manager: CallManager, mirror: ConfigurationMirror): void {
  channel.handle("device-states", (params) =>
    namesFor(params, () => DEVICE_KINDS.flatMap((kind) => [...mirror.of(kind).keys()])).flatMap((device) =>
      deviceState(device, manager, mirror),
    ),
  );
  channel.handle("line-states", (params) =>
    namesFor(params, () => [...mirror.of("directory-number").keys()]).flatMap((line) =>
      lineState(line, manager, mirror),
    ),
  );
}

function deviceState(device: string, { views }: CallManager, mirror: ConfigurationMirror): DeviceState[] {
  const kind = DEVICE_KINDS.find((one: DeviceKind) => mirror.get(one, device) !== undefined);
  const body = kind === undefined ? undefined : mirror.get(kind, device);
  if (kind === undefined || body === undefined) return [];
  const { profile, devicePool } = body;
  const owner = "owner" in body && body.owner !== undefined ? { owner: body.owner } : {};
  const now = views.deviceNow(device) ?? { state: "unknown", contacts: [], calls: 0 };
  return [{ name: device, kind, profile, devicePool, ...owner, ...now }];
}

function lineState(line: string, { views }: CallManager, mirror: ConfigurationMirror): LineState[] {
  const body = mirror.get("directory-number", line);
  if (body === undefined) return [];
  const forwarding = FORWARDING_KINDS.filter((kind) => {
    const target = body.forwarding[kind];
    return target?.internal !== undefined || target?.external !== undefined;
  });
  return [{ name: line, ...views.lineNow(line), forwarding }];
}

/** @throws {SwitchError} `bad-params` */
function namesFor(params: unknown, all: () => string[]): readonly string[] {
  const given = wanted.safeParse(params ?? {});
  if (!given.success) {
    throw new SwitchError("bad-params", `expected {names} or {after?, limit?}, at most ${MAX_ROWS} at a time`);
  }
  if ("names" in given.data) return given.data.names;
  const { after, limit } = given.data;
  return all()
    .filter((one) => one > after)
    .sort()
    .slice(0, limit);
}
