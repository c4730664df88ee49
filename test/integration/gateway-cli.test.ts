import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { build } from 'vite';
import { fingerprintOf } from '../../src/gateway/authenticator';
import { SipClient } from '../support/phones/sip-client';
import { mintToken } from '../support/phones/test-tokens';

const root = resolve(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache');
let folder = '';
let running: ChildProcess | null = null;

interface Run {
  readonly process: ChildProcess;
  /** What was printed so far. */
  readonly out: () => string;
  readonly error: () => string;
  readonly code: Promise<number | null>;
}

function run(...args: readonly string[]): Run {
  const child = spawn(process.execPath, [join(folder, 'out/gateway-cli.js'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  let [out, error] = ['', ''];
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (error += String(data)));
  return { process: child, out: () => out, error: () => error, code: new Promise((done) => child.on('close', done)) };
}

beforeAll(async () => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'gateway-cli-'));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      target: 'node20.18',
      outDir: join(folder, 'out'),
      rolldownOptions: { input: { 'gateway-cli': join(root, 'src/gateway/cli.ts') } },
    },
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  const child = running;
  running = null;
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await new Promise((done) => child.once('close', done));
});

it('prints the profile and never the key, lets tokens of that key in, and ends at a signal', async () => {
  const gateway = run('--port', '0', '--key-file', 'new.key', '--verbose');
  await expect.poll(gateway.out, { timeout: 10_000 }).toContain('Key  ');
  const key = readFileSync(join(folder, 'new.key'), 'utf8').trim();
  expect(statSync(join(folder, 'new.key')).mode & 0o777).toBe(0o600);
  expect(gateway.out()).toContain(`fingerprint ${fingerprintOf(key)}, made now`);
  const url = /ws:\/\/127\.0\.0\.1:\d+\//.exec(gateway.out())?.[0] ?? '';
  const client = await SipClient.open(url, '1001', { token: mintToken({ sub: '1001', key }) });
  expect((await client.register()).status).toBe(200);
  gateway.process.kill('SIGTERM');
  expect(await gateway.code).toBe(0);
  expect(await client.closed).toBe(1006);
  expect(gateway.out() + gateway.error()).not.toContain(key);
});

it('takes other keys at SIGHUP, and keeps those it has when a file is no good', async () => {
  const [old, next] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  const write = (file: string, key: string): void => writeFileSync(join(folder, file), key);
  write('rotated.key', old);
  write('rotated-next.key', '\n');
  const gateway = run('--port', '0', '--key-file', 'rotated.key', '--next-key-file', 'rotated-next.key');
  await expect.poll(gateway.out, { timeout: 10_000 }).toContain('Key  ');
  const url = /ws:\/\/127\.0\.0\.1:\d+\//.exec(gateway.out())?.[0] ?? '';
  const comesIn = (key: string): Promise<boolean> =>
    SipClient.open(url, '1001', { token: mintToken({ sub: '1001', key }) }).then(
      (client) => (client.close(), true),
      () => false,
    );
  const reread = async (expected: string): Promise<void> => {
    gateway.process.kill('SIGHUP');
    await expect.poll(() => gateway.out() + gateway.error()).toContain(expected);
  };
  expect([await comesIn(old), await comesIn(next)]).toEqual([true, false]);
  write('rotated-next.key', next);
  await reread(`Keys read again: ${fingerprintOf(old)} and ${fingerprintOf(next)}`);
  expect([await comesIn(old), await comesIn(next)]).toEqual([true, true]);
  write('rotated-next.key', 'short');
  await reread('holds no key of at least 32 characters. The keys of before stay.');
  expect([await comesIn(old), await comesIn(next)]).toEqual([true, true]);
  write('rotated.key', next);
  write('rotated-next.key', '');
  await reread(`Keys read again: ${fingerprintOf(next)}\n`);
  expect([await comesIn(old), await comesIn(next)]).toEqual([false, true]);
  expect(gateway.out() + gateway.error()).not.toContain(next);
});

it('takes a public key, as PEM or as JWK, beside a text in a rotation, and never makes one', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(
    join(folder, 'public.jwk'),
    JSON.stringify({ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }),
  );
  const text = randomBytes(32).toString('base64url');
  writeFileSync(join(folder, 'text.key'), text);
  const gateway = run(
    '--port',
    '0',
    '--key-file',
    'text.key',
    '--next-key-file',
    'public.jwk',
    '--next-algorithm',
    'ES256',
  );
  await expect.poll(gateway.out, { timeout: 10_000 }).toContain('Key  ');
  const fingerprint = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 8);
  expect(gateway.out()).toContain(`Next key       fingerprint ${fingerprint}`);
  const url = /ws:\/\/127\.0\.0\.1:\d+\//.exec(gateway.out())?.[0] ?? '';
  const now = Math.floor(Date.now() / 1000);
  const token = await new SignJWT({
    iss: 'ringfence',
    aud: 'practice',
    sub: '1001',
    iat: now,
    exp: now + 60,
    jti: 'one',
  })
    .setProtectedHeader({ alg: 'ES256' })
    .sign(privateKey);
  for (const good of [token, mintToken({ sub: '1001', key: text })])
    await (await SipClient.open(url, '1001', { token: good })).close();
  writeFileSync(join(folder, 'text.key'), String(publicKey.export({ type: 'spki', format: 'pem' })));
  gateway.process.kill('SIGHUP');
  await expect.poll(gateway.error).toContain('holds no key of at least 32 characters. The keys of before stay.');
});

