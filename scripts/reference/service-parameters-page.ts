import { SERVICE_PARAMETERS, type ServiceParameter } from "../../src/database/index.ts";
import { row, valueOf } from "./schema-table.ts";

const INTRODUCTION = `# Service parameters

Made from the catalogue by \`npm run docs:configuration\`.

Values that operators may change while Tandem runs. One that has another value than its default is an object of kind
[service-parameter](configuration-model.md#service-parameter): \`{ name: ForwardMaximumHopCount, value: 5 }\`.
`;

const EFFECTS: Readonly<Record<ServiceParameter["effect"], string>> = {
  "at-once": "at once",
  "new-calls": "with new calls",
  restart: "when its service starts",
};

/** docs/service-parameters.md: every service parameter with its range, its default and when a change takes effect. */
export function serviceParametersPage(): string {
  const services = [...new Set(SERVICE_PARAMETERS.map(({ service }) => service))].sort();
  return [INTRODUCTION, ...services.flatMap(sectionOf)].join("\n");
}

function sectionOf(service: ServiceParameter["service"]): string[] {
  const rows = SERVICE_PARAMETERS.filter((parameter) => parameter.service === service).map(
    ({ name, schema, unit, default: value, effect, description }) => {
      const range = valueOf(schema) + (unit === undefined ? "" : `, ${unit}`);
      return row(`\`${name}\``, range, `\`${JSON.stringify(value)}\``, EFFECTS[effect], description);
    },
  );
  return [`## ${service}`, "", "| Name | Value | Default | Takes effect | Effect |", "|--|--|--|--|--|", ...rows, ""];
}
