/** Methods that applications may be offered. */
export const METHODS: ReadonlySet<string> = new Set(
  "INVITE ACK BYE CANCEL OPTIONS REGISTER PRACK SUBSCRIBE NOTIFY PUBLISH INFO REFER MESSAGE UPDATE".split(" "),
);

/** The same as applications name them. */
export const VERBS: ReadonlySet<string> = new Set([...METHODS].map((method) => method.toLowerCase()));

/** Methods that make no sense outside a dialog. */
export const IN_DIALOG_ONLY: ReadonlySet<string> = new Set(["BYE", "UPDATE", "PRACK"]);

/** True for methods whose requests make dialogs, or change what was agreed on in one. */
export function formsDialogs(method: string): boolean {
  return method === "INVITE" || method === "SUBSCRIBE";
}
