import type { ConfigurationStore } from "../configuration-store.ts";
import { KINDS, yamlKeyOf, type Kind } from "../model/kinds.ts";
import { withoutSecrets } from "../model/secrets.ts";
import { DOCUMENT_VERSION, type ConfigurationDocument } from "./document-schema.ts";
import { shortBody } from "./short-body.ts";

/**
 * The whole configuration, of one moment, as a document; the same configuration gives the same document.
 * @param secrets whether hashes and encrypted passwords are in it
 */
export function exportDocument(
  store: ConfigurationStore,
  { secrets }: { readonly secrets: boolean },
): ConfigurationDocument {
  const lists = store.snapshot((state) =>
    KINDS.map((kind) => [yamlKeyOf(kind), objectsOf(state, kind, secrets)] as const),
  );
  const filled = lists.filter(([, objects]) => objects.length > 0);
  return { version: DOCUMENT_VERSION, ...Object.fromEntries(filled) };
}

function objectsOf(store: ConfigurationStore, kind: Kind, secrets: boolean): unknown[] {
  return store.all(kind).map(({ body }) => shortBody(kind, secrets ? body : withoutSecrets(kind, body)));
}
