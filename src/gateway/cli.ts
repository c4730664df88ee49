/** The gateway as a program: `npm run gateway -- --port 7060 --key-file practice.key`. */
import { parseArgs } from 'node:util';
import { fingerprintOf } from './authenticator';
import { startGateway } from './index';
import { readKeyFile } from './key-file';
import { DEFAULT_DOMAIN } from './options';

const HELP = `The Ringfence practice gateway: SIP over WebSocket on this computer.

  --port N              port on 127.0.0.1 (default 7060; 0 takes a free one)
  --key-file PATH       the key that tokens are signed with; made when absent (default practice-gateway.key)
  --next-key-file PATH  the key that comes next, while keys are changed
  --domain NAME         SIP domain (default ${DEFAULT_DOMAIN})
  --issuer TEXT         issuer that tokens must carry (default ringfence)
  --audience TEXT       audience that tokens must carry (default practice)
  --faults              open the fault port, for tests
  --verbose             print one line for each event
  --help                this text

Dial echo, tone, early, digits, call-me, busy, no-answer or decline. Ctrl+C ends it.`;

function parseLine(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        port: { type: 'string', default: '7060' },
        'key-file': { type: 'string', default: 'practice-gateway.key' },
        'next-key-file': { type: 'string' },
        domain: { type: 'string', default: DEFAULT_DOMAIN },
        issuer: { type: 'string', default: 'ringfence' },
        audience: { type: 'string', default: 'practice' },
        faults: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    // parseArgs says what is wrong in its first sentence; the rest is advice about shells.
    return error instanceof Error ? `${error.message.split('. ')[0] ?? 'Bad option'}.` : 'Bad option.';
  }
}

/** Runs until a signal. The value is the exit code, or null while the gateway runs. */
async function run(args: readonly string[]): Promise<number | null> {
  const stop = (sentence: string, code: number): number => {
    console.error(sentence);
    return code;
  };
  const values = parseLine(args);
  if (typeof values === 'string') return stop(`${values} Try --help.`, 2);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!/^\d{1,5}$/.test(values.port)) return stop('The port must be a whole number between 0 and 65535.', 2);
  const active = readKeyFile(values['key-file'], true);
  if (!active.ok) return stop(active.failure.sentence, 2);
  const nextPath = values['next-key-file'];
  const next = nextPath === undefined ? null : readKeyFile(nextPath, false);
  if (next?.ok === false) return stop(next.failure.sentence, 2);
  const keys = { active: active.value.key, ...(next === null ? {} : { next: next.value.key }) };
  const started = await startGateway({
    port: Number(values.port),
    domain: values.domain,
    issuer: values.issuer,
    audience: values.audience,
    keys,
    faults: values.faults,
    onKill: () => process.exit(1),
    ...(values.verbose ? { log: (line: string) => console.log(line) } : {}),
  });
  if (!started.ok) return stop(started.failure.sentence, started.failure.reason === 'invalid-input' || started.failure.reason === 'key-unusable' ? 2 : 1);
  const gateway = started.value;
  const close = (): void => {
    void gateway.close().then(() => process.exit(0));
  };
  process.once('SIGINT', close);
  process.once('SIGTERM', close);
  const made = active.value.created ? ', made now' : '';
  console.log(
    [
      'The practice gateway runs. Enter this as a profile:',
      `  Gateway URL    ${gateway.url}`,
      `  Identity       anybody@${gateway.domain}`,
      `  Issuer         ${values.issuer}`,
      `  Audience       ${values.audience}`,
      `  Key            "From file...": ${values['key-file']} (fingerprint ${fingerprintOf(keys.active)}${made})`,
      ...(next === null ? [] : [`  Next key       fingerprint ${fingerprintOf(next.value.key)}`]),
      ...(gateway.faultUrl === null ? [] : [`  Fault port     ${gateway.faultUrl}`]),
    ].join('\n'),
  );
  await gateway.warmUp();
  return null;
}

const code = await run(process.argv.slice(2));
if (code !== null) process.exitCode = code;
