import { z } from "zod";
import { CtiError } from "../cti-error.ts";

/** The parameters, checked; what is not in the schema is refused. `meta` is looked at elsewhere. @throws {CtiError} `validation-parameter` */
export function parameters<Schema extends z.ZodType>(schema: Schema, params: unknown): z.output<Schema> {
  const result = schema.safeParse(params ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = ["params", ...(issue?.path ?? [])].map(String).join(".");
  throw new CtiError("validation-parameter", `${path}: ${issue?.message ?? "not as expected"}`, { path });
}

/** Names of devices, lines, calls, connections, slots and groups. */
export const name = z.string().min(1).max(128);

/** Digits as dialed, or a SIP URI; what it may hold is checked by `checkNumber`. */
export const number = z.string().min(1).max(320);

export const searchSpace = z.enum(["default", "calling", "redirecting"]);

export const originalCalled = z.union([z.enum(["unchanged", "reset"]), z.strictObject({ number })]);

export const rtpAddress = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()], "expected an IP address"),
  port: z.int().min(1).max(65_535),
});

/** Which call of a device. */
export const inCall = { device: name, callId: name.optional() };

/** Which part of a list. */
export const page = z.strictObject({
  after: z.string().max(200).optional(),
  limit: z.int().min(1).max(1_000).optional(),
});
