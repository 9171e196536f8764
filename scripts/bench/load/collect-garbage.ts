/** Has a process that was started with `COLLECT_OPTIONS` collect its garbage: it is not what calls hold. */
export const COLLECT_SIGNAL = "SIGUSR2";
/** Options of Node. */
export const COLLECT_OPTIONS = [
  "--expose-gc",
  "--import",
  `data:text/javascript,process.on("${COLLECT_SIGNAL}",()=>{gc();gc()})`,
];
/** How long that takes at most. */
export const COLLECT_MS = 1_500;
