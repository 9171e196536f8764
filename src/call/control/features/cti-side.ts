import type { MetricSample } from "../../../common/index.ts";
import type { TouchedObjects } from "../../../database/index.ts";
import { CtiEndpoints } from "../../virtual/cti-endpoints.ts";
import type { CtiDevices } from "../../virtual/cti-devices.ts";
import { makeCtiDevices, type CtiParts } from "../../virtual/make-cti-devices.ts";
import type { CtiCommands } from "../../cti/commands/cti-commands.ts";
import type { CtiFeed } from "../../cti/cti-feed.ts";
import { makeCtiFeed, type FeedParts } from "../../cti/make-cti-feed.ts";
import { legsOf, type ModelEffect, type ModelEvent } from "../../model/index.ts";
import { userToUser } from "../../identity/user-to-user.ts";
import type { RouteView } from "../../../signals/index.ts";
import type { Leg } from "../leg/leg.ts";
import { routesOf } from "../../model/features/route.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";
import { makeCtiCommands, type CtiCommandParts } from "./make-cti-commands.ts";
import type { RouteTeller } from "./route-teller.ts";

/** What applications command, and who is told of that. */
export type CommandedParts = Omit<CtiCommandParts, "options" | "store" | "traces" | "feed" | "endpoints">;

interface MadeSides {
  readonly feed: CtiFeed;
  readonly commands: CtiCommands;
  /** The call of a session. */
  readonly callOf: (sessionId: string) => string | undefined;
}

/** All of call control that is there for CTIManagers. */
export class CtiSide implements RouteTeller {
  readonly devices: CtiDevices;
  readonly #parts: Omit<CtiParts, "features" | "tell" | "onDevice"> & Pick<FeedParts, "journal" | "traces">;
  /** Until when applications may say where calls go, by their dialogues. */
  readonly #untilMs = new Map<string, number>();
  #made: MadeSides | undefined;

  /** @param features of calls, once they are there */
  constructor(
    parts: Omit<CtiParts, "features" | "tell" | "onDevice" | "store"> & Pick<FeedParts, "journal" | "traces">,
    features: CtiParts["features"],
  ) {
    this.#parts = { ...parts, store: parts.journal };
    this.devices = makeCtiDevices({
      ...this.#parts,
      features,
      tell: (signal) => this.feed.tell(signal),
      onDevice: (device) => this.feed.objects.deviceChanged(device),
    });
  }

  /** Features of calls are there. */
  command(parts: CommandedParts): void {
    const { options, journal, registrar, traces } = this.#parts;
    const { world } = parts.features;
    const routes = (): RouteView[] => routesOf(world).map((route) => this.#timed(route));
    const feed = makeCtiFeed(options, { ...parts, journal, registrar, traces, world, devices: this.devices, routes });
    const callOf = (sessionId: string): string | undefined => world.sessions.get(sessionId)?.callId;
    const endpoints = new CtiEndpoints({
      devices: this.devices,
      callOf,
      isTalking: (device, callId) =>
        legsOf(world, device).some((leg) => leg.isUp && (callId === undefined || leg.callId === callId)),
    });
    const commands = makeCtiCommands({ ...parts, options, store: journal, traces, feed, endpoints });
    this.#made = { feed, commands, callOf };
  }

  /** What CTIManagers are told. */
  get feed(): CtiFeed {
    return this.#sides().feed;
  }

  /** What applications ask for. */
  get commands(): CtiCommands {
    return this.#sides().commands;
  }

  /** What a step of the model does, once that is on file. */
  step(event: ModelEvent, effects: readonly ModelEffect[]): void {
    this.feed.step(event, effects);
    this.commands.step(effects);
    this.devices.step(effects);
  }

  /** Calls of the process before this one are taken up. */
  restored(): void {
    this.devices.restored();
    this.feed.restore();
    this.commands.restore();
  }

  /** What peers of the trust domain are told of the call of a session. */
  userToUser(sessionId: string): HeaderList {
    const { feed, callOf } = this.#sides();
    return userToUser(feed.userDataOf(callOf(sessionId) ?? sessionId));
  }

  tell({ moment, route, selectMs }: Parameters<RouteTeller["tell"]>[0]): void {
    if (selectMs === undefined) this.#untilMs.delete(route.routeId);
    else this.#untilMs.set(route.routeId, this.#parts.options.clock.wallMs() + selectMs);
    this.feed.tell({ kind: "route", moment, route: this.#timed(route) });
  }

  #timed(route: RouteView): RouteView {
    const untilMs = this.#untilMs.get(route.routeId);
    return untilMs === undefined ? route : { ...route, untilMs };
  }

  unroute({ device, sessionId, reason }: Parameters<RouteTeller["unroute"]>[0]): void {
    this.devices.resumeAfter(device, sessionId, reason);
    // RFC 3261 13.3.1.1: it may be a while until somebody answers.
    if (reason === "ended") this.#parts.table.get(sessionId)?.moves.ringBack();
  }

  /** A call has lost a leg. */
  legGone(leg: Leg): void {
    if (leg.cti !== undefined) this.devices.legGone(leg);
  }

  returned(sessionId: string): void {
    this.devices.returned(sessionId);
  }

  /** Devices of the inventory have changed, and calls go by that. */
  inventoryChanged(touched: TouchedObjects): void {
    this.devices.inventoryChanged();
    this.feed.objects.configurationChanged(touched);
  }

  metrics(): MetricSample[] {
    return [...this.commands.metrics(), ...this.feed.metrics()];
  }

  close(): void {
    this.devices.close();
    this.feed.close();
    this.commands.close();
  }

  #sides(): MadeSides {
    if (this.#made === undefined) throw new Error("features are not there yet");
    return this.#made;
  }
}
