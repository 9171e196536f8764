import type { Kind } from "./kinds.ts";

/** What an object of each kind is, in a sentence. */
export const KIND_DESCRIPTIONS: Readonly<Record<Kind, string>> = {
  node: "A machine, or container, that runs the services of Tandem.",
  "call-manager-group": "Nodes in the order in which devices are at home on them.",
  region: "Which codecs calls within it and to other regions have.",
  "date-time-group": "A time zone, for time schedules.",
  "time-schedule": "When the numbers of a partition are there.",
  "music-source": "What callers on hold hear.",
  partition: "A set of numbers and patterns in which each is there once.",
  "calling-search-space": "Which partitions can be dialed into, in what order.",
  "device-pool": "What devices of a place have in common.",
  "service-parameter": "A value of a service that is not the default.",
  "pickup-group": "Lines whose users may take each other's calls.",
  "directory-number": "A number that can be dialed, with what happens to its calls.",
  phone: "A SIP phone, or a program that is one.",
  "cti-port": "A phone without a phone: an application answers, and ends the media.",
  "route-point": "A device of an application that takes many calls at a time and routes them.",
  trunk: "A SIP connection to a carrier, a gateway or another switch.",
  "route-group": "Trunks that lead to the same places.",
  "route-list": "Route groups in the order in which they are tried.",
  "route-pattern": "Numbers that lead to a trunk or a route list.",
  "translation-pattern": "Numbers that are changed and looked up again.",
  "line-group": "Lines that are rung one after the other, or together.",
  "hunt-pilot": "A number that hunts through line groups.",
  "park-range": "Numbers that calls are parked on.",
  user: "A person, or an application, that signs in.",
};
