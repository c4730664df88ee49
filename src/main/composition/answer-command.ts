/** A run without a window: `ringfence <command>`. */
import { app } from 'electron';
import { systemClock } from '../base/clock';
import { EXIT, type CommandLine } from '../cli/command-line';
import { FOR_A_COMMAND } from '../cli/command-claim';
import { refusal } from '../cli/answer';
import { createProbe } from '../cli/gateway-probe';
import { printAnswer, systemTerminal } from '../cli/terminal';
import { policyPlace } from '../policy/managed-policy';
import { scryptChecks } from '../locks/passphrase-verifier';
import { systemAuthorities } from '../base/authorities';
import { runCommand } from '../cli/run-command';
import { createKeychain } from '../secrets/keychain';

/** How long a command waits for whoever answers the keychain's dialog, ms: long enough to type a password. */
const PERSON_WITHIN_MS = 15_000;

/** A question that nobody waits for any more has this long to be answered, ms. */
const LAST_WORD_MS = 1_000;

/** The value is the exit code. */
export async function answerCommand(line: CommandLine): Promise<number> {
  const clock = systemClock;
  const keychain = createKeychain(clock, { endsAfterMs: PERSON_WITHIN_MS });
  const answer = line.ok
    ? await runCommand(line.command, {
        folder: app.getPath('userData'),
        policyPlace: policyPlace(process.platform, process.env, app.isPackaged),
        versions: { ringfence: app.getVersion(), electron: process.versions.electron, node: process.versions.node },
        // A running app is told by whom it is woken, and stays where it is.
        claimFolder: () => app.requestSingleInstanceLock(FOR_A_COMMAND),
        keychain,
        passphrases: scryptChecks,
        clock,
        startedAt: clock.monotonic(),
        terminal: systemTerminal,
        sound: {
          platform: process.platform,
          runtimeDir: process.env['XDG_RUNTIME_DIR'] ?? '',
          pulseServer: process.env['PULSE_SERVER'] ?? '',
          pcm: '/proc/asound/pcm',
        },
        probe: () => createProbe(clock, systemAuthorities()),
      })
    : refusal(EXIT.usage, line.sentence);
  await printAnswer(answer);
  // Otherwise its socket would stay behind.
  app.releaseSingleInstanceLock();
  // A call that waits holds a thread, and Node ends no process before its threads: all has been said, and nothing is left to be written.
  if (keychain.isSilent() || !(await keychain.settles(LAST_WORD_MS))) process.kill(process.pid, 'SIGKILL');
  return answer.exit;
}
