import { FORWARDING_KINDS, type ForwardingKind } from "../../../database/index.ts";
import { EXIT } from "../exit-codes.ts";
import { formatTable } from "../table.ts";
import type { Assignment } from "./assignments.ts";
import { tableColumns } from "./field-text.ts";
import { changeObject, idOf } from "./object-commands.ts";
import { wordsOf } from "./object-words.ts";
import { badUsage, print, type RestContext } from "./rest-context.ts";

/** Targets by kind of forwarding, `none` for none, and whose calls they are for. */
export interface ForwardWords {
  readonly targets: Readonly<Partial<Record<ForwardingKind, string>>>;
  readonly of: string;
  readonly css?: string;
}

const SIDES: Readonly<Record<string, readonly ("internal" | "external")[]>> = {
  all: ["internal", "external"],
  inside: ["internal"],
  outside: ["external"],
};

/** `tandem line forward NUMBER`: changes the kinds that are named; without any it shows them all. */
export async function forwardLine(number: string, words: ForwardWords, rest: RestContext): Promise<number> {
  const { targets, of, css } = words;
  const sides = SIDES[of];
  if (sides === undefined) throw badUsage(`--calls is all, inside or outside, not ${of}`);
  const kinds = FORWARDING_KINDS.filter((kind) => targets[kind] !== undefined);
  if (kinds.length === 0) {
    if (css !== undefined) throw badUsage("--css goes with a target");
    return showForwarding(number, rest);
  }
  const assignments = kinds.flatMap((kind) => assignmentsOf(kind, targets[kind] ?? "", sides, css));
  return changeObject(wordsOf("directory-number"), number, assignments, rest);
}

function assignmentsOf(
  kind: ForwardingKind,
  target: string,
  sides: readonly string[],
  css: string | undefined,
): Assignment[] {
  const set = (path: readonly string[], value: unknown): Assignment => ({ path, operator: "=", value });
  const above = ["forwarding", kind];
  if (target === "none") {
    if (sides.length === 2) return [set(above, null)];
    return sides.map((side) => set([...above, side], null));
  }
  const space = css === undefined ? [] : [set([...above, "callingSearchSpace"], css)];
  return [...sides.map((side) => set([...above, side], target)), ...space];
}

async function showForwarding(number: string, rest: RestContext): Promise<number> {
  const { forwarding = {} } = await rest.client.get("directory-number", idOf("directory-number", number));
  const rows = FORWARDING_KINDS.map((kind) => {
    return { kind, ...(forwarding as Readonly<Record<string, object | undefined>>)[kind] };
  });
  const columns = tableColumns([
    ["When", "kind"],
    ["Calls from inside", "internal"],
    ["Calls from outside", "external"],
    ["Search space", "callingSearchSpace"],
  ]);
  print(rest, forwarding, formatTable(rows, columns));
  return EXIT.ok;
}
