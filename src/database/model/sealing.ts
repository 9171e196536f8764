import { computeHa1 } from "../../common/index.ts";
import type { SecretKeeper } from "../secret-keeper.ts";
import type { Credentials } from "./devices.ts";
import { SCHEMAS, type BodyOf, type Kind } from "./kinds.ts";

type Body = BodyOf<Kind>;

/** An operation's body with the password and PIN of a user hashed; those that the schema refuses stay for it to refuse. */
export async function withHashedPasswords(kind: Kind, body: unknown, keeper: SecretKeeper): Promise<unknown> {
  if (kind !== "user" || typeof body !== "object" || body === null) return body;
  const { password, pin } = SCHEMAS.user.shape;
  const given = { ...body } as Record<string, unknown>;
  for (const [key, schema, hashKey] of [
    ["password", password, "passwordHash"],
    ["pin", pin, "pinHash"],
  ] as const) {
    const text = schema.safeParse(given[key]).data;
    if (text === undefined) continue;
    delete given[key];
    given[hashKey] = await keeper.hashPassword(text);
  }
  return given;
}

/** The body as it is kept: hashes in the place of phones' passwords, with the digest user name that they belong to. */
export function sealed(kind: Kind, body: Body, keeper: SecretKeeper): Body {
  if (kind === "trunk") return sealTrunk(body as BodyOf<"trunk">, keeper);
  if (kind === "user" || !("credentials" in body) || body.credentials === undefined) return body;
  return { ...body, credentials: sealCredentials(body, body.credentials, keeper) };
}

function sealTrunk({ password, ...rest }: BodyOf<"trunk">, keeper: SecretKeeper): BodyOf<"trunk"> {
  return password === undefined ? rest : { ...rest, sealedPassword: keeper.seal(password) };
}

function sealCredentials(
  { name, lines }: Pick<BodyOf<"phone">, "name" | "lines">,
  { user: given, password, ha1 }: Credentials,
  { realm }: SecretKeeper,
): Credentials {
  const user = given ?? lines[0]?.directoryNumber.split("@", 1)[0] ?? name;
  if (password === undefined) return { user, ...(ha1 === undefined ? {} : { ha1 }) };
  return { user, ha1: computeHa1(["MD5", "SHA-256"], { user, realm, password }) };
}
