import assert from "node:assert/strict";
import { prometheusText } from "../../../src/admin/http/prometheus-text.ts";

describe("prometheusText", () => {
  it("given samples of several services, when written, then each name has one head and all its samples", () => {
    const text = prometheusText([
      { name: "tandem_timers", type: "gauge", help: "Timers\nstarted", labels: { service: "edge" }, value: 3 },
      { name: "tandem_calls_total", type: "counter", help: "Calls", value: 7 },
      { name: "tandem_timers", type: "gauge", help: "Timers\nstarted", labels: { service: 'a"b\\' }, value: 0.5 },
    ]);
    assert.equal(
      text,
      [
        "# HELP tandem_timers Timers\\nstarted",
        "# TYPE tandem_timers gauge",
        'tandem_timers{service="edge"} 3',
        'tandem_timers{service="a\\"b\\\\"} 0.5',
        "# HELP tandem_calls_total Calls",
        "# TYPE tandem_calls_total counter",
        "tandem_calls_total 7",
        "",
      ].join("\n"),
    );
  });
});
