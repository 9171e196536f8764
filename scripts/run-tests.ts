import { runSuites } from "./run-suites.ts";

// Runs groups or suites by name, one after the other, and ends with a table and the line "N passed, N failed".

process.exitCode = await runSuites(process.argv.slice(2));
