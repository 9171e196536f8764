import type { Progress } from "../../admin/index.ts";

/** A line of the terminal that changes, with something that turns. */
export async function openTerminalProgress(stream: NodeJS.WritableStream, text: string): Promise<Progress> {
  // Most commands draw nothing, and loading it takes longer than they do.
  const { default: ora } = await import("ora");
  // Ctrl-C is for the command to see: who hides the cursor takes the signal, to show it again.
  const spinner = ora({ text, stream, discardStdin: false, hideCursor: false }).start();
  return {
    update: (next) => void (spinner.text = next),
    end: () => void spinner.stop(),
  };
}
