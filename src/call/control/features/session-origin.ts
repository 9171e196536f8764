import type { ModelEffect, ModelEvent, World } from "../../model/index.ts";
import type { SessionOrigin } from "../session/call-progress.ts";

/** Why a session is made, and for whom. */
export type Begun = Omit<SessionOrigin, "from">;

/** Device whose user, or for which an application, brings an event about; undefined: nobody does. To be asked before the event is taken. */
export function controllerOf({ legs }: World, event: ModelEvent): string | undefined {
  if (event.type === "command") return event.command.device;
  if (event.type === "dialed") return event.leg.device;
  if (event.type === "refer") return legs.get(event.refer.legId)?.device;
  return event.type === "leaving" ? legs.get(event.legId)?.device : undefined;
}

/** What is told of the sessions that an event has brought about. */
export function originsOf(
  { sessions }: World,
  effects: readonly ModelEffect[],
  asking: string | undefined,
): (sessionId: string) => Begun {
  let controller = asking;
  for (const effect of effects) {
    if (effect.type === "change" && effect.change.type === "feature") controller = effect.change.controller;
  }
  const by = controller;
  return (sessionId) => {
    const feature = sessions.get(sessionId)?.reason ?? "normal";
    return by === undefined ? { feature } : { feature, controller: by };
  };
}
