import type { SessionObserver } from "../../src/call/control/session-observer.ts";

/** Nobody follows what happens in sessions. */
export function silentObserver<Shell>(): SessionObserver<Shell> {
  const nothing = (): void => undefined;
  return {
    onOffering: nothing,
    onRinging: nothing,
    onAnswered: nothing,
    onHold: nothing,
    onSettled: nothing,
    onLeaving: nothing,
    onEnded: nothing,
    onRefer: nothing,
  };
}
