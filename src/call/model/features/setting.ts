import type { ModelEvent } from "../model-event.ts";
import type { Why } from "../why.ts";
import { putSession, type Draft } from "../world.ts";
import { accept } from "./dial-answer.ts";
import { timerOf, type FeatureMachine } from "./feature-machine.ts";

const DONE: Why = { cause: 16, feature: "announcement", by: "system" };

/** The announcement takes less than a second; this is for one whose end is not told. */
const MAX_ANNOUNCEMENT_MS = 10_000;

/** A phone has changed a setting by dialing: it hears that it is done. */
export function confirmSetting(draft: Draft, { sessionId }: Extract<ModelEvent, { type: "dialed" }>): undefined {
  const session = draft.world.sessions.get(sessionId);
  if (session === undefined) return;
  putSession(draft, { ...session, purpose: { feature: "setting", id: sessionId } });
  accept(draft, sessionId, "announcement:confirmed");
}

/** Such a call ends with its announcement. */
export const SETTING: FeatureMachine = {
  onAnswered: ({ effects }, id) => {
    effects.push({ type: "start-timer", timerId: timerOf("setting", id, "end"), delayMs: MAX_ANNOUNCEMENT_MS });
  },
  onPromptEnded: ({ effects }, id) => void effects.push({ type: "release", sessionId: id, why: DONE }),
  onTimer: ({ effects }, id) => void effects.push({ type: "release", sessionId: id, why: DONE }),
  onEnded: ({ effects }, id) => void effects.push({ type: "stop-timer", timerId: timerOf("setting", id, "end") }),
};
