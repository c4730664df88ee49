/** docs/operators.md quotes what runs, and its script makes what the gateway takes. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRESENTATION_NAMES } from '../../../src/contracts/profile/presentation-names';
import { createAuthenticator } from '../../../src/gateway/authenticator';
import { PRESENTATIONS } from '../../../src/gateway/presented-token';
import { FIELD_MESSAGES } from '../../../src/renderer/ui/profiles/field-messages';
import { DUTIES } from '../../contract/server-under-test';
import { serverKinds } from '../../contract/servers';
import { readLabArguments } from '../../lab/cli';
import { siteFiles } from '../../lab/asterisk/asterisk-site';

const root = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);
let page = '';
let configuration = '';
let folder = '';
beforeAll(async () => {
  page = await readFile(join(root, 'docs/operators.md'), 'utf8');
  configuration = await readFile(join(root, 'test/lab/kamailio.cfg'), 'utf8');
  folder = await mkdtemp(join(tmpdir(), 'operators-page-'));
});
afterAll(() => rm(folder, { recursive: true }));

const literally = (text: string): string => text.replace(/[()]/g, '\\$&');

/** The page's fenced blocks of a kind. */
const blocks = (kind: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) => match[1] ?? '');

it('quotes the configuration that the lab runs, to the letter', () => {
  const quoted = blocks('cfg');
  expect(quoted.length).toBeGreaterThanOrEqual(7);
  for (const block of quoted) expect(configuration).toContain(block);
});

it('names only settings that the configuration knows, and all that it needs', () => {
  const named = [...(blocks('site')[0] ?? '').matchAll(/^#!define (\w+)/gm)].map((match) => match[1] ?? '');
  const wanted = [
    'LISTEN_UDP',
    'SELF',
    'LISTEN_WS',
    'DOMAIN',
    'ISSUER',
    'AUDIENCE',
    'MAX_LIFE',
    'ANSWER_WITHIN',
    'KEEPALIVE',
    'RESERVED',
    'RTPENGINE',
    'KEY_ACTIVE',
  ];
  expect(named).toEqual(expect.arrayContaining(wanted));
  for (const name of [...named, ...[...page.matchAll(/`(?:#!define )?(WITH_\w+)`/g)].map((match) => match[1] ?? '')])
    expect(configuration).toMatch(new RegExp(`\\b${name}\\b`));
});

describe.each(Object.entries(PRESENTATION_NAMES))('the presentation %s', (kind, name) => {
  it('has one name in the form, in README.md and on this page', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    expect(FIELD_MESSAGES['presentation.kind']?.options?.[kind]).toBe(name);
    for (const text of [readme, page]) expect(text).toMatch(new RegExp(`^\\| ${literally(name)} \\(\`${kind}\``, 'm'));
  });

  it('has one word at the command lines of the gateway and of the lab', async () => {
    expect(PRESENTATIONS).toContain(kind);
    expect(readLabArguments(['--presentation', kind])).toMatchObject({ options: { presentation: kind } });
    for (const program of ['src/gateway/cli.ts', 'test/lab/cli.ts'])
      expect(await readFile(join(root, program), 'utf8')).toMatch(new RegExp(`--presentation P [^\\n]*\\b${kind}\\b`));
  });
});
it('nothing else is the name of a presentation', () => {
  expect([...PRESENTATIONS].sort()).toEqual(Object.keys(PRESENTATION_NAMES).sort());
  expect(readLabArguments(['--presentation', 'header'])).toEqual({ problem: 'There is no presentation header.' });
});

describe('Asterisk', () => {
  const folder = join(root, 'test/lab/asterisk');

  it('has the files that the lab runs, to the letter', async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.conf'));
    const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    const quoted = blocks('conf');
    expect(quoted.length).toBeGreaterThanOrEqual(4);
    for (const block of quoted) expect(files.some((text) => text.includes(block))).toBe(true);
  });

  it("has a site's own files as the lab writes them", () => {
    const files = siteFiles({
      address: '127.0.0.1',
      ports: { http: 8088, sip: 5060, media: [20_000, 20_100] },
      login: { user: 'passwords', password: 'A-LONG-RANDOM-TEXT' },
      users: [],
      answerWithinS: 60,
    });
    const shown = blocks('own').map((block) => /^; (\S+)\n([^]*)$/.exec(block)?.slice(1, 3) ?? []);
    expect(shown.map(([name]) => name)).toEqual(['http.conf', 'ari.conf']);
    for (const [name = '', text] of shown) expect(text).toBe(files[name]);
  });

  it('quotes the service that the lab runs', async () => {
    const service = await readFile(join(folder, 'password-service.ts'), 'utf8');
    expect(blocks('ts')).toHaveLength(1);
    for (const block of blocks('ts')) expect(service).toContain(block);
  });

  it('says which server takes what upon itself, as the contract asks for it', () => {
    const rows = Object.entries(DUTIES).map(([duty, sentence]) =>
      [
        '',
        sentence,
        ...serverKinds.map(({ duties }) => (duties.some((each) => each === duty) ? 'yes' : 'no')),
        '',
      ].join(' | '),
    );
    expect(serverKinds.map(({ name }) => name)).toEqual(['the practice gateway', 'Kamailio', 'Asterisk']);
    expect(page).toContain(rows.map((row) => row.trim()).join('\n'));
  });
});