it.each([
  [['--port', '0', '--algorithm', 'none'], 'An algorithm is one of: HS256, RS256, ES256, EdDSA. Try --help.'],
  [['--port', '0', '--algorithm', 'EdDSA', '--key-file', 'absent.pem'], "can't be read"],
  [
    ['--port', '0', '--algorithm', 'EdDSA', '--key-file', 'private.pem'],
    'holds no public key for EdDSA. That is no public key',
  ],
  [
    ['--port', '0', '--algorithm', 'ES256', '--key-file', 'public.pem'],
    'holds no public key for ES256. ES256 takes an EC key on P-256',
  ],
  [['--port', '0', '--key-file', 'public.pem'], 'holds no key of at least 32 characters'],
  [
    ['--port', '0', '--algorithm', 'EdDSA', '--key-file', 'public.pem', '--presentation', 'digest'],
    'Digest needs a text',
  ],
])('refuses the key of %j', async (args, sentence) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(folder, 'public.pem'), String(publicKey.export({ type: 'spki', format: 'pem' })));
  writeFileSync(join(folder, 'private.pem'), String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  const gateway = run(...args);
  expect(await gateway.code).toBe(2);
  expect(gateway.error()).toContain(sentence);
  expect(gateway.error().trim().split('\n')).toHaveLength(1);
});

it.each([
  [['--port', 'many'], 'The port must be a whole number between 0 and 65535.'],
  [['--port', '70000'], 'The port must be a whole number between 0 and 65535.'],
  [['--colour'], "Unknown option '--colour'. Try --help."],
  [['extra'], 'Try --help.'],
  [
    ['--port', '0', '--presentation', 'shout'],
    '--presentation is one of: query, subprotocol, bearer, digest, main-injected.',
  ],
  [['--port', '0', '--bearer-header', 'Cookie'], 'The gateway option "bearerHeader" is not usable.'],
  [['--port', '0', '--domain', 'No Domain'], 'The domain must be a host name in lower case'],
  [['--port', '0', '--key-file', 'short.key'], 'holds no key of at least 32 characters'],
  [['--port', '0', '--next-key-file', 'absent.key'], "can't be read"],
])('refuses %j with one sentence and exit code 2', async (args, sentence) => {
  writeFileSync(join(folder, 'short.key'), 'short');
  const gateway = run(...args);
  expect(await gateway.code).toBe(2);
  expect(gateway.error()).toContain(sentence);
  expect(gateway.error().trim().split('\n')).toHaveLength(1);
  expect(gateway.out()).toBe('');
});

it('says that the port is taken, with exit code 1', async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const address = other.address();
  const gateway = run('--port', String(address !== null && typeof address === 'object' ? address.port : 0));
  expect(await gateway.code).toBe(1);
  expect(gateway.error()).toMatch(/^Port \d+ on this computer is taken/);
  await new Promise((done) => other.close(done));
});

it('takes tokens as it is told to, and says so', async () => {
  const gateway = run('--port', '0', '--presentation', 'bearer', '--presentation', 'main-injected');
  await expect.poll(gateway.out, { timeout: 10_000 }).toContain('Presentation   bearer, main-injected\n');
  const url = /ws:\/\/127\.0\.0\.1:\d+\//.exec(gateway.out())?.[0] ?? '';
  await expect(SipClient.open(url, '1001')).rejects.toThrow('HTTP 401 misplaced');
  const client = await SipClient.open(url, '1001', { bare: true });
  expect((await client.register()).status).toBe(401);
  await client.close();
});

it('helps', async () => {
  const gateway = run('--help');
  expect(await gateway.code).toBe(0);
  expect(gateway.out()).toContain('--key-file PATH');
});

it('dies at once when a test asks for it', async () => {
  const gateway = run('--port', '0', '--faults');
  await expect.poll(gateway.out, { timeout: 10_000 }).toContain('Fault port');
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(gateway.out())?.[0] ?? '';
  await fetch(new URL('/kill', url), { method: 'POST', body: '{}' });
  expect(await gateway.code).toBe(1);
});
