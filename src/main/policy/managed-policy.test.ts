import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { effectivePolicy, managedPolicy } from '../../contracts/policy/managed-policy';
import type { profilePolicy } from '../../contracts/policy/policy';
import { profile as profileSchema, type Profile } from '../../contracts/profile/profile';
import { openManagedPolicy, policyPlace, type ManagedPolicy } from './managed-policy';
import { exampleProfile } from '../../../test/support/app/example-profile';

/** The admin, and who runs the test. */
const OWNERS = [0, process.getuid?.() ?? 0];
const folders: string[] = [];
const opened: ManagedPolicy[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) each.stop();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const line = (policy: z.input<typeof profilePolicy> = {}, more: object = {}): Profile =>
  exampleProfile({
    policy,
    ...more,
  });

async function open(file: object | string | null) {
  const folder = await mkdtemp(join(tmpdir(), 'ringfence-policy-'));
  folders.push(folder);
  const path = join(folder, 'policy.json');
  const write = (content: object | string): Promise<void> =>
    writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  if (file !== null) await write(file);
  const problems: string[] = [];
  const onChanged = vi.fn();
  const managed = await openManagedPolicy({
    place: { path, owners: OWNERS },
    onProblem: (sentence) => problems.push(sentence),
  });
  managed.follow(onChanged);
  opened.push(managed);
  return { managed, problems, onChanged, path, write };
}

