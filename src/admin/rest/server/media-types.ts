/** JSON values, one a line. */
export const LINES_TYPE = "application/x-ndjson";

/** The type without its parameters, in small letters. */
export function mediaTypeOf(header: string): string {
  return (header.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** True when an Accept header takes one of these types (RFC 9110 section 12.5.1); absent: anything is taken. */
export function isAccepted(accept: string | undefined, types: readonly string[]): boolean {
  if (accept === undefined || accept.trim() === "") return true;
  const ranges = accept.split(",").map((text) => {
    const [range = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
    return { range, isRefused: parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter)) };
  });
  return types.some((type) => {
    const [family = ""] = type.split("/", 1);
    for (const wanted of [type, `${family}/*`, "*/*"]) {
      const found = ranges.find(({ range }) => range === wanted);
      if (found !== undefined) return !found.isRefused;
    }
    return false;
  });
}
