export { TollGuards, type CountedCall, type Guarded, type TollCall } from "./toll-guards.ts";
export { type TollAlarm } from "./toll-alarms.ts";
export { TOLL_GUARDS, type TollGuardName } from "./toll-guard-name.ts";
export { isInternational } from "./international.ts";
