import { format } from "prettier";
import { PROTOCOL_SCHEMA } from "../../src/protocol/schema/protocol-schema.ts";
import { errorPages } from "./error-pages.ts";
import { parameterSchemas } from "./parameter-schemas.ts";
import { referencePages } from "./reference-pages.ts";
import { schemaDocument } from "./schema-document.ts";
import { typescriptTypes } from "./typescript-types.ts";

/** Folders that hold nothing else than what is made here. */
export const MADE_FOLDERS: readonly string[] = ["src/protocol/generated", "docs/cti/reference", "docs/cti/errors"];

/** Files that are made from the schemas of the CTI protocol: contents by path. */
export async function protocolFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    "src/protocol/generated/types.ts": await formatted(typescriptTypes(PROTOCOL_SCHEMA)),
    "src/protocol/generated/parameter-schemas.ts": await formatted(parameterSchemas(PROTOCOL_SCHEMA)),
    "docs/cti/protocol.schema.json": `${JSON.stringify(schemaDocument(PROTOCOL_SCHEMA), undefined, 2)}\n`,
    ...within("docs/cti/reference", referencePages(PROTOCOL_SCHEMA)),
    ...within("docs/cti/errors", errorPages()),
  };
}

function formatted(code: string): Promise<string> {
  return format(code, { parser: "typescript", printWidth: 120 });
}

function within(folder: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([name, contents]) => [`${folder}/${name}`, contents]));
}
