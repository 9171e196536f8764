import assert from "node:assert/strict";
import type { JsonSchema } from "../../src/protocol/schema/json-schema.ts";
import { PROTOCOL_SCHEMA } from "../../src/protocol/schema/protocol-schema.ts";
import { ERROR_CATALOGUE, errorPageOf, isErrorCode, jsonRpcNumberOf } from "../../src/protocol/index.ts";
import { closed } from "../../scripts/protocol/parameter-schemas.ts";
import { createSchemaCompiler, type CompiledSchema } from "./json-schema-compiler.ts";

/** Compares what a server of the CTI protocol sends with the schemas; what they do not name is a fault, too. */
export class WireCheck {
  readonly #results = new Map<string, CompiledSchema>();
  readonly #event: CompiledSchema;
  readonly #envelope: CompiledSchema;

  constructor() {
    const compiler = createSchemaCompiler();
    const { definitions, methods } = PROTOCOL_SCHEMA;
    const $defs: Record<string, JsonSchema> = {};
    for (const [name, schema] of Object.entries(definitions)) $defs[name] = closed(schema);
    for (const { name, result } of methods) $defs[name] = closed(result);
    compiler.addSchema({ $defs }, "cti");
    for (const { name } of methods) this.#results.set(name, compiler.compile({ $ref: `cti#/$defs/${name}` }));
    this.#event = compiler.compile({ $ref: "cti#/$defs/CtiEvent" });
    this.#envelope = compiler.compile({ $ref: "cti#/$defs/ErrorEnvelope" });
  }

  result(method: string, value: unknown): void {
    const isFine = this.#results.get(method);
    assert.ok(isFine !== undefined, `there is no method ${method}`);
    fits(isFine, value, `result of ${method}`);
  }

  /** @param value parameters of a notification `event` */
  event(value: unknown): void {
    fits(this.#event, value, "event");
  }

  /** @param value `error` of an answer */
  error(value: unknown): void {
    const {
      code: number,
      message,
      data,
    } = value as { readonly code: unknown; readonly message: unknown; readonly data: unknown };
    fits(this.#envelope, data, "error");
    const { code, family, doc, message: told } = data as Readonly<Record<string, string>>;
    assert.ok(code !== undefined && isErrorCode(code), `${code} is not in the catalogue`);
    assert.equal(family, ERROR_CATALOGUE[code].family, code);
    assert.equal(message, told);
    assert.equal(doc, errorPageOf(code));
    // A message that is not JSON has a number of its own.
    if (number !== -32_700) assert.equal(number, jsonRpcNumberOf(code), code);
  }
}

function fits(isFine: CompiledSchema, value: unknown, what: string): void {
  if (isFine(value)) return;
  const [fault] = isFine.errors ?? [];
  assert.fail(`${what}: ${fault?.instancePath} ${fault?.message}: ${JSON.stringify(value).slice(0, 2_000)}`);
}
