/**
 * What every command here has in common: it prints steps, and it ends an expected failure with one sentence and exit
 * code 1 instead of a stack trace.
 */

/** An expected failure. The message is the whole sentence a person reads: what is wrong and what to do about it. */
export class CannotContinue extends Error {}

/** @param {string} line */
export function say(line) {
  console.log(line);
}

/** Something that goes on but must not be overlooked. @param {string} line */
export function warn(line) {
  console.error(`WARNING: ${line}`);
}

/**
 * Runs a command's `main` and ends the process with the number it returns, 1 after a `CannotContinue`.
 * Anything else thrown is a bug and keeps its stack trace.
 * @param {() => Promise<number>} main
 */
export async function runProgram(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof CannotContinue)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** The text of whatever was thrown. @param {unknown} thrown @returns {string} */
export function messageOf(thrown) {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a system error ("ENOSPC"), looked for in causes too; null when there is none. @param {unknown} thrown @returns {string | null} */
export function codeOf(thrown) {
  if (!(thrown instanceof Error)) return null;
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return codeOf(thrown.cause);
}
