/** The gateway as a program: `npm run gateway -- --port 7060 --key-file practice.key`. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startGateway } from './index';
import { readKeyFiles } from './key-file';
import { DEFAULT_DOMAIN, gatewayOptions } from './options';
import { PRESENTATIONS } from './presented-token';
import { keyAlgorithm, keyFingerprint } from './verifying-key';

const HELP = `The Ringfence practice gateway: SIP over WebSocket on this computer.

  --port N              port on 127.0.0.1 (default 7060; 0 takes a free one)
  --key-file PATH       the key that tokens are signed with; made when absent (default practice-gateway.key)
  --next-key-file PATH  the key that comes next, while keys are changed; an empty file is none
  --algorithm A         what --key-file holds: HS256 (default) a text that both sides know; RS256, ES256 or EdDSA a
                        public key, as PEM or JWK (Ringfence shows it: Settings, Keys, "Public key")
  --next-algorithm A    the same of --next-key-file (default: as --algorithm)
  --domain NAME         SIP domain (default ${DEFAULT_DOMAIN})
  --issuer TEXT         issuer that tokens must carry (default ringfence)
  --audience TEXT       audience that tokens must carry (default practice)
  --presentation P      how tokens may come: query, subprotocol, bearer, digest or main-injected; may be given
                        several times
                        (default query, subprotocol and main-injected)
  --bearer-header NAME  the header of SIP requests that holds the token, with bearer (default Authorization)
  --faults              open the fault port, for tests
  --verbose             print one line for each event
  --help                this text

Dial echo, tone, early, digits, call-me, busy, no-answer or decline. Ctrl+C ends it; SIGHUP makes it read its key files again.`;

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
        algorithm: { type: 'string', default: 'HS256' },
        'next-algorithm': { type: 'string' },
        domain: { type: 'string', default: DEFAULT_DOMAIN },
        issuer: { type: 'string', default: 'ringfence' },
        audience: { type: 'string', default: 'practice' },
        presentation: { type: 'string', multiple: true },
        'bearer-header': { type: 'string' },
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
  const algorithms = z
    .tuple([keyAlgorithm, keyAlgorithm])
    .safeParse([values.algorithm, values['next-algorithm'] ?? values.algorithm]);
  if (!algorithms.success) return stop(`An algorithm is one of: ${keyAlgorithm.options.join(', ')}. Try --help.`, 2);
  const [algorithm, nextAlgorithm] = algorithms.data;
  const nextPath = values['next-key-file'];
  const readKeys = (create: boolean) =>
    readKeyFiles(
      { path: values['key-file'], algorithm },
      nextPath === undefined ? null : { path: nextPath, algorithm: nextAlgorithm },
      create,
    );
  const read = readKeys(true);
  if (!read.ok) return stop(read.failure.sentence, 2);
  const { keys, created } = read.value;
  const named = gatewayOptions.shape.accepts.safeParse(values.presentation);
  if (!named.success) return stop(`--presentation is one of: ${PRESENTATIONS.join(', ')}. Try --help.`, 2);
  const accepts = named.data;
  const started = await startGateway({
    port: Number(values.port),
    accepts,
    ...(values['bearer-header'] === undefined ? {} : { bearerHeader: values['bearer-header'] }),
    domain: values.domain,
    issuer: values.issuer,
    audience: values.audience,
    keys,
    faults: values.faults,
    onKill: () => process.exit(1),
    ...(values.verbose ? { log: (line: string) => console.log(line) } : {}),
  });
  if (!started.ok)
    return stop(
      started.failure.sentence,
      started.failure.reason === 'invalid-input' || started.failure.reason === 'key-unusable' ? 2 : 1,
    );
  const gateway = started.value;
  const close = (): void => {
    void gateway.close().then(() => process.exit(0));
  };
  process.once('SIGINT', close);
  process.once('SIGTERM', close);
  // Whoever is connected stays: a flow keeps the token that opened it.
  process.on('SIGHUP', () => {
    const again = readKeys(false);
    const set = again.ok ? gateway.setKeys(again.value.keys) : again;
    if (!again.ok || !set.ok)
      console.error(`${again.ok ? 'The keys were not taken.' : again.failure.sentence} The keys of before stay.`);
    else
      console.log(
        `Keys read again: ${[again.value.keys.active, again.value.keys.next]
          .filter((key) => key !== undefined)
          .map(keyFingerprint)
          .join(' and ')}`,
      );
  });
  const made = created ? ', made now' : '';
  console.log(
    [
      'The practice gateway runs. Enter this as a profile:',
      `  Gateway URL    ${gateway.url}`,
      `  Identity       anybody@${gateway.domain}`,
      `  Presentation   ${accepts.join(', ')}`,
      `  Issuer         ${values.issuer}`,
      `  Audience       ${values.audience}`,
      algorithm === 'HS256'
        ? `  Key            "From file...": ${values['key-file']} (fingerprint ${keyFingerprint(keys.active)}${made})`
        : `  Key            the private key whose public half is ${values['key-file']} (${algorithm}, fingerprint ${keyFingerprint(keys.active)})`,
      ...(keys.next === undefined ? [] : [`  Next key       fingerprint ${keyFingerprint(keys.next)}`]),
      ...(gateway.faultUrl === null ? [] : [`  Fault port     ${gateway.faultUrl}`]),
    ].join('\n'),
  );
  await gateway.warmUp();
  return null;
}

const code = await run(process.argv.slice(2));
if (code !== null) process.exitCode = code;
