import type { ConfigurationStore, Kind, Operation } from "../../database/index.ts";
import type { DemoPhone } from "./demo-config.ts";

/** Who the demo's applications sign in as. They connect on loopback only, so anybody on the host may know the password. */
export const DEMO_CTI_USER = "cti";
export const DEMO_CTI_PASSWORD = "demo-cti";
/** A route point: an application says where its calls go; without one they go to the second phone. */
export const DEMO_ROUTE_POINT = { name: "demo-desk", number: "5000" } as const;
/** A CTI port: an application answers its calls. */
export const DEMO_CTI_PORT = { name: "demo-port", number: "5001" } as const;

/**
 * Adds what applications of the demo work with, where it is not there: what has been changed since stays so.
 * @throws {DatabaseError}
 */
export async function addDemoCti(store: ConfigurationStore, phones: readonly DemoPhone[]): Promise<void> {
  const wanted = objects(phones);
  const missing = store.snapshot((state) =>
    wanted.filter(([kind, name]) => state.get(kind, name) === undefined).map(([kind, , body]) => ({ kind, body })),
  );
  if (missing.length === 0) return;
  const operations = missing.map(({ kind, body }): Operation => ({ type: "create", kind, body }));
  await store.apply({ author: "tandem", summary: "applications of the demo", operations });
}

function objects(phones: readonly DemoPhone[]): readonly (readonly [Kind, string, Record<string, unknown>])[] {
  const unanswered = phones[1]?.number;
  const forwarding =
    unanswered === undefined ? {} : { forwarding: { noAnswer: { internal: unanswered, external: unanswered } } };
  const line = (number: string): string => `${number}@internal`;
  const device = ({ name, number }: { readonly name: string; readonly number: string }): Record<string, unknown> => ({
    name,
    lines: [{ directoryNumber: line(number) }],
  });
  const { name: desk, number } = DEMO_ROUTE_POINT;
  const { name: port, number: portNumber } = DEMO_CTI_PORT;
  return [
    ["directory-number", line(number), { number, displayName: "Demo desk", ...forwarding }],
    ["directory-number", line(portNumber), { number: portNumber, displayName: "Demo port" }],
    ["route-point", desk, { ...device(DEMO_ROUTE_POINT), description: "Calls for applications" }],
    ["cti-port", port, { ...device(DEMO_CTI_PORT), description: "Answered by applications" }],
    [
      "user",
      DEMO_CTI_USER,
      {
        name: DEMO_CTI_USER,
        displayName: "Applications of the demo",
        password: DEMO_CTI_PASSWORD,
        ctiEnabled: true,
        devices: [...phones.map((phone) => `demo-${phone.number}`), desk, port],
      },
    ],
  ];
}
