import type { WriteStream } from "node:tty";
import type { Progress } from "../../admin/index.ts";

const USUAL_COLUMNS = 80;

/** A line of the terminal that changes, with something that turns. */
export async function openTerminalProgress(
  stream: Pick<WriteStream, "columns"> & NodeJS.WritableStream,
  text: string,
): Promise<Progress> {
  // Some terminals, of `script` without one for example, say that they have none: each line would fill millions of them.
  if (stream.columns === 0) stream.columns = USUAL_COLUMNS;
  // Most commands draw nothing, and loading it takes longer than they do.
  const { default: ora } = await import("ora");
  // Ctrl-C is for the command to see.
  const spinner = ora({ text, stream, discardStdin: false }).start();
  return {
    update: (next) => void (spinner.text = next),
    end: () => void spinner.stop(),
  };
}
