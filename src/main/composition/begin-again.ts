/** Ends a process that was started with more than it should be, and begins again without that. See lockdown/clean-start.ts. */
import { spawnSync, type StdioOptions } from 'node:child_process';
import { app } from 'electron';
import { EXIT, type CommandLine } from '../cli/command-line';
import { cleanStart } from '../lockdown/clean-start';

/** Standard input, output and error, and the descriptor that holds the passphrase. */
function streamsFor(asked: CommandLine): StdioOptions {
  const fd = asked.ok && 'passphraseFd' in asked.command ? (asked.command.passphraseFd ?? 0) : 0;
  const others = Array.from({ length: Math.max(0, fd - 2) }, (_, n) => (n + 3 === fd ? fd : ('ignore' as const)));
  return ['inherit', 'inherit', 'inherit', ...others];
}

/**
 * Looks at everything that the process was started with. Null: it goes on. Else its exit code: a window comes up in a process of its own, and a command
 * has run to its end with the same streams. What is left at the second start is refused in a sentence.
 */
export function beginAgain(words: readonly string[], asked: CommandLine | null): number | null {
  // Set for the second start: what is found there again can't be got rid of. Nothing that this process starts needs to know.
  const isSecond = process.env['RINGFENCE_STARTED_AGAIN'];
  delete process.env['RINGFENCE_STARTED_AGAIN'];
  // From source a developer may do all that.
  if (!app.isPackaged) return null;
  const start = cleanStart({ words, env: process.env, platform: process.platform, isCommand: asked !== null });
  if (start.found.length === 0) return null;
  if (isSecond !== undefined) {
    process.stderr.write(`Ringfence does not run with ${start.found.join(', ')}. Start it without.\n`);
    return EXIT.usage;
  }
  process.env['RINGFENCE_STARTED_AGAIN'] = '1';
  for (const name of start.without) Reflect.deleteProperty(process.env, name);
  if (asked !== null)
    return spawnSync(process.execPath, start.words, { stdio: streamsFor(asked) }).status ?? EXIT.refused;
  app.relaunch({ args: [...start.words] });
  return EXIT.done;
}