describe('the scripts that make a token', () => {
  const KEY = 'a key for this page that is long enough for HS256';
  const rules = { issuer: 'ringfence', audience: 'lab', maxLifeS: 3600, leewayS: 30, reserved: new Set<string>() };
  const token = async (...args: readonly string[]): Promise<string> => {
    const [script, key] = [join(folder, 'token.mjs'), join(folder, 'active.key')];
    await writeFile(script, blocks('js')[0] ?? '');
    await writeFile(key, `${KEY}\n`);
    return (await run(process.execPath, [script, key, ...args])).stdout.trim();
  };
  it.each([
    ['EdDSA', () => generateKeyPairSync('ed25519')],
    ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ] as const)('signs with %s as the page says', async (algorithm, make) => {
    const { privateKey, publicKey } = make();
    const [script, key] = [join(folder, 'signed.mjs'), join(folder, `${algorithm}.pem`)];
    await writeFile(script, blocks('js')[1] ?? '');
    await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const half = String(publicKey.export({ type: 'spki', format: 'pem' }));
    const authenticator = createAuthenticator({ active: { algorithm, publicKey: half } }, rules);
    const signed = async (more: string): Promise<string> =>
      (await run(process.execPath, [script, key, 'ringfence', 'lab', '1001', more])).stdout.trim();
    expect(
      await authenticator.verify(
        await signed('{"max_call_s":600,"dial":["10??"],"meta":{"team":"sales"}}'),
        Date.now(),
      ),
    ).toMatchObject({ ok: true, value: { constraints: { maxCallS: 600, meta: ['team=sales'] } } });
    for (const limits of ['{"max_call_s":5}', '{"dial":[]}'])
      expect(await authenticator.verify(await signed(limits), Date.now())).toMatchObject({
        ok: false,
        failure: 'constraints',
      });
  });

  it.each([
    [['ringfence', 'lab', '1001', '300'], { ok: true }],
    [['ringfence', 'lab', '1001', '0'], { ok: false, failure: 'expired' }],
    [['ringfence', 'other', '1001', '300'], { ok: false, failure: 'audience' }],
    [['ringfence', 'lab', '1001', '7200'], { ok: false, failure: 'life' }],
  ])('%j: as the page says', async (args, expected) => {
    expect(await createAuthenticator({ active: KEY }, rules).verify(await token(...args), Date.now())).toMatchObject(
      expected,
    );
  });
});
