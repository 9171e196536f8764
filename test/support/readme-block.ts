import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");

/** Blocks of a language in a page of the project, in order. */
export function codeBlocks(page: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, code]) => code ?? "");
}

/** The one that imports the SDK. @throws {Error} when there is none, or several */
export function applicationIn(page: string): string {
  const [one, other] = codeBlocks(page, "js").filter((code) => code.includes("tandem/sdk"));
  if (one === undefined || other !== undefined) throw new Error(`${page} has not one application`);
  return one;
}
