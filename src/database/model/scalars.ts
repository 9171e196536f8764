import { z } from "zod";
import { parsePattern } from "./pattern.ts";

/** Ends the description of what is kept for applications. */
export const WITH_CTI = "Of use to applications that are to come.";

/** The description of a field that nothing acts on before CTI is there. */
export function later(text: string): string {
  return `${text} ${WITH_CTI}`;
}

/** Partition of numbers that name none. */
export const DEFAULT_PARTITION = "internal";

/** Name of any object; devices of all kinds share one set of names. */
export const objectName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected 1 to 64 letters, digits, dots, dashes or underscores");

/** What becomes of calls that would ring: they ring, are refused as busy (486), or wait without a sound. */
export const doNotDisturb = z.enum(["off", "reject", "silent"]);
export type DoNotDisturb = z.infer<typeof doNotDisturb>;

const noControlCharacters = /^\P{Cc}*$/u;

/** Text for people that may go into a SIP header; Unicode. */
export const displayText = z.string().min(1).max(64).regex(noControlCharacters, "must not contain control characters");

/** A language tag (BCP 47) such as `de-CH`: a language of two or three letters, then script, region and variants. */
export const locale = z
  .string()
  .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}$/, "expected a language tag such as de, de-CH or zh-Hant-TW");

/** Longer text for administrators. */
export const description = z
  .string()
  .max(200)
  .regex(noControlCharacters, "must not contain control characters")
  .optional();

const DESTINATION = String.raw`\+?[0-9*#]{1,32}|sips?:[A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,64}@[A-Za-z0-9.[\]:-]{1,253}`;

/** Something that can be dialed: digits, or a SIP URI. */
export const destination = z
  .string()
  .regex(new RegExp(`^(?:${DESTINATION})$`), "expected 1 to 32 digits, * or #, after a + or not, or a SIP URI");

/** The same, or `voice-mail`. */
export const forwardTarget = z
  .string()
  .regex(
    new RegExp(`^(?:voice-mail|${DESTINATION})$`),
    "expected 1 to 32 digits, * or #, after a + or not, a SIP URI, or voice-mail",
  );

const NUMBER = String.raw`\+?[0-9*#A-D]{1,32}`;
const PARTITION = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

/** A directory number and its partition, `1001@internal`; without a partition it is in `internal`. */
export const lineName = z
  .string()
  .regex(new RegExp(`^${NUMBER}(?:@${PARTITION})?$`), "expected a number, or NUMBER@PARTITION such as 1001@internal")
  .transform(withPartition);

/** A directory number without its partition. */
export const directoryNumberText = z
  .string()
  .regex(new RegExp(`^${NUMBER}$`), "expected 1 to 32 digits, * or #, after a + or not");

/** A pattern as digit analysis takes it: `parsePattern`. */
export const patternText = z
  .string()
  .max(256)
  .superRefine((text, context) => {
    const parsed = parsePattern(text);
    if (!parsed.ok) context.addIssue({ code: "custom", message: parsed.reason });
  });

/** Digits that are put before a number. */
export const prefixDigits = z
  .string()
  .regex(/^\+?[0-9*#]{0,32}$/, "expected up to 32 digits, * or #, after a + or not");

/** `X` keeps a digit, counted from the right; everything else takes its place. */
export const transformationMask = z
  .string()
  .regex(/^\+?[0-9*#X]{1,32}$/, "expected 1 to 32 digits, *, # or X, after a + or not");

/** The name of what stands in a partition. */
export function withPartition(name: string): string {
  return name.includes("@") ? name : `${name}@${DEFAULT_PARTITION}`;
}

/** A value that is never shown; whoever reads the file has it. */
export const secretText = (schema: z.ZodString): z.ZodString => schema.meta({ isSecret: true });

/** A password as given; only what is computed of it is kept. */
export const passwordText = secretText(
  z.string().min(8).max(128).regex(noControlCharacters, "must not contain control characters"),
);

/** A phone's password; some phones can have short ones only. */
export const phonePasswordText = secretText(
  z.string().min(1).max(128).regex(noControlCharacters, "must not contain control characters"),
);
