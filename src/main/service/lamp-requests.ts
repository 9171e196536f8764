import { z } from "zod";
import { SwitchError, type ChannelServer } from "../../common/index.ts";
import type { CallManager } from "../../call/control/index.ts";
import type { ConfigurationMirror } from "../../database/index.ts";
import { MAX_MESSAGES, type MessageLamp } from "../../signals/index.ts";

const line = z.string().min(1).max(256);
const count = z.int().min(0).max(MAX_MESSAGES);
const named = z.strictObject({ line });
const setting = z.strictObject({
  line,
  new: count,
  old: count,
  newUrgent: count.optional(),
  oldUrgent: count.optional(),
});

/** A lamp, and what became of it. */
type LampAnswer = MessageLamp & { readonly result: "changed" | "unchanged" };

/**
 * `lamps`, `lamp`, `set-lamp` and `clear-lamp`: message waiting lamps of lines. A line is named in full, `1001@internal`,
 * or by its number where that stands in one partition alone.
 */
export function handleLampRequests(
  channel: ChannelServer,
  lamps: CallManager["lamps"],
  mirror: ConfigurationMirror,
): void {
  const set = (given: string, counts: Parameters<typeof lamps.set>[1]): LampAnswer => {
    const name = lineNamed(given, mirror);
    const result = lamps.set(name, counts);
    return { line: name, ...lamps.count(name), result };
  };
  channel.handle("lamps", () => lamps.all);
  channel.handle("lamp", (params) => {
    const name = lineNamed(read(named, params).line, mirror);
    return { line: name, ...lamps.count(name) };
  });
  channel.handle("set-lamp", (params) => {
    const { line: given, new: fresh, old, newUrgent = 0, oldUrgent = 0 } = read(setting, params);
    return set(given, { new: fresh, old, newUrgent, oldUrgent });
  });
  channel.handle("clear-lamp", (params) => set(read(named, params).line, undefined));
}

/** @throws {SwitchError} `lamp-invalid-target` no line is meant, or several may be */
function lineNamed(given: string, mirror: ConfigurationMirror): string {
  if (mirror.get("directory-number", given) !== undefined) return given;
  const names = [...mirror.of("partition").keys()].map((partition) => `${given}@${partition}`);
  const [found, ...others] = names.filter((name) => mirror.get("directory-number", name) !== undefined);
  if (found === undefined) throw new SwitchError("lamp-invalid-target", `there is no line ${given}`, { line: given });
  if (others.length === 0) return found;
  const all = [found, ...others].join(", ");
  throw new SwitchError("lamp-invalid-target", `${given} stands in several partitions: ${all}`, { line: given });
}

/** @throws {SwitchError} `bad-params` */
function read<Value>(schema: z.ZodType<Value>, params: unknown): Value {
  const given = schema.safeParse(params ?? {});
  if (given.success) return given.data;
  throw new SwitchError("bad-params", `expected {line} and, to set it, new and old from 0 to ${MAX_MESSAGES}`);
}
