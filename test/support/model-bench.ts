import {
  advance,
  emptyWorld,
  NO_SETTINGS,
  type CallCommand,
  type Change,
  type CommandResult,
  type Connection,
  type DialedFeature,
  type LegFacts,
  type ModelEffect,
  type ModelEvent,
  type ModelSettings,
  type World,
} from "../../src/call/model/index.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

const NORMAL = { cause: 16, feature: "normal", by: "party" } as const;

/**
 * The call model with a shell that does at once what is wanted: legs move, sessions that lose a leg end, what is made of
 * legs agrees, what was dialed is answered. Phones are named like their numbers; a leg is `device#n`.
 */
export class ModelBench {
  readonly world: World;
  readonly effects: ModelEffect[] = [];
  readonly changes: Change[] = [];
  readonly results = new Map<string, CommandResult>();
  /** False: sessions that are made of legs agree when a test says so. */
  settles = true;
  /** False: the media service is away. */
  hasMedia = true;
  readonly #sessions = new Map<string, Set<string>>();
  readonly #queue: ModelEvent[] = [];
  #isRunning = false;
  #named = 0;

  constructor(settings: Partial<ModelSettings> = {}) {
    this.world = emptyWorld({ ...NO_SETTINGS, ...settings });
  }

  feed(event: ModelEvent): void {
    this.#queue.push(event);
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (next.type === "ended") this.#sessions.delete(next.sessionId);
      for (const effect of advance(this.world, next)) this.#perform(effect);
    }
    this.#isRunning = false;
  }

  /** A call that is talked in; the legs' names. */
  call(callId: string, caller: string, callee: string, { isTrunk = false } = {}): [string, string] {
    const legs = [this.leg(caller), this.leg(callee)] as const;
    this.feed({ type: "offered", sessionId: callId, leg: legs[0], called: callee });
    const kind = isTrunk ? "trunk" : "phone";
    const { address } = legs[1];
    const devices = isTrunk ? [callee] : this.#devicesOf(address.line ?? "", callee);
    this.feed({ type: "offering", sessionId: callId, places: [{ kind, address, devices }] });
    this.answer(callId, { ...legs[1], kind });
    return [legs[0].legId, legs[1].legId];
  }

  answer(sessionId: string, leg: LegFacts): void {
    const { caller } = this.world.sessions.get(sessionId) ?? {};
    this.#sessions.set(sessionId, new Set([...(caller === undefined ? [] : [caller]), leg.legId]));
    const { endpoint } = this.#originated(sessionId) ?? {};
    this.feed({ type: "answered", sessionId, leg, ...(endpoint === undefined ? {} : { endpoint }) });
  }

  /** A number of its own device, or `device/number` where others share it. */
  leg(name: string): LegFacts {
    const [device = "", number = device] = name.split("/");
    this.#named += 1;
    const line = `${number}@internal`;
    return { legId: `${device}#${this.#named}`, kind: "phone", device, address: { number, line } };
  }

  command(command: CallCommand, commandId = `c${this.results.size + 1}`): CommandResult | undefined {
    this.feed({ type: "command", commandId, command });
    return this.results.get(commandId);
  }

  /** @returns the leg's name, and what the INVITE is refused with */
  dial(
    sessionId: string,
    device: string,
    feature: DialedFeature,
  ): { readonly legId: string; readonly status?: number } {
    const leg = this.leg(device);
    this.#sessions.set(sessionId, new Set([leg.legId]));
    const from = this.effects.length;
    this.feed({ type: "dialed", sessionId, leg, called: "*4", feature });
    const refused = this.effects.slice(from).find((effect) => effect.type === "refuse");
    return { legId: leg.legId, ...(refused === undefined ? {} : { status: refused.status }) };
  }

  /** A phone hangs up. */
  hangUp(legId: string): void {
    const { sessionId } = this.world.legs.get(legId) ?? { sessionId: "" };
    this.feed({ type: "leaving", legId, why: NORMAL });
    const now = this.world.legs.get(legId)?.sessionId ?? sessionId;
    this.feed({ type: "ended", sessionId: now, why: NORMAL });
  }

  /** What a leg is connected with: another leg, or a service; undefined: it is gone. */
  with(legId: string): string | undefined {
    const { legs, sessions } = this.world;
    const session = sessions.get(legs.get(legId)?.sessionId ?? "");
    if (session === undefined) return undefined;
    return session.endpoint ?? (session.caller === legId ? session.callee : session.caller);
  }

  effectsOf<Type extends ModelEffect["type"]>(type: Type): EffectOf<Type>[] {
    return this.effects.filter((effect): effect is EffectOf<Type> => effect.type === type);
  }

  connectionOf(callId: string, number: string): Connection | undefined {
    return this.world.calls.get(callId)?.connections.find(({ address }) => address.number === number);
  }

  /** The state of a device in a call. */
  stateOf(callId: string, device: string): string | undefined {
    const terminals = this.world.calls.get(callId)?.connections.flatMap((connection) => connection.terminals) ?? [];
    return terminals.find((one) => one.device === device)?.state;
  }

  /** The sessions that wait until they agree, the oldest first. */
  get attached(): string[] {
    return this.effectsOf("attach-all").flatMap((effect) => effect.attached.map(({ sessionId }) => sessionId));
  }

  /** Legs, sessions, calls and features that are left. */
  get left(): number {
    const { calls, legs, sessions, conferences, barges, legsOfDevices, ringingAt } = this.world;
    return [calls, legs, sessions, conferences, barges, legsOfDevices, ringingAt].reduce(
      (sum, { size }) => sum + size,
      0,
    );
  }

  #devicesOf(line: string, device: string): readonly string[] {
    const devices = this.world.settings.devicesOf(line);
    return devices.length === 0 ? [device] : devices;
  }

  #originated(sessionId: string): EffectOf<"originate"> | undefined {
    return this.effectsOf("originate").find((effect) => effect.sessionId === sessionId);
  }

  #perform(effect: ModelEffect): void {
    this.effects.push(effect);
    const { type } = effect;
    if (type === "change") this.changes.push(effect.change);
    else if (type === "result") this.results.set(effect.commandId, effect.result);
    else if (type === "accept") {
      this.#queue.push({ type: "answered", sessionId: effect.sessionId, endpoint: effect.endpoint });
    } else if (type === "join") {
      this.#move([{ sessionId: effect.sessionId, legIds: [effect.caller, effect.callee] }]);
    } else if (type === "attach") this.#move([{ sessionId: effect.sessionId, legIds: [effect.legId] }]);
    else if (type === "attach-all") this.#attachAll(effect);
    else if (type === "release") this.#queue.push({ type: "ended", sessionId: effect.sessionId, why: effect.why });
  }

  #attachAll({ attached }: EffectOf<"attach-all">): void {
    const sessionIds = attached.map(({ sessionId }) => sessionId);
    if (!this.hasMedia) return void this.#queue.push({ type: "unattached", sessionIds });
    this.#move(attached.map(({ sessionId, legId }) => ({ sessionId, legIds: [legId] })));
  }

  #move(made: readonly { readonly sessionId: string; readonly legIds: readonly string[] }[]): void {
    for (const { sessionId, legIds } of made) {
      for (const legs of this.#sessions.values()) for (const legId of legIds) legs.delete(legId);
      this.#sessions.set(sessionId, new Set(legIds));
    }
    const moved = made.flatMap(({ legIds }) => legIds);
    for (const [sessionId, session] of this.world.sessions) {
      if (session.stage !== "up" || made.some((one) => one.sessionId === sessionId)) continue;
      const legs = this.#sessions.get(sessionId);
      // Whoever is left alone in a session of two is out, and a session without legs is over.
      const isLeft = session.caller === undefined || (session.endpoint === undefined && session.callee === undefined);
      if (legs !== undefined && isLeft && moved.length > 0) this.#queue.push({ type: "ended", sessionId, why: NORMAL });
    }
    if (this.settles) for (const { sessionId } of made) this.#queue.push({ type: "settled", sessionId });
  }
}
