import { z } from "zod";
import {
  description,
  destination,
  displayText,
  doNotDisturb,
  later,
  lineName,
  objectName,
  phonePasswordText,
  prefixDigits,
  secretText,
  transformationMask,
} from "./scalars.ts";

const lineAppearance = z.strictObject({
  directoryNumber: lineName.describe("The number, `1001` or `1001@internal`."),
  label: displayText.optional().describe(later("Shown beside the line on the device.")),
  displayName: displayText
    .optional()
    .describe("Name shown to whom it calls from this device; absent: that of the number."),
  allowControl: z.boolean().default(true).describe("CTI applications may control it on this device."),
});
/** A directory number on a device. */
export type LineAppearance = z.infer<typeof lineAppearance>;

const speedDial = z.strictObject({
  label: displayText.describe("Shown beside the key by applications."),
  destination: destination.describe("What it dials."),
});

/** What keeps calls that cost money within bounds; who sets one count keeps the default of the other. */
function tollGuardOf(callsPerHour: number, concurrentCalls: number) {
  return z.strictObject({
    international: z.boolean().default(false).describe("May make calls that are international."),
    premium: z.boolean().default(false).describe("May make calls to numbers of route patterns of class `premium`."),
    callsPerHour: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(callsPerHour)
      .describe("Calls by trunks in any hour; more are refused."),
    concurrentCalls: z
      .int()
      .min(1)
      .max(100_000)
      .default(concurrentCalls)
      .describe("Calls by trunks at a time; more are refused."),
  });
}
export const tollGuard = tollGuardOf(600, 50);
export type TollGuard = z.infer<typeof tollGuard>;

const device = {
  name: objectName.describe("Name of the device; unique among phones, CTI ports, route points and trunks."),
  description: description.describe("For administrators."),
  devicePool: objectName.default("default").describe("Its device pool, which names the CallManager group."),
  callingSearchSpace: objectName.optional().describe("What it may dial; absent: that of its device pool."),
};

