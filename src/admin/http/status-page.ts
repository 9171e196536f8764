import { isWorking, type Row, type ServiceView } from "../control/node-view.ts";
import type { Column } from "../view/columns.ts";
import {
  callColumns,
  endedCallColumns,
  registrationColumns,
  serviceColumns,
  tollAlarmColumns,
  trunkColumns,
} from "../view/lists.ts";
import { html, type Html } from "./html.ts";

/** What the status page shows; a list is absent when call control does not answer. */
export interface StatusPageFacts {
  readonly node: string;
  readonly version: string;
  readonly nowMs: number;
  readonly services: readonly ServiceView[];
  readonly calls: readonly Row[] | undefined;
  /** Newest first. */
  readonly endedCalls: readonly Row[] | undefined;
  readonly registrations: readonly Row[] | undefined;
  readonly trunks: readonly Row[] | undefined;
  /** Newest first. */
  readonly tollAlarms: readonly Row[] | undefined;
}

const MAX_ROWS = 200;
/** Lists of which the number of rows says nothing. */
const UNCOUNTED = ["Services", "Ended calls"];

/** The page at `/`: whole documents from the server; the script only fetches it again. */
export function renderStatusPage(facts: StatusPageFacts): string {
  const { node, version, nowMs, services, calls, endedCalls, registrations, trunks, tollAlarms } = facts;
  const allReady = services.every(isWorking);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Tandem ${node}</title>
        <link rel="stylesheet" href="/status.css" />
        <script src="/status.js" defer></script>
      </head>
      <body>
        <main>
          <header>
            <h1>Tandem <span>${node}</span></h1>
            <p class="${allReady ? "good" : "bad"}">
              ${allReady ? "All services are ready" : "Not all services are ready"}
            </p>
            <p class="small">
              version ${version} · as of <time>${new Date(nowMs).toISOString().slice(11, 19)} UTC</time>
            </p>
          </header>
          ${section("Services", services as unknown as readonly Row[], serviceColumns(nowMs).slice(0, 4), "")}
          ${section("Calls", calls, callColumns(nowMs), "No calls.")}
          ${section("Ended calls", endedCalls, endedCallColumns, "No call has ended yet.")}
          ${section("Registrations", registrations, registrationColumns, "No phone is registered.")}
          ${section("Trunks", trunks, trunkColumns, "There is no trunk.")}
          ${section("Toll alarms", tollAlarms, tollAlarmColumns, "No call was refused by a guard against toll fraud.")}
          <footer>
            <a href="/health">health</a> <a href="/metrics">metrics</a> <a href="/api/v1/status">status as JSON</a>
          </footer>
        </main>
      </body>
    </html> `.text;
}

function section(title: string, rows: readonly Row[] | undefined, columns: readonly Column[], none: string): Html {
  const count = rows === undefined || UNCOUNTED.includes(title) ? "" : ` (${rows.length})`;
  return html`<section>
    <h2>${title}${count}</h2>
    ${rows === undefined ? unavailable : table(rows, columns, none)}
  </section>`;
}

const unavailable = html`<p class="bad">Call control does not answer.</p>`;

function table(rows: readonly Row[], columns: readonly Column[], none: string): Html {
  if (rows.length === 0) return html`<p class="small">${none}</p>`;
  const more = rows.length - MAX_ROWS;
  return html`<div class="wide">
      <table>
        <thead>
          <tr>
            ${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, MAX_ROWS).map(
            (row) =>
              html`<tr>
                ${columns.map((column) => cell(column, row))}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${more > 0 ? html`<p class="small">and ${more} more</p>` : ""}`;
}

function isGood(state: string): boolean {
  return isWorking({ state }) || state === "established" || state === "up";
}

function cell(column: Column, row: Row): Html {
  const text = column.cell(row);
  if (column.title === "Call") {
    return html`<td><a href="/api/v1/calls/${encodeURIComponent(text)}/ladder.svg" title="SIP ladder">${text}</a></td>`;
  }
  if (column.title !== "State") return html`<td>${text}</td>`;
  return html`<td>
    <span class="state ${isGood(text) ? "good" : "other"}">${text}</span>
  </td>`;
}

/** `/status.js`: fetches the page again every two seconds and shows its body; says so when the node is gone. */
export const STATUS_SCRIPT = `"use strict";
setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch("/", { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    document.querySelector("main").replaceWith(next);
  } catch {
    const note = document.querySelector("header p");
    note.className = "bad";
    note.textContent = "The node does not answer";
  }
}, 2000);
`;

/** `/status.css` */
export const STATUS_STYLE = `:root { color-scheme: light dark; --line: #8884; --good: #18794e; --bad: #c62a2f; }
@media (prefers-color-scheme: dark) { :root { --good: #4cc38a; --bad: #ff8589; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0; }
h1 span { font-weight: 400; opacity: .7; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
header p { margin: .25rem 0; }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: 600; }
.small, footer { font-size: .875rem; opacity: .75; }
footer { margin-top: 2.5rem; }
td a { color: inherit; }
footer a { color: inherit; margin-right: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .8rem; font-weight: 600; opacity: .75; }
`;
