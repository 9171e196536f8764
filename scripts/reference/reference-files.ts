import { configurationReference, withReference } from "../../src/config/index.ts";
import { documentJsonSchema } from "../../src/database/index.ts";
import { configurationModelPage } from "./configuration-model-page.ts";
import { serviceParametersPage } from "./service-parameters-page.ts";

/** The files that are made from schemas, by path, and what each is to hold when it holds `now`. */
export const REFERENCE_FILES: Readonly<Record<string, (now: string) => string>> = {
  "docs/configuration.md": (now) => withReference(now, configurationReference()),
  "docs/configuration-model.md": configurationModelPage,
  "docs/service-parameters.md": serviceParametersPage,
  "docs/schema/tandem-configuration.schema.json": () => `${JSON.stringify(documentJsonSchema(), undefined, 2)}\n`,
};
