import { BOUNDS } from "../../bounds.ts";
import { choice, constant, flag, instant, integer, list, name, object, ref, tagged, text } from "../builder.ts";
import type { Definitions } from "../json-schema.ts";
import { command, query, type MethodSchema } from "../method.ts";
import { callId } from "../views/call-view.ts";
import { device, line } from "../views/device-view.ts";

const heartbeatMs = integer("Interval of heartbeats.", 1_000, 120_000, "milliseconds");
const leaseMs = integer(
  "How long the session is kept after its application fell silent.",
  2_000,
  600_000,
  "milliseconds",
);
const standbyAfterMs = integer(
  "A standby takes its devices over when its connection has been lost for so long; at most two heartbeats. Needs a group.",
  0,
  240_000,
  "milliseconds",
);
const subscriptionId = name("Id of a subscription within the session.", 64);
const topics = list("What is told; what several of them cover is told once.", ref("Topic"), 10_000, 1);
const types = list("Types of events that are told; absent: all.", ref("EventType"), 100, 1);

/** For lists that come in parts. */
export const page = {
  after: text("Where the last answer's `next` said it ends; absent: from the start.", 512, { minLength: 1 }),
  limit: integer(`At most so many; default ${BOUNDS.pageDefault}.`, 1, BOUNDS.page),
};
export const next = text("There are more: `after` of the next request.", 512, { minLength: 1 });

export const PROVIDER_DEFINITIONS: Definitions = {
  Topic: tagged("What can be subscribed to.", "kind", [
    object("A device, its lines and their calls.", { kind: constant("device"), name: device }),
    object("A line and its calls.", { kind: constant("line"), name: line }),
    object("A call.", { kind: constant("call"), callId }),
    object("The provider itself.", { kind: constant("provider") }),
    object("Everything; for users who may control all devices.", { kind: constant("all") }),
  ]),
  Subscription: object("A subscription of the session.", { subscriptionId, topics }, { types }),
  Limits: object("What the session may use.", {
    messageBytes: integer("Bytes of a request.", 1, undefined, "bytes"),
    requestsPerSecond: integer("Requests in a second.", 1),
    queueEvents: integer("Events that may wait to be sent.", 1),
    queueBytes: integer("Bytes that may wait to be sent.", 1, undefined, "bytes"),
    logBytes: integer("Bytes of events that are kept until acknowledged.", 1, undefined, "bytes"),
    openDevices: integer("Devices that may be open.", 1),
    subscriptions: integer("Subscriptions that the session may have.", 1),
  }),
};

export const PROVIDER_METHODS: readonly MethodSchema[] = [
  query(
    "provider.open",
    "Signs in and begins a session, or goes on with one. The first request of every connection.",
    {
      required: {
        client: object(
          "The application.",
          { name: name("What it calls itself.", 64) },
          { version: text("Its version.", 64), instance: text("Which instance of it this is.", 64) },
        ),
        protocol: list("Versions of the protocol that it speaks, best first.", name("Such as `1.0`.", 16), 16, 1),
      },
      optional: {
        token: text("Signs in with a token.", 4_096, { minLength: 1 }),
        user: name("Signs in with a name and a password.", 128),
        password: text("The password.", 256),
        heartbeatMs,
        leaseMs,
        resume: object("The session that is to go on.", {
          sessionId: name("Its id."),
          epoch: name("Its epoch."),
          lastSeq: integer("The last event that was had."),
        }),
        group: name("Sessions of the user with the same group stand in for each other.", 64),
        standbyAfterMs,
        takeOver: flag("A session that is resumed is taken from the connection that has it now."),
      },
    },
    {
      required: {
        sessionId: name("Id of the session."),
        epoch: name("Another one means that the log of events was lost."),
        mode: choice("`resumed`: missed events follow; `resnapshot`: what was known is worthless; `new`.", [
          "new",
          "resumed",
          "resnapshot",
        ]),
        protocol: name("The version that is spoken.", 16),
        node: name("Name of the node."),
        user: name("The user."),
        permissions: list("What the user may do beyond its devices.", name("A permission.", 64), 100),
        heartbeatMs,
        leaseMs,
        limits: ref("Limits"),
        methods: list("Methods that there are.", name("Name of a method.", 64), 1_000),
        eventTypes: list("Types of events that there are.", name("Type of an event.", 64), 1_000),
      },
      optional: {
        standbyAfterMs,
        serverMs: instant("The server's clock, which judges `deadlineMs`; absent: an earlier server."),
      },
    },
  ),
  query(
    "provider.ack",
    "Events up to this one have been had and need not be kept. Without an id it is not answered.",
    { required: { seq: integer("The last event that was had.") } },
    {},
  ),
  query(
    "provider.heartbeat",
    "The application is there. Any other message says so too. Without an id it is not answered.",
    {},
    {},
  ),
  query("provider.close", "Ends the session: its devices are closed, its events forgotten.", {}, {}),
  query(
    "provider.inventory",
    "Devices and lines that the user may watch, in parts that belong to the same `seq`.",
    { optional: page },
    {
      required: {
        devices: list("Devices.", ref("ControllableDevice"), 1_000),
        lines: list("Lines.", ref("LineView"), 1_000),
      },
      optional: { next },
    },
  ),
  query(
    "provider.topics",
    "What can be subscribed to, and what this session has subscribed to.",
    {},
    {
      required: {
        topics: list("Kinds of topics that there are for this user.", name("Kind of a topic.", 64), 100),
        eventTypes: list(
          "Types of events that a subscription can be limited to.",
          name("Type of an event.", 64),
          1_000,
        ),
        subscriptions: list("Subscriptions of the session.", ref("Subscription"), 10_000),
        openDevices: list("Devices that the session has open.", device, 100_000),
      },
    },
  ),
  command(
    "events.subscribe",
    "From now on events about these are told. The answer says how all is at `seq`; events after it follow.",
    { required: { topics }, optional: { types } },
    {
      required: {
        subscriptionId,
        calls: list("Calls.", ref("ControllableCall"), 1_000_000),
        devices: list("Devices.", ref("ControllableDevice"), 1_000_000),
        lines: list("Lines.", ref("LineView"), 1_000_000),
        routes: list("Route dialogues.", ref("RouteView"), 1_000_000),
      },
    },
  ),
  command("events.unsubscribe", "Ends a subscription.", { required: { subscriptionId } }),
];
