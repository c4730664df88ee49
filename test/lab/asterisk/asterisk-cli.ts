/** `npm run lab -- --server asterisk`: Asterisk kept up for a person who tries the app against it. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabRun } from '../lab-run';
import { startAsterisk, type Asterisk, type AsteriskOptions } from './asterisk';
import { asteriskProblem } from './asterisk-needs';

/** What a person needs to know. `enter`: the words that enter its network; empty where it is this computer's own. */
export function describeAsterisk(lab: Asterisk, keyFile: string, enter: string): string {
  const fingerprint = createHash('sha256').update(lab.key, 'utf8').digest('hex').slice(0, 8);
  return [
    'Asterisk runs. Start the app in its network, as root in another terminal (its calls have sound there alone):',
    `  ${enter} npm start`,
    '',
    'There, add a profile: choose the preset "Asterisk", and enter',
    `  Identity       1001@${lab.domain}`,
    `  Gateway URL    ${lab.url}`,
    `  Token URL      ${lab.serviceUrl}`,
    '  Environment    Development',
    `  Key            Settings, Keys, "From file...": ${keyFile} (fingerprint ${fingerprint})`,
    '',
    'Call bob (an ordinary phone: it plays 440 Hz and records what it hears), echo, tone, early, digits, busy, decline, rings or bye.',
    `Let it call you: ${enter} ${lab.consoleProgram} channel originate PJSIP/1001 extension echo@phones`,
    '1002 is a second phone for a second profile.',
    '',
    `Logs and recordings are in ${lab.folder}; it goes with the lab. Ctrl+C ends it.`,
    '',
  ].join('\n');
}

/** Keeps an Asterisk up until `ended`; answers with an exit code. */
export async function runAsterisk(options: AsteriskOptions, { say, ended, share }: LabRun): Promise<number> {
  const problem = await asteriskProblem();
  if (problem !== null) {
    say(`There can be no Asterisk here: ${problem}.\n`);
    return 1;
  }
  const lab = await startAsterisk(options);
  try {
    const keyFile = join(lab.folder, 'key');
    await writeFile(keyFile, `${lab.key}\n`, { mode: 0o600 });
    await share(lab.folder, keyFile);
    say(describeAsterisk(lab, keyFile, process.env['RINGFENCE_LAB_ENTER'] ?? ''));
    await ended;
  } finally {
    await lab.close();
  }
  return 0;
}
