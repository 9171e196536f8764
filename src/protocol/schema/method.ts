import { integer, mark, object, ref, type Fields } from "./builder.ts";
import type { JsonSchema } from "./json-schema.ts";

/** One method of the protocol. */
export interface MethodSchema {
  readonly name: string;
  readonly description: string;
  /** Strict: other fields are refused. */
  readonly params: JsonSchema;
  readonly result: JsonSchema;
  /** It changes something: `meta` is taken with a key, and repeating it with the same key does nothing. */
  readonly isCommand: boolean;
}

export const seq = integer("Events of the session up to this one show all effects.", 0);

/** A method that reads. */
export function query(
  name: string,
  description: string,
  params: { readonly required?: Fields; readonly optional?: Fields },
  result: { readonly required?: Fields; readonly optional?: Fields },
): MethodSchema {
  return {
    name,
    description,
    isCommand: false,
    params: strict(object("", params.required ?? {}, { ...params.optional, meta: ref("Meta") })),
    result: object("", { seq, ...result.required }, result.optional),
  };
}

/** A method that changes something; its result is a `CommandResult` with more fields. */
export function command(
  name: string,
  description: string,
  params: { readonly required?: Fields; readonly optional?: Fields },
  result: { readonly required?: Fields; readonly optional?: Fields } = {},
): MethodSchema {
  return {
    ...query(name, description, params, result),
    isCommand: true,
    result: object("", { seq, ...result.required }, { ...outcome, ...result.optional }),
  };
}

const outcome = {
  unchanged: mark("It was so already."),
  replayed: mark("The command had been done before: this is what came of it then."),
};

function strict(schema: JsonSchema): JsonSchema {
  return { ...schema, additionalProperties: false };
}