const ha1 = (digits: number): z.ZodString =>
  secretText(z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} hex digits`));

/** The digest credentials of a device; `password` is taken and not kept. */
export const credentials = z.strictObject({
  user: z
    .string()
    .regex(/^[A-Za-z0-9_.!~*'()&=+$,;?/#-]{1,64}$/, "expected 1 to 64 characters of a SIP user name")
    .optional()
    .describe("Digest user name; absent: the number of the first line."),
  password: phonePasswordText
    .optional()
    .describe("Its password; only hashes of it are kept. Without it and `ha1` the device cannot register."),
  ha1: z
    .strictObject({
      MD5: ha1(32).optional().describe("For phones that know MD5 only."),
      "SHA-256": ha1(64).optional().describe("For phones that know RFC 8760."),
    })
    .meta({ isSecret: true })
    .optional()
    .describe("Hashes of `user:realm:password`: as good as the password to who reads them."),
});
export type Credentials = z.infer<typeof credentials>;

const endpoint = {
  ...device,
  owner: objectName.optional().describe("The user whose device it is."),
  credentials: credentials.optional().describe("What it registers with; absent: it cannot register."),
  allowControl: z.boolean().default(true).describe("CTI applications may control it."),
  tollGuard: tollGuard.prefault({}).describe("Bounds of calls by trunks."),
  musicSource: objectName
    .optional()
    .describe("What those hear that it has put on hold; absent: what its device pool says."),
};

/** Of devices that ring. */
const ringing = {
  doNotDisturb: doNotDisturb
    .default("off")
    .describe(
      "Calls to it: `off` ring, `reject` are busy there, `silent` ring for the caller alone: the device is sent nothing. Line groups pass it over.",
    ),
  privacy: z.boolean().default(false).describe("Other devices that share its lines may not enter its calls."),
};

export const phone = z.strictObject({
  ...endpoint,
  ...ringing,
  profile: objectName.default("standard-phone").describe("Its SIP profile, of kind `phone`."),
  lines: z.array(lineAppearance).max(64).default([]).describe("Its lines, the first one first."),
  speedDials: z
    .array(speedDial)
    .max(200)
    .default([])
    .describe("Its speed dials, the first one first: the phone dials `FeatureCodeSpeedDial` and the place."),
  maxCalls: z.int().min(1).max(1_000).default(4).describe("Calls of the device at a time; one more gets 486."),
  autoAnswer: z
    .boolean()
    .default(false)
    .describe(
      "It is asked to answer by itself, where it can, when its user has had a call made (Answer-Mode, Call-Info).",
    ),
});
export type Phone = z.infer<typeof phone>;

/** What happens to established calls whose application is gone for good. */
const onOwnerLost = z.enum(["redirect", "hold", "drop"]);

const acceptSeconds = z
  .int()
  .min(1)
  .max(60)
  .optional()
  .describe(
    "How long an application may leave a new call alone before it goes where unanswered calls go; absent: as `CTINewCallAcceptTimer` says.",
  );

/** What an application does is bounded by its token and by trunks; how often a device does it says nothing about fraud. */
const ofApplication = {
  tollGuard: tollGuardOf(1_000_000, 100_000)
    .prefault({})
    .describe("Bounds of calls by trunks, those included that its application sends on."),
};

export const ctiPort = z.strictObject({
  ...endpoint,
  ...ringing,
  ...ofApplication,
  profile: objectName.default("cti-port").describe("Its SIP profile, of kind `phone`."),
  lines: z.array(lineAppearance).max(64).default([]).describe("Its lines; one or more to be of use."),
  maxCalls: z.int().min(1).max(1_000).default(4).describe("Calls of the port at a time."),
  acceptSeconds,
  onOwnerLost: onOwnerLost
    .default("redirect")
    .describe(
      "What happens to established calls when its application has failed for good: `redirect` to CFOF, `hold` with music, or `drop`.",
    ),
});
export type CtiPort = z.infer<typeof ctiPort>;

export const routePoint = z.strictObject({
  ...endpoint,
  ...ofApplication,
  profile: objectName.default("route-point").describe("Its SIP profile, of kind `phone`."),
  lines: z.array(lineAppearance).max(64).default([]).describe("Its lines; each takes many calls at a time."),
  maxCalls: z.int().min(1).max(10_000).default(5_000).describe("Calls of the route point at a time."),
  acceptSeconds,
  routeSelectSeconds: z
    .int()
    .min(1)
    .max(60)
    .default(5)
    .describe("How long an application may take to select a route; then the call is treated as if none were there."),
  onOwnerLost: onOwnerLost.default("redirect").describe("As of CTI ports."),
});
export type RoutePoint = z.infer<typeof routePoint>;

const UNUSABLE_PLACE = "expected a port from 1 to 65535, and an IPv6 address in brackets";

/** Whether brackets hold an IPv6 address, and a port is one; of what is no such URI at all another rule tells. */
function hasUsablePlace(uri: string): boolean {
  const place = /^sips?:(\[([^\]]*)\]|[^:;[\]]+)(?::(\d{1,5}))?(?:;|$)/.exec(uri);
  if (place === null) return true;
  const [, , bracketed, port = "5060"] = place;
  if (bracketed !== undefined && !z.ipv6().safeParse(bracketed).success) return false;
  return Number(port) >= 1 && Number(port) <= 65_535;
}

const digestUser = z.string().regex(/^[^"\\\p{Cc}]{1,64}$/u, "expected 1 to 64 characters without quotes");

const trunkRegistration = z.strictObject({
  registrar: z
    .string()
    .regex(
      /^sips?:(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?(?:;transport=(?:udp|tcp|tls))?$/,
      "expected a URI such as sip:sip.example.org",
    )
    .refine(hasUsablePlace, UNUSABLE_PLACE)
    .describe("Where it registers."),
  user: z
    .string()
    .regex(/^[A-Za-z0-9_.!~*'()&=+$,;?/#-]{1,64}$/, "expected 1 to 64 characters of a SIP user name")
    .describe("User part of the address of record."),
  authUser: digestUser.optional().describe("Digest user name; absent: the trunk's `authUser`, else `user`."),
  expiresSeconds: z.int().min(60).max(86_400).default(600).describe("What it asks for."),
});
export type TrunkRegistration = z.infer<typeof trunkRegistration>;

/** How numbers are changed on their way to a trunk or from it. */
export const transformation = z.strictObject({
  stripDigits: z.int().min(0).max(32).default(0).describe("Digits taken off the front."),
  prefix: prefixDigits.default("").describe("Digits put before what is left."),
  mask: transformationMask.optional().describe("`X` keeps a digit, counted from the right; applied before the others."),
});
export type Transformation = z.infer<typeof transformation>;

export const trunk = z.strictObject({
  ...device,
  profile: objectName.default("trunk").describe("Its SIP profile, of kind `trunk`."),
  uri: z
    .string()
    .regex(
      /^sips?:(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?(?:;transport=(?:udp|tcp|tls))?$/,
      "expected a URI such as sip:192.0.2.1:5060;transport=udp",
    )
    .refine(hasUsablePlace, UNUSABLE_PLACE)
    .describe("Where calls to it go."),
  addresses: z
    .array(
      z.union(
        [z.ipv4(), z.cidrv4(), z.ipv6(), z.cidrv6()],
        "expected an IP address or block such as 192.0.2.0/24 or 2001:db8::/64",
      ),
    )
    .max(256)
    .default([])
    .describe("Addresses or blocks that its requests come from; they are taken without digest."),
  certificateNames: z
    .array(
      z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, "expected a host or domain name in small letters"),
    )
    .max(16)
    .default([])
    .describe("Names in the certificate that it shows over TLS; they count as an address."),
  registration: trunkRegistration.optional().describe("Registers with the other side."),
  password: secretText(
    z
      .string()
      .min(1)
      .max(128)
      .regex(/^\P{Cc}*$/u, "must not contain control characters"),
  )
    .optional()
    .describe("Answers digest challenges of the other side; only kept encrypted."),
  sealedPassword: secretText(z.string().regex(/^[A-Za-z0-9+/=:.-]{1,512}$/, "expected what an export holds"))
    .optional()
    .describe("The same, encrypted with the key of the node."),
  authUser: digestUser
    .optional()
    .describe("Digest user name of a trunk that the switch does not register with; absent: the name of the trunk."),
  fromDomain: z
    .string()
    .regex(
      /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])$/,
      "expected a host or domain name, or an address",
    )
    .optional()
    .describe("Host of From and of what it is told of callers; absent: the address of the switch towards it."),
  prefixes: z
    .array(prefixDigits)
    .max(256)
    .default([])
    .describe(
      "Dialed prefixes that lead to it without a route pattern, for who may dial the partition `internal`; an empty one takes what nothing else does.",
    ),
  maxCalls: z.int().min(1).max(100_000).default(1_000).describe("Calls from and to it at a time; one more gets 503."),
  transit: z.boolean().default(false).describe("Its calls may go on to other trunks."),
  trusted: z.boolean().default(false).describe("Same trust domain (RFC 3325)."),
  pingSeconds: z
    .int()
    .min(0)
    .max(3_600)
    .default(30)
    .describe("Time between OPTIONS; 0: it is not asked and counts as up."),
  callerId: z
    .strictObject({
      number: transformation.optional().describe("How the caller's number is changed on the way out."),
      fixed: destination.optional().describe("Shown in the place of every caller's number."),
      withhold: z.boolean().default(false).describe("Callers are anonymous (RFC 3323)."),
    })
    .optional()
    .describe("What it is told of callers."),
  inbound: transformation.optional().describe("How numbers that it calls are changed before digit analysis."),
  outbound: transformation.optional().describe("How numbers that are sent to it are changed."),
  tollGuard: tollGuardOf(100_000, 1_000)
    .prefault({ international: true, premium: true })
    .describe("Bounds of the calls sent to it."),
});
export type Trunk = z.infer<typeof trunk>;
