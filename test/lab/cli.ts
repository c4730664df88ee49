/** The lab as a program: kept up for a person who tries the app against it. build/lab.mjs runs it. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { labProblem, startLab, type Lab, type LabOptions, type LabPresentation } from './lab';

const HELP = `The lab: Kamailio, rtpengine and baresip on this computer, to try the app against.

  --presentation P   query (default), subprotocol, bearer, digest, header (the app's "Token stays in main")
  --tls              also wss://, with a certificate authority made for this run
  --codec C          what baresip speaks: PCMU (default), PCMA, opus
  --manual           baresip rings and does not answer by itself
`;

/** How the app names a presentation. */
const IN_THE_APP: Readonly<Record<LabPresentation, string>> = {
  query: 'Query parameter, named token',
  subprotocol: 'Subprotocol, template bearer.<token>',
  bearer: 'Bearer in SIP, header Authorization, realm left empty',
  digest: 'Digest, realm left empty (provider: ephemeral credentials)',
  header: 'Token stays in main',
};

const isPresentation = (text: string): text is LabPresentation => Object.hasOwn(IN_THE_APP, text);

/** Reads the arguments; text is what is wrong with them. */
export function readLabArguments(args: readonly string[]): LabOptions | 'help' | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        presentation: { type: 'string', default: 'query' },
        tls: { type: 'boolean', default: false },
        codec: { type: 'string', default: 'PCMU' },
        manual: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { presentation, codec } = values;
    if (values.help) return 'help';
    if (!isPresentation(presentation)) return { problem: `There is no presentation ${presentation}.` };
    if (codec !== 'PCMU' && codec !== 'PCMA' && codec !== 'opus') return { problem: `There is no codec ${codec}.` };
    return { presentation, codec, tls: values.tls, answerMode: values.manual ? 'manual' : 'auto' };
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

/** What `runLab` was told, and how it says things. */
export interface LabRun {
  readonly args: readonly string[];
  readonly say: (text: string) => void;
  /** Resolves when the lab is to end. */
  readonly ended: Promise<void>;
  /** Called with the folder and the key file, for whom they must be readable. */
  readonly share: (folder: string, keyFile: string) => Promise<void>;
}

/** Keeps a lab up until `ended`; answers with an exit code. */
export async function runLab({ args, say, ended, share }: LabRun): Promise<number> {
  const options = readLabArguments(args);
  if (options === 'help' || 'problem' in options) {
    say(options === 'help' ? HELP : `${options.problem}\n\n${HELP}`);
    return options === 'help' ? 0 : 2;
  }
  const problem = await labProblem();
  if (problem !== null) {
    say(`There can be no lab here: ${problem}.\n`);
    return 1;
  }
  const lab = await startLab(options);
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
