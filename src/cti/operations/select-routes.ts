import { withMore } from "../../common/index.ts";
import { commandOperation, originalCalled, type CommandOperations } from "./command-operation.ts";

/** The application's part of a route dialogue. */
export const selectRoutes: CommandOperations = [
  commandOperation({
    method: "route.select",
    command: ({ headers, destinations, ...params }) =>
      withMore(params, {
        destinations: headers === undefined ? destinations : destinations.map((one) => ({ headers, ...one })),
        type: "route-select",
      }),
    dials: ({ destinations }) => destinations.map(({ to }, place) => [`/destinations/${place}/to`, to]),
    shows: ({ destinations }) =>
      destinations.map(({ callingNumber }, place) => [`/destinations/${place}/callingNumber`, callingNumber]),
    names: ({ destinations }) =>
      destinations.map((one, place) => originalCalled(one.originalCalled, `/destinations/${place}`)),
    heads: ({ headers, destinations }) => [
      ["/headers", headers],
      ...destinations.map((one, place) => [`/destinations/${place}/headers`, one.headers] as const),
    ],
  }),
  commandOperation({ method: "route.end", command: (params) => withMore(params, { type: "route-end" }) }),
];
