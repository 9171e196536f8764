import { join } from "node:path";
import { z } from "zod";
import { SwitchError, type ChannelServer, type Clock, type Logger } from "../../common/index.ts";
import type { CallManager, DeviceFacts } from "../../call/control/index.ts";
import { recordSettingsOf, type RecordSettings } from "../../call/index.ts";
import { SqliteRecordTable } from "../../call/record/sqlite/sqlite-record-table.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import { DEVICE_KINDS, type ConfigurationMirror, type ServiceParameters } from "../../database/index.ts";

const moment = z.int().min(0);
const word = z.string().min(1).max(256);
const queryParams = z.strictObject({
  fromMs: moment.optional(),
  toMs: moment.optional(),
  number: word.optional(),
  device: word.optional(),
  after: word.optional(),
  limit: z.int().min(1).max(200),
});
const callParams = z.strictObject({ callId: word });

/** The file that every ended call is a line of. */
export function recordsFile({ recordsDir }: NodePaths): string {
  return join(recordsDir, "calls.jsonl");
}

/** The table beside it. */
export function openRecordTable(paths: NodePaths, clock: Clock, logger: Logger): SqliteRecordTable {
  return new SqliteRecordTable({
    databasePath: join(paths.recordsDir, "records.db"),
    recordsPath: recordsFile(paths),
    clock,
    logger,
  });
}

/** What service parameters say of call records. */
export function recordSettingsIn(parameters: ServiceParameters): RecordSettings {
  return recordSettingsOf((name) => parameters.value(name));
}

/** Pool and owner of a device. */
export function deviceFactsIn(mirror: ConfigurationMirror, name: string): DeviceFacts {
  for (const kind of DEVICE_KINDS) {
    const device = mirror.get(kind, name);
    if (device === undefined) continue;
    const owner = "owner" in device ? device.owner : undefined;
    return { devicePool: device.devicePool, ...(owner === undefined ? {} : { owner }) };
  }
  return {};
}

/** `call-records`: a page of records as JSON texts; `call-report`: one call, live or past. */
export function handleRecordQuestions(channel: ChannelServer, manager: CallManager): void {
  channel.handle("call-records", (params) => {
    const { limit, ...wanted } = checked(queryParams, params);
    return manager.views.recordPage({ limit, ...definedOf(wanted) });
  });
  channel.handle("call-report", async (params) => {
    const { callId } = checked(callParams, params);
    const report = await manager.views.callReport(callId);
    if (report === undefined) throw new SwitchError("unknown-call", `no call ${callId} goes on or is on record`);
    return report;
  });
}

type Defined<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

function definedOf<Value extends object>(value: Value): Partial<Defined<Value>> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<Defined<Value>>;
}

/** @throws {SwitchError} `bad-params` */
function checked<Schema extends z.ZodType>(schema: Schema, params: unknown): z.infer<Schema> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const [fault] = result.error.issues;
  throw new SwitchError("bad-params", `${fault?.path.join(".") ?? ""}: ${fault?.message ?? "malformed"}`);
}
