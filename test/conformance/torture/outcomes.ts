import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..", "data", "torture");

/** What is to come of a torture message; a line of `outcomes.tsv`, which its README explains. */
export interface Outcome {
  readonly message: string;
  /** Of RFC 4475 or RFC 5118. */
  readonly section: string;
  readonly permitted: readonly string[];
  readonly edge: Readonly<Record<"udp" | "tcp", string>>;
  readonly switch: Readonly<Record<"udp" | "tcp", string>>;
}

export function readOutcomes(): Outcome[] {
  const [, ...lines] = readFileSync(join(FOLDER, "outcomes.tsv"), "utf8").trim().split("\n");
  return lines.map((line) => {
    const [message = "", section = "", permitted = "", edgeUdp = "", edgeTcp = "", switchUdp = "", switchTcp = ""] =
      line.split("\t");
    return {
      message,
      section,
      permitted: permitted.split(","),
      edge: { udp: edgeUdp, tcp: edgeTcp },
      switch: { udp: switchUdp, tcp: switchTcp },
    };
  });
}

/** The octets of a message. */
export function messageText(name: string): string {
  const text = readFileSync(join(FOLDER, `${name}.dat`), "latin1");
  // Its empty line is missing in the source, see the README.
  return name === "rfc4475/baddn" ? `${text}\r\n` : text;
}

/**
 * The same with `rport` in its topmost Via, so that answers over UDP come back to the socket that sends it (RFC 3581).
 * A Via that cannot be read is left alone: there the answer comes back anyway.
 */
export function withRport(text: string): string {
  const via = /^(?:via|v)[ \t]*:(?:[^\r\n,]|\r\n[ \t])*/im.exec(text);
  if (via === null || /rport|;[ \t]*;/.test(via[0])) return text;
  const end = via.index + via[0].trimEnd().length;
  return `${text.slice(0, end)};rport${text.slice(end)}`;
}

/** Whether the RFC lets call control answer so. */
export function isPermitted(permitted: readonly string[], outcome: string): boolean {
  if (outcome === "silence") return permitted.includes("drop");
  if (outcome === "wait") return permitted.includes("close");
  const [status = ""] = outcome.split(/[+ ]/);
  const isRefusedForItsForm = ["400", "505", "513"].includes(status);
  return permitted.includes(status) || (permitted.includes("accept") && !isRefusedForItsForm);
}
