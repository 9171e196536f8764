import { MAX_USER_DATA_BYTES, MAX_USER_DATA_NAMES, type UserData } from "../../signals/index.ts";

/** 64 names at most, and 4 KiB with their values. A name is not empty. */
export function isFitUserData(data: UserData): boolean {
  const entries = Object.entries(data);
  if (entries.length > MAX_USER_DATA_NAMES || "" in data) return false;
  const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  return bytes <= MAX_USER_DATA_BYTES;
}

/** What there is with what is new; null removes a name. Undefined: it is so already. */
export function changedUserData(
  data: UserData,
  changes: Readonly<Record<string, string | null>>,
): UserData | undefined {
  const next: Record<string, string> = { ...data };
  let isChanged = false;
  for (const [name, value] of Object.entries(changes)) {
    const known = Object.hasOwn(data, name) ? data[name] : null;
    if (known === value || name === "__proto__") continue;
    isChanged = true;
    if (value === null) delete next[name];
    else next[name] = value;
  }
  return isChanged ? next : undefined;
}
