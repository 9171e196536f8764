import { causeName, statusOfCause, type FeatureDetail, type FeatureReason } from "../../src/call/model/index.ts";
import { FIGURES, type Figure } from "./call-model-figures.ts";
import { row } from "./schema-table.ts";

const MARK = "<!-- What follows is made by `npm run docs:call-model`. -->";

/** Why a call or a part of it changed. */
const REASONS: Readonly<Record<FeatureReason, string>> = {
  normal: "no feature: a party calls, answers or hangs up",
  redirect: "a device or an application has sent the call elsewhere",
  "forward-all": "the line forwards all calls",
  "forward-busy": "the line forwards when it is busy",
  "forward-no-answer": "the line forwards when nobody answers",
  "forward-unregistered": "the line forwards while no device of it is registered",
  "forward-on-failure": "the application that had the call has failed",
  transfer: "two calls of a device are connected with each other, or who transferred is called back",
  "blind-transfer": "the other party is connected with who answers at a number",
  conference: "parties come into a conference, or leave it",
  park: "the call waits on a slot",
  unpark: "a call that waited on a slot is taken from there",
  "park-reminder": "a call has waited on its slot for too long: who parked it is rung",
  pickup: "a call is taken that rings elsewhere",
  barge: "a device of a shared line comes into the call of another one",
  hold: "a phone, or the switch for it, holds the call",
  retrieve: "the call is taken back",
  refer: "not said yet: a REFER of a phone is a transfer with the detail `refer`, one of a trunk is refused",
  replaces: "an INVITE has taken the place of a dialog (RFC 3891)",
  "redirection-3xx": "who was called has named another place",
  hunt: "a member of a hunt pilot is rung",
  queueing: "the caller waits in the queue of a hunt pilot",
  "de-queueing": "the caller has its turn",
  announcement: "an announcement is over",
  "make-call": "an application or a person has asked for the call",
  "quiet-clear": "not said yet: the call goes on without the part that could be observed",
  "node-failure": "a process of the node that had the call has failed",
};

/** What exactly, by the features that have it. */
const DETAILS: Readonly<Record<FeatureDetail, readonly [string, string]>> = {
  route: ["`redirect`", "the application of a route dialogue has sent the call there"],
  "no-coverage": [
    "`forward-busy`, `forward-no-answer`, `forward-unregistered`",
    "nobody of a hunt pilot takes the call",
  ],
  "not-open": ["`forward-no-answer`", "no application has the CTI port or route point open"],
  "no-retrieve": ["`park-reminder`", "nobody has taken a parked call: it goes where its park range says"],
  recall: ["`transfer`", "a transfer has come to nothing: who transferred is called back"],
  refer: ["`transfer`, `blind-transfer`", "a phone has asked for it by REFER (RFC 3515)"],
  consultation: ["`make-call`", "the call is made beside another one of the device, to consult somebody"],
  "other-group": ["`pickup`", "of another group than that of the line"],
  directed: ["`pickup`, `park`", "of a call that rings at a number; on a slot that was named"],
  "take-over": ["`barge`", "of a call on hold: who held it is out"],
  "drop-party": ["`conference`", "an application has dropped the party"],
  privacy: ["`normal`", "a device lets others of its line into its calls, or keeps them out"],
  shutdown: ["`normal`", "the node is being stopped"],
};

/** Q.850 causes of the model's changes; others come from trunks as they are. */
const CAUSES = [1, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 38, 41, 42, 47, 57, 65, 88, 102, 127];

/** docs/call-model.md as it is to be when it is `now`: what stands before the mark is written by hand. */
export function callModelPage(now: string): string {
  const at = now.indexOf(MARK);
  const byHand = at < 0 ? now : now.slice(0, at);
  return [`${byHand}${MARK}\n`, reasonTable(), causeTable(), "## State machines\n", ...FIGURES.map(figureText)].join(
    "\n",
  );
}

function reasonTable(): string {
  const rows = Object.entries(REASONS).map(([reason, text]) => row(`\`${reason}\``, text));
  const details = Object.entries(DETAILS).map(([detail, [features, text]]) => row(`\`${detail}\``, features, text));
  return [
    "## Feature reasons\n",
    row("Reason", "The change comes about because"),
    "|--|--|",
    ...rows,
    "\nWhere a reason has several ways, the detail says which (`why.detail`); without one it is none of these:\n",
    row("Detail", "Of", "What exactly"),
    "|--|--|--|",
    ...details,
    "",
  ].join("\n");
}

function causeTable(): string {
  const rows = CAUSES.map((cause) => row(String(cause), causeName(cause), String(statusOfCause(cause))));
  return ["## Causes\n", row("Q.850", "Name", "SIP status of a refusal"), "|--|--|--|", ...rows, ""].join("\n");
}

function figureText({ title, table, text, transitions, first }: Figure): string {
  const states = Object.keys(transitions);
  const named = states.filter((state) => state.includes("-"));
  const lines = [
    ...named.map((state) => `  state "${state}" as ${idOf(state)}`),
    ...first.map((state) => `  [*] --> ${idOf(state)}`),
    ...Object.entries(transitions).flatMap(([from, to]) => to.map((next) => `  ${idOf(from)} --> ${idOf(next)}`)),
    ...states.filter((state) => transitions[state]?.length === 0).map((state) => `  ${idOf(state)} --> [*]`),
  ];
  return `### ${title}\n\n${text} Its table is \`${table}\`.\n\n\`\`\`mermaid\nstateDiagram-v2\n${lines.join("\n")}\n\`\`\`\n`;
}

/** Names of states in a figure have no hyphens. */
function idOf(state: string): string {
  return state.replaceAll("-", "_");
}
