/** The lab as a program: kept up for a person who tries the app against it. build/lab.mjs runs it. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PRESENTATION_NAMES } from '../../src/contracts/profile/presentation-names';
import type { AsteriskOptions } from './asterisk/asterisk';
import { runAsterisk } from './asterisk/asterisk-cli';
import type { LabRun } from './lab-run';
import { labProblem, startLab, type Lab, type LabOptions, type LabPresentation } from './lab';

const HELP = `The lab: Kamailio, rtpengine and baresip on this computer, or Asterisk and baresip, to try the app against.

  --server S         kamailio (default), asterisk (in a network namespace of its own: needs root; --codec and --manual alone)
  --presentation P   query (default), subprotocol, bearer, digest, main-injected
  --tls              also wss://, with a certificate authority made for this run
  --codec C          what baresip speaks: PCMU (default), PCMA, opus
  --manual           baresip rings and does not answer by itself
`;

/** How the app names a presentation. */
const IN_THE_APP: Readonly<Record<LabPresentation, string>> = {
  query: `${PRESENTATION_NAMES.query}, named token`,
  subprotocol: `${PRESENTATION_NAMES.subprotocol}, template bearer.<token>`,
  bearer: `${PRESENTATION_NAMES.bearer}, header Authorization, realm left empty`,
  digest: `${PRESENTATION_NAMES.digest}, realm left empty (the key: SIP password that expires)`,
  'main-injected': PRESENTATION_NAMES['main-injected'],
};

const isPresentation = (text: string): text is LabPresentation => Object.hasOwn(IN_THE_APP, text);

/** What the arguments say: of which server, with which options. */
export type LabWish =
  | { readonly server: 'kamailio'; readonly options: LabOptions }
  | { readonly server: 'asterisk'; readonly options: AsteriskOptions };

/** Reads the arguments; text is what is wrong with them. */
export function readLabArguments(args: readonly string[]): LabWish | 'help' | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        server: { type: 'string', default: 'kamailio' },
        presentation: { type: 'string' },
        tls: { type: 'boolean', default: false },
        codec: { type: 'string', default: 'PCMU' },
        manual: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { presentation = 'query', codec, server } = values;
    if (values.help) return 'help';
    if (!isPresentation(presentation)) return { problem: `There is no presentation ${presentation}.` };
    if (codec !== 'PCMU' && codec !== 'PCMA' && codec !== 'opus') return { problem: `There is no codec ${codec}.` };
    const answerMode = values.manual ? 'manual' : 'auto';
    if (server === 'kamailio') return { server, options: { presentation, codec, tls: values.tls, answerMode } };
    if (server !== 'asterisk') return { problem: `There is no server ${server}.` };
    if (values.presentation !== undefined || values.tls)
      return { problem: 'Asterisk takes digest over ws:// alone: leave out --presentation and --tls.' };
    return { server, options: { codec, bob: answerMode } };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** What a person needs to know. */
export function describeLab(lab: Lab, keyFile: string): string {
  const issued =
    lab.presentation === 'digest' ? [] : [`  Issuer         ${lab.issuer}`, `  Audience       ${lab.audience}`];
  const tls =
    lab.wssUrl === null
      ? []
      : [
          '',
          `Over TLS the gateway URL is ${lab.wssUrl}, once the system trusts ${lab.ca ?? ''}.`,
          `An expired certificate is at ${lab.wrongCertificates?.expired ?? ''}, that of another host at ${lab.wrongCertificates?.otherHost ?? ''}.`,
        ];
  return [
    'The lab runs. Enter this as a profile:',
    `  Gateway URL    ${lab.url}`,
    `  Identity       1001@${lab.domain}`,
    `  Presentation   ${IN_THE_APP[lab.presentation]}`,
    ...issued,
    `  Key            Settings, Keys, "From file...": ${keyFile} (fingerprint ${createHash('sha256').update(lab.activeKey, 'utf8').digest('hex').slice(0, 8)})`,
    '',
    `${lab.baresip.uri} is an ordinary phone: it plays a tone of 440 Hz and records what it hears.`,
    ...tls,
    '',
    `Logs and recordings are in ${lab.folder}; it goes with the lab. Ctrl+C ends it.`,
    '',
  ].join('\n');
}

/** Keeps a lab up until `ended`; answers with an exit code. */
export async function runLab(run: LabRun): Promise<number> {
  const { args, say, ended, share } = run;
  const wish = readLabArguments(args);
  if (wish === 'help' || 'problem' in wish) {
    say(wish === 'help' ? HELP : `${wish.problem}\n\n${HELP}`);
    return wish === 'help' ? 0 : 2;
  }
  if (wish.server === 'asterisk') return await runAsterisk(wish.options, run);
  const problem = await labProblem();
  if (problem !== null) {
    say(`There can be no lab here: ${problem}.\n`);
    return 1;
  }
  const lab = await startLab(wish.options);
  try {
    const keyFile = join(lab.folder, 'key');
    await writeFile(keyFile, `${lab.activeKey}\n`, { mode: 0o600 });
    await share(lab.folder, keyFile);
    say(describeLab(lab, keyFile));
    await ended;
  } finally {
    await lab.close();
  }
  return 0;
}
