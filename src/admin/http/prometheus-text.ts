import type { MetricSample } from "../../common/index.ts";

/** Metrics in the text format of Prometheus, version 0.0.4: each name once, with its samples below it. */
export function prometheusText(samples: readonly MetricSample[]): string {
  const byName = new Map<string, MetricSample[]>();
  for (const sample of samples) {
    const group = byName.get(sample.name);
    if (group === undefined) byName.set(sample.name, [sample]);
    else group.push(sample);
  }
  const lines: string[] = [];
  for (const [name, [first, ...others]] of byName) {
    if (first === undefined) continue;
    lines.push(`# HELP ${name} ${first.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`);
    lines.push(`# TYPE ${name} ${first.type}`);
    for (const { labels = {}, value } of [first, ...others]) lines.push(`${name}${labelText(labels)} ${value}`);
  }
  return lines.join("\n") + "\n";
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
