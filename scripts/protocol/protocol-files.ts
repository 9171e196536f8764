import { format } from "prettier";
import { PROTOCOL_SCHEMA } from "../../src/protocol/schema/protocol-schema.ts";
import { typescriptTypes } from "./typescript-types.ts";

/** Files that are made from the schemas of the CTI protocol: contents by path. */
export async function protocolFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    "src/protocol/generated/types.ts": await format(typescriptTypes(PROTOCOL_SCHEMA), {
      parser: "typescript",
      printWidth: 120,
    }),
  };
}
