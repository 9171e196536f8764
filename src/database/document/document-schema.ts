import { z } from "zod";
import { KIND_DESCRIPTIONS } from "../model/kind-descriptions.ts";
import { KINDS, SCHEMAS, yamlKeyOf, type InputOf, type Kind } from "../model/kinds.ts";

/** The version of the form of documents; another one is refused. */
export const DOCUMENT_VERSION = 1;

/** Objects of a kind in a document. */
export const MAX_OBJECTS_OF_KIND = 200_000;

type Camel<Text extends string> = Text extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Text;

/** The key of a kind in a document, such as `directoryNumbers`. */
export type DocumentKey<K extends Kind> = `${Camel<K>}s`;

/**
 * A whole configuration as plain data: `phones`, `directoryNumbers` and so on, each a list of objects in which what has the
 * default value may be left out. A kind that has no objects may be left out, too.
 */
export type ConfigurationDocument = { readonly version: typeof DOCUMENT_VERSION } & {
  readonly [K in Kind as DocumentKey<K>]?: readonly InputOf<K>[];
};

const version = z
  .literal(DOCUMENT_VERSION)
  .describe("Version of the form of this document, which is not that of Tandem.");

/** Checks everything of a document that is not within one object. */
export const documentFrame = z.strictObject({
  version,
  ...Object.fromEntries(
    KINDS.map((kind) => [yamlKeyOf(kind), z.array(z.unknown()).max(MAX_OBJECTS_OF_KIND).optional()]),
  ),
});

/** The schema of a document, whole. */
export function documentSchema(): z.ZodType {
  const lists = KINDS.map((kind) => {
    const list = z.array(SCHEMAS[kind]).max(MAX_OBJECTS_OF_KIND).optional();
    return [yamlKeyOf(kind), list.describe(KIND_DESCRIPTIONS[kind])];
  });
  return z.strictObject({ version, ...Object.fromEntries(lists) });
}

/** The same as JSON Schema (draft 2020-12), for editors. What is taken and never shown is `writeOnly`. */
export function documentJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(documentSchema(), {
    target: "draft-2020-12",
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema["isSecret"] !== true) return;
      delete jsonSchema["isSecret"];
      jsonSchema.writeOnly = true;
    },
  });
  return { $schema, title: "Configuration of Tandem", description: "What `tandem export` writes.", ...rest };
}
