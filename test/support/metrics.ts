/** One line of a metrics page. */
export interface MetricLine {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The values of a Prometheus text page. */
export class Metrics {
  readonly lines: readonly MetricLine[];

  constructor(text: string) {
    this.lines = text.split("\n").flatMap((line) => parseLine(line) ?? []);
  }

  /** The sum over all lines of a metric whose labels match. @throws {Error} when the page has no such line */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const found = this.lines.filter(
      (line) => line.name === name && Object.entries(labels).every(([key, value]) => line.labels[key] === value),
    );
    if (found.length === 0) throw new Error(`no metric ${name} ${JSON.stringify(labels)}`);
    return found.reduce((total, { value }) => total + value, 0);
  }
}

function parseLine(line: string): MetricLine | undefined {
  const [, name, labelText = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
  if (name === undefined || value === undefined) return undefined;
  const labels: Record<string, string> = {};
  for (const [, key = "", text = ""] of labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[key] = text;
  return { name, labels, value: Number(value) };
}
