import { z } from "zod";
import type { RestContext } from "../rest-context.ts";
import { parseBody } from "../server/parse-body.ts";
import type { RestRoute } from "../server/route.ts";

const credentials = z.strictObject({
  user: z.string().max(64).describe("Name of a user."),
  password: z.string().max(128).meta({ writeOnly: true }),
});
const signedIn = z.object({
  token: z.string().describe("For `Authorization: Bearer`; shown this once."),
  expiresAt: z.iso.datetime().describe("12 hours after its last use."),
  mustChangePassword: z.boolean().describe("Nothing else is possible before the password is changed."),
});

/** Signing in and out. */
export function sessionRoutes({ authenticator, audit }: RestContext): RestRoute[] {
  return [
    {
      operationId: "sign-in",
      method: "POST",
      path: "/sessions",
      tag: "sessions",
      summary: "Signs in",
      access: "anyone",
      body: { schema: credentials, limitBytes: 4_096 },
      answers: { 201: { description: "The session", schema: signedIn } },
      problems: ["bad-body", "sign-in-refused", "too-many-attempts", "too-busy"],
      handle: async ({ body, source }) => {
        const { user, password } = parseBody(credentials, body);
        return { status: 201, body: await authenticator.beginSession(user, password, source) };
      },
    },
    {
      operationId: "sign-out",
      method: "DELETE",
      path: "/sessions/current",
      tag: "sessions",
      summary: "Ends the session of the token; without one nothing is done",
      access: "user",
      isOpenBeforePasswordChange: true,
      answers: { 204: { description: "It has ended" } },
      problems: [],
      handle: ({ principal, source }) => {
        if (principal.sessionKey !== undefined) {
          authenticator.endSession(principal.sessionKey);
          audit.record({ event: "signed-out", user: principal.name, source });
        }
        return { status: 204 };
      },
    },
  ];
}
