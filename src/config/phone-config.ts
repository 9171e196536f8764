import { z } from "zod";
import { deviceName, dialString, displayText, secret } from "./scalars.ts";
import { Secret } from "./secret.ts";

const ha1 = (digits: number, example: string): z.ZodType<Secret, string> =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} hex digits: ${example}`)
    .transform((text) => new Secret(text))
    .meta({ isSecret: true });

/** A phone that registers with digest. */
export const phoneConfig = z.strictObject({
  name: deviceName.describe("Name of the device in views, logs and records; unique among phones and peers."),
  number: dialString.describe("Directory number others dial. Write it in quotes."),
  user: z
    .string()
    .regex(/^[A-Za-z0-9_.!~*'()&=+$,;?/#-]{1,64}$/, "expected 1 to 64 characters of a SIP user name")
    .optional()
    .describe("User name the phone registers and authenticates with; absent: `number`."),
  password: secret
    .optional()
    .describe("The phone's password. Either this or `ha1`. Never stored: only hashes go into the data-dir."),
  ha1: z
    .strictObject({
      MD5: ha1(32, "MD5 of user:realm:password").optional().describe("MD5 of `user:realm:password`, 32 hex digits."),
      "SHA-256": ha1(64, "SHA-256 of user:realm:password")
        .optional()
        .describe("SHA-256 of the same, 64 hex digits; needed when the profile offers SHA-256."),
    })
    .optional()
    .describe("The password as hashes, for each algorithm of the profile; as good as the password to who reads it."),
  displayName: displayText.optional().describe("Name shown to whom the phone calls; absent: the number alone."),
  profile: z.string().default("standard-phone").describe("Name of a SIP profile of kind `phone`."),
  maxCalls: z.int().min(1).max(1_000).default(4).describe("Calls of the phone at a time; one more gets 486 Busy Here."),
});
export type PhoneConfig = z.infer<typeof phoneConfig>;
