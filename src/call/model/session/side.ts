/** The two parties of a call: who sent the first INVITE, and who is called. */
export type Side = "caller" | "callee";

export function otherSide(side: Side): Side {
  return side === "caller" ? "callee" : "caller";
}
