import { ERROR_CATALOGUE, jsonRpcNumberOf, restStatusOf, type ErrorCode } from "../../src/protocol/index.ts";
import type { ProtocolDocument } from "./compatibility.ts";
import type { JsonSchema } from "../../src/protocol/schema/json-schema.ts";
import type { ProtocolSchema } from "../../src/protocol/schema/protocol-schema.ts";

/** The protocol for programs: a JSON Schema of all that is sent, with methods, events and errors beside it. */
export function schemaDocument({ definitions, methods, events }: ProtocolSchema): ProtocolDocument {
  const ofMethods: Record<string, JsonSchema> = {};
  for (const { name, params, result } of methods) {
    ofMethods[`${name}.params`] = params;
    ofMethods[`${name}.result`] = result;
  }
  const pointer = (name: string): { readonly $ref: string } => ({ $ref: `#/$defs/${name}` });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:tandem:cti:1",
    title: "CTI protocol of Tandem",
    "x-version": "1.0",
    "x-methods": Object.fromEntries(
      methods.map(({ name, description, isCommand }) => [
        name,
        { description, isCommand, params: pointer(`${name}.params`), result: pointer(`${name}.result`) },
      ]),
    ),
    "x-events": Object.fromEntries(Object.entries(events).map(([type, definition]) => [type, pointer(definition)])),
    "x-errors": Object.fromEntries(
      (Object.keys(ERROR_CATALOGUE) as ErrorCode[]).map((code) => [
        code,
        { ...ERROR_CATALOGUE[code], number: jsonRpcNumberOf(code), status: restStatusOf(code) },
      ]),
    ),
    $defs: { ...definitions, ...ofMethods },
  };
}
