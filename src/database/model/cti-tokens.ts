import { z } from "zod";
import { displayText, objectName, secretText } from "./scalars.ts";

/** Names, numbers or methods; `*` stands for any characters. */
const pattern = z.string().regex(/^[A-Za-z0-9*#+._@:-]{1,64}$/, "expected 1 to 64 letters, digits or * # + . _ @ : -");
const patterns = z.array(pattern).min(1).max(1_000).optional();

/** What an application signs in with, in place of the password of its user. */
export const ctiToken = z.strictObject({
  name: objectName.describe("The first part of the token."),
  user: objectName.describe("On whose behalf it acts: it can do nothing that the user may not."),
  description: displayText.optional().describe("For people."),
  tokenHash: secretText(z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 as 64 hex digits"))
    .optional()
    .describe("SHA-256 of the token, which is not kept itself. Absent: nobody can sign in with it."),
  devices: patterns.describe("Devices that it may use; `*` stands for any characters. Absent: those of the user."),
  methods: patterns.describe("Methods that it may call, such as `call.*`. Absent: all."),
  allowNumbers: patterns.describe(
    "Numbers that it may dial, and whose calls it may pick up, such as `1*`. Absent: all.",
  ),
  denyNumbers: patterns.describe("Numbers that it may not dial, nor reach by a speed dial, nor pick up calls of."),
  requestsPerSecond: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe("Requests that each of its sessions may send in the long run. Absent: as `cti.requestsPerSecond` says."),
  maxCalls: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe("Calls that it has made and that go on, at a time. Absent: any number."),
  monitorOnly: z.boolean().default(false).describe("It may watch, and command nothing."),
  expiresAt: z.iso
    .datetime("expected a time in UTC such as 2027-01-31T00:00:00Z")
    .optional()
    .describe("From then on it is refused, and its sessions are closed. Absent: never."),
});
export type CtiToken = z.infer<typeof ctiToken>;