describe("the admin's policy file", () => {
  it('is nothing where it is not there: values are defaults, or what the user set', async () => {
    const { managed, problems } = await open(null);
    const profile = line({ tokenLifeS: 60 });
    expect(managed.apply(profile)).toBe(profile);
    const { values, setBy, file } = managed.effective(profile);
    expect({ values, file }).toEqual({ values: profile.policy, file: null });
    expect(setBy).toMatchObject({ tokenLifeS: 'user', dial: 'default', rate: 'default' });
    expect(managed.admitted(line({ tokenLifeS: 3600 }), null)).toMatchObject({ ok: true });
    expect({ problems, notice: managed.notice(), lock: managed.adminLock() }).toEqual({
      problems: [],
      notice: null,
      lock: 'optional',
    });
  });

  it('sets rules for everybody, for an environment and for one profile, the nearest being the strongest', async () => {
    const { managed } = await open({
      version: 1,
      all: { tokenLifeS: 100, maxCallS: 600, onScreenLock: 'lock' },
      environments: { production: { tokenLifeS: 200, maxCallS: 60 } },
      profiles: { work: { tokenLifeS: 900, dial: { deny: ['+254*'] } } },
    });
    const { values, setBy } = managed.effective(line({ rate: { burst: 3 } }));
    expect(values).toMatchObject({
      tokenLifeS: 900,
      maxCallS: 60,
      onScreenLock: 'lock',
      dial: { allow: [], deny: ['+254*'] },
      rate: { burst: 3 },
    });
    expect(setBy).toEqual({
      tokenLifeS: 'admin-file',
      maxCallS: 'admin-file',
      maxCalls: 'default',
      onScreenLock: 'admin-file',
      dial: 'admin-file',
      rate: 'user',
      hours: 'default',
      purposes: 'default',
    });
    expect(managed.effective(line({}, { id: 'other' })).values).toMatchObject({ tokenLifeS: 200, maxCallS: 60 });
    expect(managed.effective(line({}, { id: 'other', environment: 'staging' })).values).toMatchObject({
      tokenLifeS: 100,
      maxCallS: 600,
    });
    expect(effectivePolicy.safeParse(managed.effective(line())).success).toBe(true);
  });

  it('gives the same object for the same profile, until it changes', async () => {
    const { managed, onChanged, write } = await open({ version: 1, all: { tokenLifeS: 100 } });
    const profile = line();
    const first = managed.apply(profile);
    expect(first.policy.tokenLifeS).toBe(100);
    expect(managed.apply(profile)).toBe(first);
    expect(managed.apply(first)).toBe(first);
    await write({ version: 1, all: { tokenLifeS: 50 } });
    await vi.waitFor(() => expect(onChanged).toHaveBeenCalled(), { timeout: 15_000 });
    expect(managed.apply(profile).policy.tokenLifeS).toBe(50);
  }, 20_000);

  it('locks what it sets, and names the rule; what lies below it stays as it was', async () => {
    const { managed } = await open({ version: 1, all: { tokenLifeS: 100, dial: { deny: ['+254*'] } } });
    const before = line({ tokenLifeS: 60, maxCallS: 30 });
    const shown = managed.apply(before);
    expect(managed.admitted({ ...shown, policy: { ...shown.policy, tokenLifeS: 3600 } }, before)).toMatchObject({
      failure: { reason: 'managed', sentence: expect.stringContaining('"Life of a token"') as unknown },
    });
    expect(
      managed.admitted({ ...shown, policy: { ...shown.policy, dial: { allow: [], deny: [] } } }, before),
    ).toMatchObject({ ok: true });
    expect(
      managed.admitted({ ...shown, policy: { ...shown.policy, dial: { allow: ['*'], deny: [] } } }, before),
    ).toMatchObject({ failure: { sentence: expect.stringContaining('"Dial rules"') as unknown } });
    // What the window shows may be sent back; what is not locked may be changed.
    const saved = managed.admitted({ ...shown, name: 'New', policy: { ...shown.policy, maxCallS: 90 } }, before);
    expect(saved).toMatchObject({
      ok: true,
      value: { name: 'New', policy: { tokenLifeS: 60, maxCallS: 90, dial: { deny: [] } } },
    });
    // A new profile comes with defaults, or with what holds.
    expect(managed.admitted(line(), null)).toMatchObject({ ok: true, value: { policy: { tokenLifeS: 300 } } });
    expect(managed.admitted(line({ tokenLifeS: 200 }), null)).toMatchObject({ failure: { reason: 'managed' } });
  });

  it('takes a purpose from a line that would be none without it, without making it no profile', async () => {
    const { managed } = await open({ version: 1, all: { purposes: ['sip'] } });
    const assistant = line(
      { purposes: ['voice'] },
      { provider: { kind: 'openai-realtime' }, identity: '', gatewayUrl: '' },
    );
    const applied = managed.apply(assistant);
    expect(profileSchema.safeParse(applied).success).toBe(true);
    expect(managed.purposes(applied)).toEqual(['sip']);
    expect(managed.purposes(managed.apply(line({ purposes: ['sip', 'events'] })))).toEqual(['sip']);
  });

  it.each<[string, Profile | null]>([
    ['a new one', null],
    ['one that was another kind of line', line()],
  ])('keeps a line that is one below its lock, too: %s', async (_what, before) => {
    const { managed } = await open({ version: 1, all: { purposes: ['voice'] } });
    const assistant = line(
      { purposes: ['voice'] },
      { provider: { kind: 'openai-realtime' }, identity: '', gatewayUrl: '' },
    );
    const admitted = managed.admitted(assistant, before);
    // The store does not look again, and a file with a profile that is none is set aside as a whole.
    expect(admitted.ok && profileSchema.safeParse(admitted.value).success).toBe(true);
    expect(admitted.ok && managed.purposes(managed.apply(admitted.value))).toEqual(['voice']);
  });

  it('may want an admin passphrase', async () => {
    expect((await open({ version: 1, adminLock: 'required' })).managed.adminLock()).toBe('required');
    expect((await open({ version: 1 })).managed.adminLock()).toBe('optional');
  });
});

