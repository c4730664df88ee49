/** How a command that finds the app open tells it so: the app stays where it is, and does not come to the front as for a second start. */

/** Handed over with the claim for the installation's folder. */
export const FOR_A_COMMAND = { for: 'command' } as const;

/** Whether a second instance was a command. What it handed over comes from another process: anything. */
export function isForCommand(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'for' in data && data.for === FOR_A_COMMAND.for;
}
