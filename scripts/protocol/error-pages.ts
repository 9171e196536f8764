import {
  ERROR_CATALOGUE,
  ERROR_FAMILIES,
  jsonRpcNumberOf,
  restStatusOf,
  type ErrorCode,
  type ErrorFamily,
} from "../../src/protocol/index.ts";
import { row } from "./schema-words.ts";

const NOTE = "Made from the catalogue by `npm run docs:cti`; not to be edited.";

const RETRY: Readonly<Record<string, string>> = {
  never: "Sending it again gives the same error.",
  same: "Send it again with the same key.",
  after: "Send it again with the same key, after `retryAfterMs` where the error has it.",
  reconcile: "Read the state first.",
  other_node: "Go to another node.",
};
const OUTCOME: Readonly<Record<string, string>> = {
  not_applied: "Nothing has happened.",
  applied: "It has been done.",
  unknown: "What has been done is not known.",
};

/** Pages of errors by file name: one for each code, and an index. */
export function errorPages(): Readonly<Record<string, string>> {
  const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[];
  return { ...Object.fromEntries(codes.map((code) => [`${code}.md`, errorPage(code)])), "README.md": indexPage(codes) };
}

function errorPage(code: ErrorCode): string {
  const { family, message, advice, outcome, retry } = ERROR_CATALOGUE[code];
  const facts = [
    row("Family", `${family}: ${ERROR_FAMILIES[family].about}`),
    row("JSON-RPC `error.code`", String(jsonRpcNumberOf(code))),
    row("HTTP status", String(restStatusOf(code))),
    row("`outcome`", `\`${outcome}\`: ${OUTCOME[outcome] ?? ""} The error itself may say otherwise.`),
    row("`retry`", `\`${retry}\`: ${RETRY[retry] ?? ""}`),
  ];
  const table = [row("", ""), row("--", "--"), ...facts].join("\n");
  return (
    [`# ${code}`, `${message}`, "## What to do", advice, "## Facts", table, `[All errors](README.md). ${NOTE}`].join(
      "\n\n",
    ) + "\n"
  );
}

function indexPage(codes: readonly ErrorCode[]): string {
  const parts = (Object.keys(ERROR_FAMILIES) as ErrorFamily[]).flatMap((family) => {
    const rows = codes
      .filter((code) => ERROR_CATALOGUE[code].family === family)
      .map((code) => {
        const { message, outcome, retry } = ERROR_CATALOGUE[code];
        return row(`[${code}](${code}.md)`, message, `\`${outcome}\``, `\`${retry}\``);
      });
    const { number, about } = ERROR_FAMILIES[family];
    return [
      `## ${family} (${number})`,
      about,
      [row("Code", "When", "Outcome", "Retry"), row("--", "--", "--", "--"), ...rows].join("\n"),
    ];
  });
  const head = [
    "# Errors of the CTI protocol",
    `${NOTE} The number of a family is \`error.code\` of JSON-RPC; \`error.data\` is the [envelope](../reference/views.md#errorenvelope).`,
    "`outcome` says whether anything has happened, `retry` what to do: `never`, `same` (again with the same key), `after` (the same, later), `reconcile` (read the state first), `other_node`.",
  ];
  return [...head, ...parts].join("\n\n") + "\n";
}