describe('a policy file with a mistake', () => {
  it('is named by its line, and the stricter of file and default holds', async () => {
    const { managed, problems } = await open(`{
  "version": 1,
  "all": {
    "tokenLifeS": 3600,
    "maxCallS": "ten minutes",
    "rate": { "burst": 2, "perSecond": 10 },
    "purposes": ["sip", "events"],
    "dial": { "allow": ["+254*"] }
  }
}
`);
    expect(problems).toEqual([
      expect.stringMatching(/^Line 5 of the admin's policy file: "all\.maxCallS" is not valid/),
    ]);
    expect(managed.notice()).toMatch(/^Line 5 .* Until it is fixed the stricter rules hold\.$/);
    const { values, setBy, file } = managed.effective(line({ maxCallS: 7200, tokenLifeS: 120 }));
    // 3600 s lets more happen than the default; 2 at once does not.
    expect(values).toMatchObject({
      tokenLifeS: 300,
      rate: { burst: 2, perSecond: 2 },
      purposes: ['sip'],
      dial: { allow: ['+254*'] },
      maxCallS: 3600,
    });
    expect(setBy).toMatchObject({ tokenLifeS: 'admin-file', maxCallS: 'admin-file', hours: 'default' });
    expect(file?.problems).toMatchObject([{ line: 5, column: 5 }]);
    // Whatever it was meant to be, nobody loosens it here.
    expect(managed.admitted(line({ maxCallS: null }), line({ maxCallS: 7200 }))).toMatchObject({
      failure: { reason: 'managed' },
    });
  });

  it.each([
    [
      'a word that is mistyped',
      '{\n  "version": 1,\n  "all": {\n    "tokenLive": 60\n  }\n}',
      4,
      /"all\.tokenLive" is nothing that Ringfence knows/,
    ],
    [
      'one deep inside',
      '{\n  "version": 1,\n  "all": {\n    "dial": {\n      "alow": []\n    }\n  }\n}',
      5,
      /"all\.dial\.alow" is nothing/,
    ],
    [
      'an environment that is none',
      '{\n  "version": 1,\n  "environments": {\n    "prod": {}\n  }\n}',
      4,
      /"environments\.prod" /,
    ],
    ['no version', '{\n  "all": {}\n}', 1, /"version" is not valid/],
    ['another version', '{\n  "version": 2\n}', 2, /"version" is not valid/],
    ['a comma too many', '{\n  "version": 1,\n}', 3, /line 3, column 1: here a name in quotes is wanted/],
    ['an end too soon', '{\n  "version": 1,\n  "all": {', 3, /line 3, column 11: the file ends too soon/],
    [
      'a rule that stands twice',
      '{\n  "version": 1,\n  "all": { "tokenLifeS": 60,\n    "tokenLifeS": 3600 }\n}',
      4,
      /"tokenLifeS" stands here for the second time/,
    ],
    ['no object', '[]', 1, /The file is not valid/],
    ['nothing at all', '', 1, /line 1, column 1/],
    ['not a text', '\0\0\0', 1, /line 1, column 1/],
  ])('says where: %s', async (_what, text, atLine, sentence) => {
    const { managed } = await open(text);
    const problem = managed.effective(line()).file?.problems[0];
    expect(problem?.line).toBe(atLine);
    expect(problem?.sentence).toMatch(sentence);
    expect((managed.notice() ?? '').length).toBeLessThanOrEqual(300);
  });

  it.each([
    ['a rule whose name is mistyped', { version: 1, all: { tokenLive: 60, maxCallS: 600 } }, { maxCallS: 600 }],
    ['one of its environment', { version: 1, environments: { production: { tokenLive: 60 } } }, {}],
    ['one of its own', { version: 1, profiles: { work: { tokenLive: 60 } } }, {}],
    ['a part whose name is mistyped', { version: 1, enviroments: { production: { tokenLifeS: 60 } } }, {}],
    ['a profile whose name is none', { version: 1, profiles: { 'Work Line': { tokenLifeS: 60 } } }, {}],
  ])('holds at its strictest what might have been meant by %s', async (_what, file, readable) => {
    const { managed } = await open(file);
    const { values, setBy } = managed.effective(line({ tokenLifeS: 3600, purposes: ['sip', 'events'] }));
    expect(values).toMatchObject({ tokenLifeS: 300, purposes: ['sip'], ...readable });
    expect(setBy).toMatchObject({ tokenLifeS: 'admin-file', hours: 'admin-file' });
  });

  it('holds every other environment and profile as they are when a name is mistyped in one of them', async () => {
    const { managed } = await open({
      version: 1,
      environments: { staging: { tokenLive: 60 } },
      profiles: { other: { tokenLive: 60 } },
    });
    expect(managed.effective(line({ tokenLifeS: 3600 }))).toMatchObject({
      values: { tokenLifeS: 3600 },
      setBy: { tokenLifeS: 'user' },
    });
  });

  it('never lets more happen by a mistake in a nearer part than without that part', async () => {
    const { managed } = await open({
      version: 1,
      all: { tokenLifeS: 60, maxCallS: 600, maxCalls: 3, dial: { deny: ['+254*'] } },
      environments: { production: { tokenLifeS: 'short', maxCalls: 17, dail: {} } },
    });
    expect(managed.effective(line({ tokenLifeS: 900, maxCallS: 300, dial: { allow: ['10??'] } })).values).toMatchObject(
      { tokenLifeS: 60, maxCallS: 300, maxCalls: 3, dial: { deny: ['+254*'] } },
    );
    expect(managed.effective(line({ tokenLifeS: 30 })).values).toMatchObject({ tokenLifeS: 30, maxCallS: 600 });
    expect(managed.effective(line({ maxCalls: 2 })).values.maxCalls).toBe(2);
  });

  it('wants the admin lock when the wish for it is mistyped', async () => {
    for (const file of [
      { version: 1, adminlock: 'required' },
      { version: 1, adminLock: 'requierd' },
    ])
      expect((await open(file)).managed.adminLock()).toBe('required');
  });

  it('holds every rule at its strictest when it is no JSON, has another version, or can not be opened', async () => {
    for (const file of ['{ "version": 1, "all": { ', { version: 2, all: {} }, '[]', 'x'.repeat(300_000)]) {
      const { managed } = await open(file);
      const loose = line({ tokenLifeS: 3600, rate: { burst: 20, perSecond: 10 }, purposes: ['sip', 'events'] });
      expect(managed.effective(loose)).toMatchObject({
        values: { tokenLifeS: 300, rate: { burst: 10, perSecond: 2 }, purposes: ['sip'] },
        setBy: { tokenLifeS: 'admin-file', hours: 'admin-file' },
      });
      expect(managed.effective(line({ tokenLifeS: 60 })).values.tokenLifeS).toBe(60);
      expect(managed.adminLock()).toBe('required');
      const assistant = line(
        { purposes: ['voice'] },
        { provider: { kind: 'openai-realtime' }, identity: '', gatewayUrl: '' },
      );
      expect(managed.purposes(managed.apply(assistant))).toEqual(['voice']);
    }
    const folder = await mkdtemp(join(tmpdir(), 'ringfence-policy-'));
    folders.push(folder);
    const managed = await openManagedPolicy({ place: { path: folder, owners: OWNERS }, onProblem: () => undefined });
    opened.push(managed);
    expect(managed.notice()).toMatch(/can't be read: .* is a folder\./);
  });
});

describe('the place of the file', () => {
  it.each([
    ['linux', {}, '/etc/ringfence/policy.json'],
    ['darwin', {}, '/Library/Application Support/Ringfence/policy.json'],
    ['win32', { ProgramData: 'D:\\Data' }, 'D:\\Data\\Ringfence\\policy.json'],
    ['win32', {}, 'C:\\ProgramData\\Ringfence\\policy.json'],
  ] as const)('on %s with %j is %s', (platform, env, path) => {
    expect(policyPlace(platform, env, true, () => false).path).toBe(path);
  });
  it('is not for the environment to say where an admin has put one', () => {
    const usual = 'C:\\ProgramData\\Ringfence\\policy.json';
    expect(policyPlace('win32', { ProgramData: 'C:\\Users\\agent' }, true, (path) => path === usual).path).toBe(usual);
  });
  it('is another one for tests, never in a packaged app', () => {
    const env = { RINGFENCE_POLICY_FILE: '/x/policy.json' };
    expect(policyPlace('linux', env, false).path).toBe('/x/policy.json');
    expect(policyPlace('linux', env, true)).toEqual({ path: '/etc/ringfence/policy.json', owners: [0] });
  });
});

it('has a published schema that is the one that is used', async () => {
  const schema = { title: "Ringfence's managed policy file", ...z.toJSONSchema(managedPolicy, { io: 'input' }) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../docs/policy.schema.json'),
  );
});

it('is explained by an example that holds', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const [, example = ''] = /## A policy for many computers[^]*?```json\n([^]*?)```/.exec(readme) ?? [];
  const { managed } = await open(example);
  const { values, setBy, file } = managed.effective(line({}, { id: 'sales-kenya' }));
  expect(file?.problems).toEqual([]);
  expect(values).toMatchObject({
    maxCallS: 3600,
    rate: { burst: 5, perSecond: 1 },
    onScreenLock: 'lock',
    dial: { deny: ['+254900*'] },
  });
  expect([setBy.hours, managed.adminLock()]).toEqual(['admin-file', 'required']);
});
