import { createRequire } from "node:module";

/** A schema that somebody else's compiler has compiled. */
export interface CompiledSchema {
  (value: unknown): boolean;
  readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
}

/** What tests use of ajv. */
export interface SchemaCompiler {
  addSchema(schema: object, key: string): unknown;
  addVocabulary(words: readonly string[]): unknown;
  compile(schema: object): CompiledSchema;
}

/** A compiler of JSON Schema 2020-12 that is not ours, and that refuses words that it does not know. */
export function createSchemaCompiler(): SchemaCompiler {
  const load = createRequire(import.meta.url);
  const { Ajv2020 } = load("ajv/dist/2020") as { Ajv2020: new (options: object) => SchemaCompiler };
  const compiler = new Ajv2020({ discriminator: true, allowUnionTypes: true, strict: true });
  compiler.addVocabulary(["x-unit", "x-open"]);
  return compiler;
}
