import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Copies the scenarios of `from` into the new folder `to`, with expressions such as `regexp="<sip:(.*)>"` written as
 * XML wants them: Debian's SIPp refuses a file in which they are not.
 * @returns names of the files that had to be corrected
 */
export function copyScenarios(from: string, to: string): string[] {
  mkdirSync(to);
  const corrected: string[] = [];
  for (const name of readdirSync(from)) {
    if (!name.endsWith(".xml")) continue;
    const text = readFileSync(join(from, name), "latin1");
    const escaped = escapeExpressions(text);
    if (escaped !== text) corrected.push(name);
    writeFileSync(join(to, name), escaped, "latin1");
  }
  return corrected;
}

/** Escapes angle brackets inside the values of `regexp` attributes. */
export function escapeExpressions(xml: string): string {
  return xml.replace(
    /\bregexp="([^"]*)"/g,
    (_, expression: string) => `regexp="${expression.replaceAll("<", "&lt;").replaceAll(">", "&gt;")}"`,
  );
}
