import { z } from "zod";
import { KINDS } from "../../../database/index.ts";
import { readLimit, single } from "../resource/list-query.ts";
import type { RestContext } from "../rest-context.ts";
import type { RestRoute } from "../server/route.ts";
import { readNumber } from "./change-routes.ts";

const MAX_ENTRIES = 1_000;

const entry = z.object({
  number: z.int(),
  at: z.iso.datetime(),
  event: z.enum(["signed-in", "sign-in-refused", "signed-out", "changed", "imported", "undone", "secrets-exported"]),
  user: z.string().optional(),
  source: z.string().describe("Address that the request came from."),
  detail: z.string().optional(),
  sequence: z.int().optional().describe("Number of the change."),
  objects: z
    .array(
      z.object({
        operation: z.enum(["created", "changed", "removed"]),
        kind: z.enum(KINDS),
        id: z.string(),
        fields: z.array(z.string()).optional(),
      }),
    )
    .optional()
    .describe("The first 100 objects."),
  total: z.int().optional().describe("Objects of the change in all."),
});
const entries = z.object({ items: z.array(entry), next: z.int().nullable() });

/** What was done by whom. */
export function auditRoutes({ audit }: RestContext): RestRoute[] {
  return [
    {
      operationId: "list-audit",
      method: "GET",
      path: "/audit",
      tag: "audit",
      summary: "Sign-ins, changes, imports and exports of secrets, newest first",
      access: "auditor",
      query: { before: "Entries before this number", limit: "1 to 1,000; default 100", user: "Of this user only" },
      answers: { 200: { description: "Entries", schema: entries } },
      problems: ["bad-parameter"],
      handle: async ({ query }) => {
        const limit = readLimit(query["limit"], MAX_ENTRIES, 100);
        const before = readNumber("before", query["before"]);
        const user = single("user", query["user"]);
        const items = await audit.read({
          limit,
          ...(before === undefined ? {} : { before }),
          ...(user === undefined ? {} : { user }),
        });
        return { status: 200, body: { items, next: items.length < limit ? null : (items.at(-1)?.number ?? null) } };
      },
    },
  ];
}
