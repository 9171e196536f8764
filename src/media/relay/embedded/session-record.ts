import { z } from "zod";
import { isPlaySource, isRelayEndpoint } from "./endpoint-name.ts";
import type { PlaySource, RelayEndpoint } from "../media-relay.ts";

const endpoint = z.object({ address: z.string(), port: z.number() });
const lock = z.object({
  target: endpoint.optional(),
  lastTarget: endpoint.optional(),
  signalingAddress: z.string(),
  latchAny: z.boolean(),
  learned: endpoint.optional(),
  isLocked: z.boolean(),
});
const direction = z.enum(["sendrecv", "sendonly", "recvonly", "inactive"]);
const side = z.object({
  tag: z.string(),
  origin: z.object({ sessionId: z.number(), version: z.number(), digest: z.string() }),
  hasBeenHeard: z.boolean(),
  offered: z.array(z.tuple([z.number(), direction])).optional(),
  hasLeft: z.boolean().optional(),
  /** What it hears instead of the other side. */
  overlay: z.custom<PlaySource>(isPlaySource).optional(),
});
const leg = z.object({ port: z.number(), rtp: lock, rtcp: lock });
const law = z.enum(["PCMU", "PCMA"]).optional();
const hearing = z.object({
  payloadType: z.number(),
  law,
  eventTypes: z.array(z.number()).readonly().optional(),
  receives: z.boolean(),
});
const stream = z.object({
  mediaIndex: z.number(),
  payloads: z.array(z.object({ payloadType: z.number(), clockRateHz: z.number(), isTelephoneEvent: z.boolean() })),
  directions: z.tuple([direction, direction]),
  legs: z.tuple([leg.nullable(), leg.nullable()]),
  hearing: z.tuple([hearing.nullable(), hearing.nullable()]).default([null, null]),
  isPlain: z.boolean().default(false),
  isConnected: z.boolean().default(true),
});

/** A session as the journal keeps it; numbers that depend on a process's clock are left out. */
export const sessionRecord = z.object({
  createdAtMs: z.number(),
  sides: z.tuple([side, side]),
  streams: z.array(stream),
  farEnd: z
    .object({
      side: z.union([z.literal(0), z.literal(1)]),
      kind: z.custom<RelayEndpoint>(isRelayEndpoint),
      agreed: z
        .object({
          mediaIndex: z.number(),
          payloadType: z.number(),
          law,
          sends: z.boolean(),
          hears: z.boolean().default(true),
          isOver: z.boolean().optional(),
        })
        .optional(),
    })
    .optional(),
});
/** What `MediaRelay.configure` said last, as the journal keeps it. */
export const relaySettings = z.object({ music: z.array(z.object({ name: z.string(), file: z.string().optional() })) });
export type SessionRecord = z.infer<typeof sessionRecord>;
