import { format } from "prettier";
import { PROTOCOL_SCHEMA } from "../../src/protocol/schema/protocol-schema.ts";
import { parameterSchemas } from "./parameter-schemas.ts";
import { typescriptTypes } from "./typescript-types.ts";

/** Files that are made from the schemas of the CTI protocol: contents by path. */
export async function protocolFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    "src/protocol/generated/types.ts": await formatted(typescriptTypes(PROTOCOL_SCHEMA)),
    "src/protocol/generated/parameter-schemas.ts": await formatted(parameterSchemas(PROTOCOL_SCHEMA)),
  };
}

function formatted(code: string): Promise<string> {
  return format(code, { parser: "typescript", printWidth: 120 });
}
