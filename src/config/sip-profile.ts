import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { sipTransport } from "./sip-config.ts";

const seconds = (min: number, max: number): z.ZodInt => z.int().min(min).max(max);
const notEmptyWithoutRepeats = (list: readonly string[]): boolean =>
  list.length > 0 && new Set(list).size === list.length;

const registration = z
  .strictObject({
    minExpirySeconds: seconds(1, 3_600)
      .default(60)
      .describe("A shorter REGISTER gets 423 Interval Too Brief with Min-Expires."),
    maxExpirySeconds: seconds(60, 86_400).default(3_600).describe("A longer REGISTER is granted this."),
    defaultExpirySeconds: seconds(1, 86_400).default(3_600).describe("Granted when the phone does not say."),
    maxContacts: z.int().min(1).max(32).default(5).describe("Contacts of one phone at a time; one more gets 403."),
  })
  .refine((limits) => limits.minExpirySeconds <= limits.maxExpirySeconds, {
    path: ["minExpirySeconds"],
    error: "must not exceed maxExpirySeconds",
  })
  .refine(
    ({ minExpirySeconds: min, defaultExpirySeconds: usual, maxExpirySeconds: max }) =>
      min > max || (usual >= min && usual <= max),
    { path: ["defaultExpirySeconds"], error: "must lie between minExpirySeconds and maxExpirySeconds" },
  );

const session = z
  .strictObject({
    expiresSeconds: seconds(0, 86_400)
      .default(1_800)
      .describe("Session timer (RFC 4028) asked for in calls to the device; 0 asks for none."),
    minSeconds: seconds(90, 86_400).default(90).describe("Shorter session timers of the device get 422 with Min-SE."),
  })
  .refine(({ expiresSeconds, minSeconds }) => expiresSeconds === 0 || expiresSeconds >= minSeconds, {
    path: ["expiresSeconds"],
    error: "must be 0 or at least minSeconds",
  });

/** What only devices that register have; a trunk's profile leaves it alone. */
const OF_PHONES = ["digestAlgorithms", "digestLegacy", "registration", "remoteAnswer"] as const;

const profileFields = z.strictObject({
  kind: z
    .enum(["phone", "trunk"])
    .describe("`phone` for devices that register with digest, `trunk` for peers known by their address."),
  description: z.string().min(1).max(200).describe("What the profile is for; shown by `tandem config check`."),
  transports: z
    .array(sipTransport)
    .refine(notEmptyWithoutRepeats, "must name each transport once, and at least one")
    .default([...sipTransport.options])
    .describe("Transports the device may use; requests over others get 403."),
  digestAlgorithms: z
    .array(z.enum(["MD5", "SHA-256"]))
    .refine(notEmptyWithoutRepeats, "must name each algorithm once, and at least one")
    .default(["MD5"])
    .describe(
      "Digest algorithms offered, in this order (RFC 8760). Some phones give up when one of two challenges is SHA-256: offer it only to those known to cope.",
    ),
  digestLegacy: z
    .boolean()
    .default(false)
    .describe("`true` takes credentials without qop (RFC 2069), each nonce once; else they get a new challenge."),
  registration: registration.prefault({}).describe("How long a phone may stay registered, and from how many places."),
  session: session.prefault({}).describe("Session timers."),
  media: z
    .strictObject({
      latch: z
        .boolean()
        .default(false)
        .describe(
          "`true` takes RTP from wherever it comes first; `false` only from the address in the SDP, the address the signaling comes from or, on loopback, 127.0.0.0/8.",
        ),
    })
    .prefault({})
    .describe("RTP of the device."),
  remoteAnswer: z
    .enum(["none", "talk"])
    .default("none")
    .describe(
      "How an application makes a phone answer that rings. `talk`: by NOTIFY with `Event: talk` in the dialog, which many desk phones take when that is switched on in them. `none`: only phones that are set to answer by themselves can be made to.",
    ),
  ringSeconds: seconds(5, 600)
    .default(180)
    .describe("A call to the device that is not answered within this ends with 480 and Q.850 cause 19 to the caller."),
});

/** What a kind of endpoint can do and wants: one file in `sip-profiles/`; its name is the file's name. */
export const sipProfileFile = profileFields.superRefine((profile, context) => {
  if (profile.kind === "phone") return;
  const usual = profileFields.parse({ kind: profile.kind, description: profile.description });
  for (const key of OF_PHONES) {
    if (isDeepStrictEqual(profile[key], usual[key])) continue;
    context.addIssue({ code: "custom", path: [key], message: "has no effect on trunks: for profiles of kind phone" });
  }
});

/** A SIP profile with its name. */
export type SipProfileConfig = z.infer<typeof sipProfileFile> & { readonly name: string };
