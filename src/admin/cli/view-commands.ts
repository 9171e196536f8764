import type { Clock } from "../../common/index.ts";
import type { SupervisedService, SupervisorHello } from "../control/control-types.ts";
import { createNodeView, isWorking, type Row, type ServiceView } from "../control/node-view.ts";
import { formatSeconds, type Column } from "../view/columns.ts";
import { callColumns, endedCallColumns, registrationColumns, serviceColumns } from "../view/lists.ts";
import { EXIT } from "./exit-codes.ts";
import type { FoundNode } from "./find-node.ts";
import type { CliOutput } from "./launcher.ts";
import { formatTable } from "./table.ts";

/** What the commands that only look need. */
export interface ViewContext {
  readonly node: FoundNode;
  readonly clock: Clock;
  readonly output: CliOutput;
  readonly json: boolean;
}

/** `tandem status`: exit code 0 when every service is ready and supervised, else 1. */
export async function showStatus({ node, clock, output, json }: ViewContext): Promise<number> {
  const supervisor = node.hasSupervisor
    ? ((await node.caller.call("supervisor", "hello")) as SupervisorHello)
    : undefined;
  const services = await mergedServices(node);
  const allReady = services.every(isWorking);
  if (json) {
    output.out(JSON.stringify({ dataDir: node.dataDir, supervisor: supervisor ?? null, services }, null, 2));
  } else {
    const state = allReady ? "ready" : "not ready";
    output.out(`node ${supervisor?.node ?? "without supervisor"} in ${node.dataDir}: ${state}`);
    if (supervisor !== undefined) {
      const upSeconds = (clock.wallMs() - supervisor.startedAtMs) / 1_000;
      output.out(`supervisor process ${supervisor.pid}, up ${formatSeconds(upSeconds)}, version ${supervisor.version}`);
      for (const address of supervisor.addresses) output.out(address);
    } else {
      output.err("the supervisor is gone: run `tandem start` again to take the services over, or `tandem stop`");
    }
    output.out("");
    output.out(formatTable(services, serviceColumns(clock.wallMs())));
  }
  return allReady && supervisor !== undefined ? EXIT.ok : EXIT.failed;
}

/** `tandem service list` */
export async function listServices({ node, clock, output, json }: ViewContext): Promise<number> {
  const services = await mergedServices(node);
  output.out(json ? JSON.stringify(services, null, 2) : formatTable(services, serviceColumns(clock.wallMs())));
  return EXIT.ok;
}

/** `tandem calls` */
export async function listCalls(context: ViewContext): Promise<number> {
  const calls = await createNodeView(context.node.caller).calls();
  return showRows(context, calls, callColumns(context.clock.wallMs()), "no calls");
}

/** `tandem calls --ended` */
export async function listEndedCalls(context: ViewContext): Promise<number> {
  const calls = await createNodeView(context.node.caller).endedCalls();
  return showRows(context, calls, endedCallColumns, "no call has ended yet");
}

/** `tandem registrations` */
export async function listRegistrations(context: ViewContext): Promise<number> {
  const registrations = await createNodeView(context.node.caller).registrations();
  return showRows(context, registrations, registrationColumns, "no phone is registered");
}

function showRows(
  { output, json }: ViewContext,
  rows: readonly Row[],
  columns: readonly Column[],
  none: string,
): number {
  if (json) output.out(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) output.err(none);
  else output.out(formatTable(rows, columns));
  return EXIT.ok;
}

/** What services say of themselves, with what the supervisor knows of them. */
async function mergedServices(node: FoundNode): Promise<(Omit<ServiceView, "state"> & Row & { state: string })[]> {
  const views = await createNodeView(node.caller).services();
  const supervised = node.hasSupervisor
    ? ((await node.caller.call("supervisor", "services")) as readonly SupervisedService[])
    : [];
  return views.map((view) => {
    const known = supervised.find(({ name }) => name === view.name);
    const state = view.state === "down" ? stateOfSilent(known) : view.state;
    return { ...known, ...view, state };
  });
}

function stateOfSilent(known: SupervisedService | undefined): string {
  if (known === undefined) return "down";
  return known.state === "ready" ? "not answering" : known.state;
}
