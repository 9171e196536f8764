import { DEVICE_KINDS, type BodyOf, type ConfigurationMirror } from "../../database/index.ts";

/** The region of a device, which is that of its device pool; undefined when there is no such device. */
export function regionOf(mirror: Pick<ConfigurationMirror, "get">, device: string): BodyOf<"region"> | undefined {
  for (const kind of DEVICE_KINDS) {
    const pool = mirror.get(kind, device)?.devicePool;
    if (pool !== undefined) return mirror.get("region", mirror.get("device-pool", pool)?.region ?? "");
  }
  return undefined;
}

/**
 * Codecs of calls between two regions, the preferred one first; an empty list: they have none in common. Undefined: any,
 * for neither says which. What the caller's region says of the other counts before what that one says of it.
 */
export function codecsBetween(caller: BodyOf<"region">, callee: BodyOf<"region">): readonly string[] | undefined {
  if (caller.name === callee.name) return listed(caller.codecs);
  const agreed =
    caller.to.find(({ region }) => region === callee.name) ?? callee.to.find(({ region }) => region === caller.name);
  if (agreed !== undefined) return agreed.codecs;
  const [near, far] = [listed(caller.codecs), listed(callee.codecs)];
  if (near === undefined || far === undefined) return near ?? far;
  return near.filter((codec) => far.includes(codec));
}

function listed<Codec>(codecs: readonly Codec[]): readonly Codec[] | undefined {
  return codecs.length === 0 ? undefined : codecs;
}
