/** What a Journal does that keeps nothing. */
const NULL_JOURNAL = `
export class Journal {
  constructor() {}
  get metric() {
    return { name: "tandem_journal_failed_writes", type: "gauge", help: "", labels: { journal: "none" }, value: 0 };
  }
  put() {}
  remove() {}
  flush() {}
  close() {}
}`;

/**
 * Options of Node that start a node from dist with its journals, or with journals that keep nothing: no line is made
 * and nothing is written. Both load modules the same way, so that they differ in nothing else.
 */
export function journalOptions(kind: "kept" | "none"): string[] {
  const source = kind === "none" ? JSON.stringify(NULL_JOURNAL) : "undefined";
  const hooks = `
export async function load(url, context, nextLoad) {
  const source = url.endsWith("/dist/common/journal.js") ? ${source} : undefined;
  return source === undefined ? nextLoad(url, context) : { format: "module", source, shortCircuit: true };
}`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(moduleUrl(hooks))});`;
  return ["--import", moduleUrl(register)];
}

function moduleUrl(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
