/** What of calls is recorded and for how long; each may change while calls go on. */
export interface RecordSettings {
  /** `CDREnabled`. */
  readonly enabled: boolean;
  /** `CDRLogCallsWithZeroDuration`: also calls that were never answered. */
  readonly logZeroDuration: boolean;
  /** `CDRMaximumFileMegabytes`: 1 and above. */
  readonly maxFileMegabytes: number;
  /** `CDRRetentionDays`: 1 and above. */
  readonly retentionDays: number;
  /** `CallDiagnosticsEnabled`: records have the media quality of each leg. */
  readonly diagnostics: boolean;
}

/** By names of service parameters. */
const PARAMETERS = {
  enabled: "CDREnabled",
  logZeroDuration: "CDRLogCallsWithZeroDuration",
  maxFileMegabytes: "CDRMaximumFileMegabytes",
  retentionDays: "CDRRetentionDays",
  diagnostics: "CallDiagnosticsEnabled",
} as const satisfies Readonly<Record<keyof RecordSettings, string>>;

/** The settings that service parameters make. `valueOf` gives the value of one by its name, or its default. */
export function recordSettingsOf(valueOf: (parameter: string) => number | string | boolean): RecordSettings {
  return {
    enabled: valueOf(PARAMETERS.enabled) === true,
    logZeroDuration: valueOf(PARAMETERS.logZeroDuration) === true,
    maxFileMegabytes: Number(valueOf(PARAMETERS.maxFileMegabytes)),
    retentionDays: Number(valueOf(PARAMETERS.retentionDays)),
    diagnostics: valueOf(PARAMETERS.diagnostics) === true,
  };
}
