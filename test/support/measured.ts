/** Prints what a test measured beside its result, for people. */
export function measured(text: string): void {
  process.stdout.write(`    ${text}\n`);
}
