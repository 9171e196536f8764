import { commandOperation, originalCalled, type CommandOperations } from "./command-operation.ts";

/** The application's part of a route dialogue. */
export const selectRoutes: CommandOperations = [
  commandOperation({
    method: "route.select",
    command: (params) => ({ ...params, type: "route-select" }),
    dials: ({ destinations }) => destinations.map(({ to }, place) => [`/destinations/${place}/to`, to]),
    shows: ({ destinations }) =>
      destinations.map(({ callingNumber }, place) => [`/destinations/${place}/callingNumber`, callingNumber]),
    names: ({ destinations }) =>
      destinations.map((one, place) => originalCalled(one.originalCalled, `/destinations/${place}`)),
  }),
  commandOperation({ method: "route.end", command: (params) => ({ ...params, type: "route-end" }) }),
];
