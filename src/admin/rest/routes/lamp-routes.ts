import { z } from "zod";
import { MAX_MESSAGES } from "../../../signals/index.ts";
import type { RestContext } from "../rest-context.ts";
import { parseBody } from "../server/parse-body.ts";
import type { RestAnswer, RestCall, RestRoute } from "../server/route.ts";

const MAX_BYTES = 1_024;

const count = z.int().min(0).max(MAX_MESSAGES);
const counts = {
  new: count.describe("Nobody has listened to them; the lamp is on when there are any."),
  old: count.describe("Somebody has listened to them."),
};
const setting = z
  .strictObject({
    ...counts,
    newUrgent: count.default(0).describe("Of the new ones."),
    oldUrgent: count.default(0).describe("Of the old ones."),
  })
  .refine((given) => given.newUrgent <= given.new && given.oldUrgent <= given.old, {
    message: "no more can be urgent than there are",
  });
const lamp = z.object({
  line: z.string().describe("Such as `1001@internal`"),
  ...counts,
  newUrgent: count,
  oldUrgent: count,
});
const changed = lamp.extend({ result: z.enum(["changed", "unchanged"]) });

/** The message waiting lamp of a line: state, not configuration, so it is in no change and no export. */
export function lampRoutes({ caller }: RestContext): RestRoute[] {
  const shared = { path: "/lines/{id}/lamp", tag: "live" } as const;
  const ask = async (method: string, { params }: RestCall, more: object = {}): Promise<RestAnswer> => ({
    status: 200,
    body: await caller.call("callmanager", method, { line: params["id"] ?? "", ...more }),
  });
  return [
    {
      ...shared,
      operationId: "get-lamp",
      method: "GET",
      summary: "How many messages wait for a line",
      access: "auditor",
      answers: { 200: { description: "The lamp", schema: lamp } },
      problems: ["not-found", "unavailable"],
      handle: (call) => ask("lamp", call),
    },
    {
      ...shared,
      operationId: "set-lamp",
      method: "PUT",
      summary: "Says how many messages wait for a line; its phones are told at once",
      access: "operator",
      body: { schema: setting, limitBytes: MAX_BYTES },
      answers: { 200: { description: "The lamp as it is now", schema: changed } },
      problems: ["bad-body", "not-found", "unavailable"],
      handle: (call) => ask("set-lamp", call, parseBody(setting, call.body)),
    },
    {
      ...shared,
      operationId: "clear-lamp",
      method: "DELETE",
      summary: "No messages wait for a line",
      access: "operator",
      answers: { 200: { description: "The lamp as it is now", schema: changed } },
      problems: ["not-found", "unavailable"],
      handle: (call) => ask("clear-lamp", call),
    },
  ];
}
