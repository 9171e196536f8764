import { setTimeout as delay } from "node:timers/promises";
import { errorCodeOf } from "../../../common/index.ts";
import { DOCUMENT_VERSION } from "../../../database/index.ts";
import type { ConfigurationClient } from "../../client/configuration-client.ts";
import { RestRefusal } from "../../client/rest-refusal.ts";

/** How long a node that went away is waited for, and between looks. */
const BACK_MS = 20_000;
const RETRY_MS = 250;
/** How long the node may still be at the change. */
const CHANGE_MS = 10 * 60_000;
/** Changes of others that may have been made since. */
const MAX_CHANGES_SINCE = 100;

/**
 * What became of an import whose answer has not come, as part of a sentence. A node that went away is waited for.
 * @param summary of the change, which no other one has
 */
export async function importOutcome(client: ConfigurationClient, summary: string): Promise<string> {
  const endMs = performance.now() + BACK_MS;
  for (;;) {
    try {
      return outcomeText(await findChange(client, summary));
    } catch (error) {
      const isAway = !(error instanceof RestRefusal) || error.status === 401 || error.status === 503;
      if (!isAway || performance.now() >= endMs || errorCodeOf(error) === "interrupted") {
        return "the node does not say whether it was done: see `tandem change list`";
      }
    }
    await delay(RETRY_MS);
  }
}

export function outcomeText(sequence: number | undefined): string {
  if (sequence === undefined) return "nothing was done";
  return `change ${sequence} had been made already: \`tandem undo ${sequence}\` takes it back`;
}

/** The number of a change; the check of a document of nothing waits for what the node may have begun. */
async function findChange({ rest }: ConfigurationClient, summary: string): Promise<number | undefined> {
  const nothing = { query: { mode: "merge", dryRun: true }, body: { version: DOCUMENT_VERSION } };
  await rest.request("POST", "/configuration", { ...nothing, timeoutMs: CHANGE_MS });
  let before: number | undefined;
  for (let looked = 0; looked < MAX_CHANGES_SINCE; looked += 1) {
    const answer = await rest.request("GET", "/changes", { query: { before, limit: 1 } });
    const [change] = (answer as { readonly items: readonly { readonly sequence: number; readonly summary: string }[] })
      .items;
    if (change === undefined) return undefined;
    if (change.summary === summary) return change.sequence;
    before = change.sequence;
  }
  return undefined;
}
