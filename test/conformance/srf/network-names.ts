import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Environment of the stand-in for docker: the test bed's folder. */
export const TESTBED_FOLDER = "TANDEM_SRF_TESTBED";

/** Addresses of containers that are started by name and not by the compose file, which has its own in 172.29.0.0/24. */
const MAX_CONTAINERS = 254;

export const hostsFile = (folder: string): string => join(folder, "hosts");
export const scenariosFolder = (folder: string): string => join(folder, "scenarios");

/** Takes an address that no other container of this test bed has or had; several processes may ask at once. */
export function takeAddress(folder: string): string {
  for (let host = 1; host <= MAX_CONTAINERS; host += 1) {
    const address = `172.29.1.${host}`;
    try {
      mkdirSync(join(folder, `address-${address}`));
      return address;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  throw new Error(`more than ${MAX_CONTAINERS} containers`);
}

/** Makes `name` resolve to `address` for every process of the network. */
export function addHost(folder: string, address: string, name: string): void {
  appendFileSync(hostsFile(folder), `${address} ${name}\n`);
}
