import { z } from "zod";
import { SERVICE_PARAMETERS } from "../../../database/index.ts";
import type { RestContext } from "../rest-context.ts";
import type { RestRoute } from "../server/route.ts";

const value = z.union([z.number(), z.string(), z.boolean()]);
const definitions = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      service: z.string(),
      description: z.string(),
      default: value,
      value: value.describe("What counts now."),
      isDefault: z.boolean(),
      unit: z.string().optional(),
      effect: z.enum(["at-once", "new-calls", "restart"]).describe("When a change takes effect."),
      schema: z.record(z.string(), z.unknown()).describe("JSON Schema of its values."),
    }),
  ),
  total: z.int(),
});

/** All service parameters there are, with their ranges, defaults and values. */
export function definitionRoutes({ store }: RestContext): RestRoute[] {
  return [
    {
      operationId: "list-service-parameter-definitions",
      method: "GET",
      path: "/service-parameter-definitions",
      tag: "service-parameters",
      summary: "All service parameters with range, default and value",
      access: "auditor",
      answers: { 200: { description: "Definitions", schema: definitions } },
      problems: [],
      handle: () => {
        const given = new Map(store.all("service-parameter").map(({ name, body }) => [name, body.value]));
        const items = SERVICE_PARAMETERS.map(({ schema, ...parameter }) => ({
          ...parameter,
          value: given.get(parameter.name) ?? parameter.default,
          isDefault: !given.has(parameter.name),
          schema: z.toJSONSchema(schema, { target: "draft-2020-12" }),
        }));
        return { status: 200, body: { items, total: items.length } };
      },
    },
  ];
}
