import type { SessionObserver } from "../../src/call/control/session/session-observer.ts";

/** Nobody follows what happens in sessions. */
export function silentObserver<Shell>(): SessionObserver<Shell> {
  const nothing = (): void => undefined;
  return {
    onOffering: nothing,
    onRinging: nothing,
    onAnswered: nothing,
    onAcknowledged: nothing,
    onHold: nothing,
    onSettled: nothing,
    onUnsettled: nothing,
    onLeaving: nothing,
    onEnded: nothing,
    onRefer: nothing,
  };
}
