import { z } from "zod";
import { commandOperation, present, type CommandOperations } from "./command-operation.ts";
import { name, number, originalCalled, searchSpace } from "./parameters.ts";

/** Elements of a list of destinations. */
const MAX_DESTINATIONS = 32;

const destination = z.strictObject({
  to: number,
  searchSpace: searchSpace.optional(),
  callingNumber: number.optional(),
  originalCalled: originalCalled.optional(),
});

/** The application's part of a route dialogue. */
export const selectRoutes: CommandOperations = [
  commandOperation({
    method: "route.select",
    schema: z.strictObject({
      device: name,
      routeId: name,
      destinations: z.array(destination).min(1).max(MAX_DESTINATIONS),
    }),
    command: ({ device, routeId, destinations }) => ({
      type: "route-select",
      device,
      routeId,
      destinations: destinations.map(({ to, ...more }) => ({ to, ...present(more) })),
    }),
    dials: ({ destinations }) => destinations.map(({ to }, place) => [`params.destinations.${place}.to`, to]),
    shows: ({ destinations }) =>
      destinations.map(({ callingNumber }, place) => [`params.destinations.${place}.callingNumber`, callingNumber]),
  }),
  commandOperation({
    method: "route.end",
    schema: z.strictObject({ device: name, routeId: name }),
    command: ({ device, routeId }) => ({ type: "route-end", device, routeId }),
  }),
];
