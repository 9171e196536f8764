import { isIP } from "node:net";
import { z } from "zod";
import { canonicalAddress } from "./address-block.ts";
import { Secret } from "./secret.ts";

/** A TCP or UDP port. */
export const port = z.int().min(1).max(65_535);

/** An IPv4 address in digits. */
export const ipv4 = z.ipv4("expected an IPv4 address such as 192.0.2.10");

/** An IPv4 or IPv6 address in digits; IPv6 comes out as RFC 5952 writes it. */
export const ipAddress = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 && !text.includes("%"),
    "expected an IP address such as 192.0.2.10 or 2001:db8::10",
  )
  .transform(canonicalAddress)
  .meta({ format: "ip" });

/** An IPv4 or IPv6 address, or a CIDR block. */
export const addressBlock = z
  .string()
  .refine(
    (text) => z.union([z.ipv4(), z.cidrv4(), z.ipv6(), z.cidrv6()]).safeParse(text).success,
    "expected an IP address or block such as 192.0.2.0/24 or 2001:db8::/64",
  );

/** The name of a phone or peer. */
export const deviceName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected 1 to 64 letters, digits, dots, dashes or underscores");

/** What a telephone can dial. */
export const dialString = z.string().regex(/^\+?[0-9*#]{1,32}$/, "expected 1 to 32 digits, * or #, after a + or not");

const noControlCharacters = /^\P{Cc}*$/u;

/** A value that is never printed, not even in a problem. */
export const secret = z
  .string()
  .min(1)
  .max(128)
  .regex(noControlCharacters, "must not contain control characters")
  .transform((text) => new Secret(text))
  .meta({ isSecret: true });

/** Text for people that may go into a SIP header. */
export const displayText = z.string().min(1).max(64).regex(noControlCharacters, "must not contain control characters");

/** A DNS name of a listener. */
export const hostName = z
  .string()
  .regex(
    /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    "expected a DNS name such as tandem.example.org",
  );
