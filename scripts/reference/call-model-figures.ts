import { CALL_TRANSITIONS } from "../../src/call/model/call-state.ts";
import { CONNECTION_TRANSITIONS } from "../../src/call/model/connection-state.ts";
import { BARGE_TRANSITIONS } from "../../src/call/model/features/barge-state.ts";
import { CONFERENCE_TRANSITIONS } from "../../src/call/model/features/conference-state.ts";
import { HUNT_TRANSITIONS } from "../../src/call/model/features/hunt-state.ts";
import { MAKE_CALL_TRANSITIONS } from "../../src/call/model/features/make-call-state.ts";
import { ROUTE_TRANSITIONS } from "../../src/call/model/features/route-state.ts";
import { OFFER_TRANSITIONS } from "../../src/call/virtual/offer-machine.ts";
import { PARK_TRANSITIONS } from "../../src/call/model/features/park-state.ts";
import { PICKUP_TRANSITIONS } from "../../src/call/model/features/pickup-state.ts";
import { REDIRECT_TRANSITIONS } from "../../src/call/model/features/redirect-state.ts";
import { TRANSFER_TRANSITIONS } from "../../src/call/model/features/transfer-state.ts";
import { SESSION_TRANSITIONS } from "../../src/call/model/session/session-state.ts";
import { TERMINAL_CONNECTION_TRANSITIONS } from "../../src/call/model/terminal-connection-state.ts";

/** A state machine of the call model, as docs/call-model.md shows it. */
export interface Figure {
  /** Name of its table in the source. */
  readonly table: string;
  readonly title: string;
  readonly text: string;
  /** Which states may follow which; the last ones have none. */
  readonly transitions: Readonly<Record<string, readonly string[]>>;
  /** Where it begins. */
  readonly first: readonly string[];
}

/** All machines; a new table is an entry here. */
export const FIGURES: readonly Figure[] = [
  {
    table: "CALL_TRANSITIONS",
    title: "Call",
    text: "JTAPI Call. A call is told of when it is active first; when it is invalid nothing is told of it any more.",
    transitions: CALL_TRANSITIONS,
    first: ["idle"],
  },
  {
    table: "CONNECTION_TRANSITIONS",
    title: "Connection",
    text: "JTAPI CallControlConnection. A change of the basic state that it implies is told just before it.",
    transitions: CONNECTION_TRANSITIONS,
    first: ["idle"],
  },
  {
    table: "TERMINAL_CONNECTION_TRANSITIONS",
    title: "Terminal connection",
    text: "JTAPI CallControlTerminalConnection. `bridged` and `in-use` are the devices of a shared line that have not got the call; they may barge in, or may not.",
    transitions: TERMINAL_CONNECTION_TRANSITIONS,
    first: ["idle"],
  },
  {
    table: "SESSION_TRANSITIONS",
    title: "Session",
    text: "Two legs, or one and a service; the pure machine of `src/call/model/session`. A session that is made of established legs begins with `established`.",
    transitions: SESSION_TRANSITIONS,
    first: ["initiated", "established"],
  },
  {
    table: "TRANSFER_TRANSITIONS",
    title: "Transfer",
    text: "Transfers that take their time; one of two established calls is done in one step.",
    transitions: TRANSFER_TRANSITIONS,
    first: ["dialed", "calling"],
  },
  {
    table: "REDIRECT_TRANSITIONS",
    title: "Redirect",
    text: "A device sends a call elsewhere that rings there, or is established with it.",
    transitions: REDIRECT_TRANSITIONS,
    first: ["trying"],
  },
  {
    table: "ROUTE_TRANSITIONS",
    title: "Route dialogue",
    text: "An application is asked where a call at a route point goes; its list is walked until one takes the call.",
    transitions: ROUTE_TRANSITIONS,
    first: ["routing"],
  },
  {
    table: "OFFER_TRANSITIONS",
    title: "Call offered to an application",
    text: "A CTI port or route point is offered a call before it rings there. `answering`: it has answered, and where its media ends is not known yet.",
    transitions: OFFER_TRANSITIONS,
    first: ["offered"],
  },
  {
    table: "PARK_TRANSITIONS",
    title: "Park",
    text: "A call that waits on a slot.",
    transitions: PARK_TRANSITIONS,
    first: ["parked"],
  },
  {
    table: "PICKUP_TRANSITIONS",
    title: "Pickup",
    text: "A call is taken that rings elsewhere.",
    transitions: PICKUP_TRANSITIONS,
    first: ["asking"],
  },
  {
    table: "HUNT_TRANSITIONS",
    title: "Queue of a hunt pilot",
    text: "A caller who waits until a member is free.",
    transitions: HUNT_TRANSITIONS,
    first: ["arriving"],
  },
  {
    table: "CONFERENCE_TRANSITIONS",
    title: "Conference",
    text: "Legs that a mixer lets hear each other.",
    transitions: CONFERENCE_TRANSITIONS,
    first: ["forming"],
  },
  {
    table: "BARGE_TRANSITIONS",
    title: "Barge",
    text: "A device enters a call of its line, or takes it over; then it is a party of that, or of its conference.",
    transitions: BARGE_TRANSITIONS,
    first: ["entering"],
  },
  {
    table: "MAKE_CALL_TRANSITIONS",
    title: "Call made by command",
    text: "First the device is rung, then the number.",
    transitions: MAKE_CALL_TRANSITIONS,
    first: ["prompting"],
  },
];
