/**
 * Waits for `promise`, at most `timeoutMs`.
 * @param explain called on time-out only; says what was awaited and what is known
 * @throws {Error} on time-out, and what `promise` rejects with
 */
export async function withinMs<Value>(
  timeoutMs: number,
  promise: Promise<Value>,
  explain: () => string,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${timeoutMs} ms: ${explain()}`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
