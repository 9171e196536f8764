import type { Kind } from "../../../database/index.ts";
import { EXIT } from "../exit-codes.ts";
import { withPassword } from "./add-command.ts";
import { changeObject, idOf } from "./object-commands.ts";
import { wordsOf, type ObjectWords } from "./object-words.ts";
import { choosePassword, passwordOfFile } from "./passwords.ts";
import { badUsage, print, type RestContext } from "./rest-context.ts";

/** `tandem user associate USER DEVICE...` and `dissociate` */
export function changeDevices(
  user: string,
  devices: readonly string[],
  operator: "+=" | "-=",
  rest: RestContext,
): Promise<number> {
  return changeObject(wordsOf("user"), user, [{ path: ["devices"], operator, value: devices }], rest);
}

/** `tandem user enable-cti USER` and `disable-cti` */
export function enableCti(user: string, isEnabled: boolean, rest: RestContext): Promise<number> {
  return changeObject(wordsOf("user"), user, [{ path: ["ctiEnabled"], operator: "=", value: isEnabled }], rest);
}

/** True for kinds whose objects have a password. */
export function hasPassword(kind: Kind): boolean {
  return ["phone", "cti-port", "route-point", "trunk", "user"].includes(kind);
}

/** `tandem KIND set-password NAME`: asked for when nothing is said. A user need not change it: for one, that is done. */
export async function setPassword(
  { kind, noun }: ObjectWords,
  name: string,
  words: { readonly password?: string; readonly passwordFile?: string },
  rest: RestContext,
): Promise<number> {
  if (words.password === "none") throw badUsage("take a password out with `set`: credentials= of a device");
  const chosen =
    words.passwordFile === undefined
      ? await choosePassword(words.password ?? "-", `${noun} ${name}`, rest)
      : { text: passwordOfFile(words.passwordFile), isNew: false };
  const id = idOf(kind, name);
  const settled = kind === "user" ? { mustChangePassword: false } : {};
  const { revision } = await rest.client.change(kind, id, () => withPassword(kind, settled, chosen?.text));
  const shown = chosen?.isNew === true ? { password: chosen.text } : {};
  const text = `${noun} ${id} has a new password (change ${revision})`;
  const told = chosen?.isNew === true ? `${text}: ${chosen.text}, which is not shown again` : text;
  print(rest, { id, revision, ...shown }, told);
  return EXIT.ok;
}
