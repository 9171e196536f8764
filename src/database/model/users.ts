import { z } from "zod";
import { displayText, later, objectName, passwordText, secretText } from "./scalars.ts";

/** What an administrator may do, from least to most. `user`: only what is the user's own. */
export const ROLES = ["user", "auditor", "operator", "administrator"] as const;
export type Role = (typeof ROLES)[number];

/** What a CTI application may do beyond its own devices. */
export const PERMISSIONS = [
  "control-all-devices",
  "park-monitoring",
  "call-recording",
  "call-monitoring",
  "modify-calling-number",
  "auto-answer",
  "connected-transfer-conference",
  "roll-over",
  "secure-connection",
  "srtp-keys",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const argonHash = secretText(z.string().regex(/^\$argon2id\$[ -~]{20,250}$/, "expected an argon2id hash"));

/** Authors of changes that are no users; no user may be taken for one, whatever its case. */
export const NODE_AUTHORS: readonly string[] = ["cli", "http-token", "tandem", "tandem.yaml"];

export const user = z.strictObject({
  name: objectName.describe("What the user signs in with."),
  displayName: displayText.optional().describe("The user's name."),
  role: z.enum(ROLES).default("user").describe("What it may administer."),
  password: passwordText.optional().describe("Taken and not kept; at least 8 characters."),
  passwordHash: argonHash.optional().describe("The password as a salted hash (argon2id)."),
  mustChangePassword: z.boolean().default(false).describe("Nothing else is possible before the password is changed."),
  pin: secretText(z.string().regex(/^\d{4,12}$/, "expected 4 to 12 digits"))
    .optional()
    .describe("Taken and not kept."),
  pinHash: argonHash.optional().describe(later("The PIN as a salted hash.")),
  ctiEnabled: z.boolean().default(false).describe("CTI applications may sign in as this user."),
  permissions: z
    .array(z.enum(PERMISSIONS))
    .max(PERMISSIONS.length)
    .default([])
    .describe(
      "What its applications may do beyond its devices. So far `control-all-devices`, `modify-calling-number`, `auto-answer` (they may have phones answer by themselves) and `secure-connection` (they connect by `wss` only) take effect; the others are kept for what comes.",
    ),
  devices: z
    .array(objectName)
    .max(10_000)
    .default([])
    .describe("Devices that are its own, as those are that it is the `owner` of; its applications will control them."),
  oneLinePerPort: z
    .boolean()
    .default(false)
    .describe("Its CTI ports may have one line only, as TAPI applications need it."),
  maxOpenDevices: z
    .int()
    .min(1)
    .max(100_000)
    .default(2_500)
    .describe("Devices its applications may have open at a time."),
  maxConnections: z.int().min(1).max(10_000).default(10).describe("Connections of its applications at a time."),
});
export type User = z.infer<typeof user>;
