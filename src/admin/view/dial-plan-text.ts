import type {
  CandidateExplanation,
  DialPlanExplanation,
  DialStepExplanation,
  PartitionExplanation,
} from "../../signals/index.ts";
import { printableLine } from "./printable.ts";

/** How digit analysis came to its result, as lines for people. */
export function formatExplanation(explanation: DialPlanExplanation): string[] {
  const { digits, from, callingNumber, at, speedDial, steps, result } = explanation;
  const who = from === undefined ? "" : ` from ${from}`;
  const number = callingNumber === undefined || callingNumber === from ? "" : ` (${callingNumber})`;
  return [
    `${digits}${who}${number}, ${at}`,
    ...(speedDial === undefined ? [] : [`Speed dial ${speedDial.place}: ${speedDial.dials}`]),
    ...steps.flatMap((step, index) => stepLines(step, index)),
    "",
    `Result: ${result.text}`,
    ...resultLines(result).map((line) => `  ${line}`),
  ].map(printableLine);
}

function stepLines(
  { digits, partitions, candidates, omitted, transformations }: DialStepExplanation,
  index: number,
): string[] {
  const title = index === 0 ? `Look-up of ${digits}` : `Translated: look-up of ${digits === "" ? "no digits" : digits}`;
  return [
    "",
    `${title} in ${partitions.length === 0 ? "no partition" : partitions.map(partitionText).join(", ")}`,
    ...(candidates.length === 0 ? ["  nothing matches"] : candidates.map(candidateLine)),
    ...(omitted === 0 ? [] : [`  and ${omitted} more`]),
    ...transformations.map(
      ({ party, step, of, before, after }) => `  ${party} number, ${step} (${of}): ${before} -> ${after}`,
    ),
  ];
}

function partitionText({ name, on, timeSchedule, localTime }: PartitionExplanation): string {
  if (timeSchedule === undefined) return on ? name : `${name} (off: its time schedule is not there)`;
  return `${name} (${on ? "on" : "off"} by ${timeSchedule}: ${localTime ?? ""})`;
}

function candidateLine({
  pattern,
  kind,
  partition,
  position,
  trunk,
  urgent,
  blocked,
  outcome,
  reason,
}: CandidateExplanation): string {
  const place = partition === undefined ? "" : ` in ${partition} (${position})`;
  const marks = [kind.replaceAll("-", " "), ...(urgent ? ["urgent"] : []), ...(blocked ? ["blocked"] : [])].join(", ");
  const of = trunk === undefined ? "" : ` of ${trunk}`;
  return `  ${outcome === "won" ? "*" : " "} ${pattern === "" ? "(any number)" : pattern}${place}, ${marks}${of}: ${reason}`;
}

function resultLines(result: DialPlanExplanation["result"]): string[] {
  const { number, callingNumber, more, attempts = [], international } = result;
  return [
    `number ${number}${callingNumber === undefined ? "" : `, from ${callingNumber}`}`,
    ...(result.class === undefined ? [] : [`class ${result.class}`]),
    ...(international === true ? ["international"] : []),
    ...attempts.map(
      ({ trunk, number: sent, callingNumber: shown }, index) =>
        `${index + 1}. ${trunk}: ${sent}${shown === undefined ? "" : ` from ${shown}`}`,
    ),
    ...(more ? ["a longer number could match better"] : []),
  ];
}
