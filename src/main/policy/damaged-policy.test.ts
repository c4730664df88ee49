/** A policy file that is not written as it should be: it loses what nobody can read, and lets nothing more happen than without the mistake. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { profilePolicy, type ProfilePolicy } from '../../contracts/policy/policy';
import { effectivePolicy } from '../../contracts/policy/managed-policy';
import { profile as profileSchema, type Profile } from '../../contracts/profile/profile';
import { temporaryFolder } from '../../../test/support/temporary-folder';
import { openManagedPolicy } from './managed-policy';
import { createGrantPolicy, decideCall } from './policy';
import { exampleProfile } from '../../../test/support/app/example-profile';

/** The admin, and who runs the test. */
const OWNERS = [0, process.getuid?.() ?? 0];
/** A Monday at noon, local time. */
const NOON = new Date('2026-11-16T12:00').getTime();

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function line(policy: Partial<ProfilePolicy> = {}): Profile {
  return exampleProfile({
    policy: profilePolicy.parse(policy),
  });
}

async function open(content: unknown) {
  const folder = await temporaryFolder();
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'policy.json');
  await writeFile(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  const managed = await openManagedPolicy({ place: { path, owners: OWNERS }, onProblem: () => undefined });
  ends.push(managed.stop);
  return managed;
}

/** What holds for a line under the file, and which of these it may call. */
async function under(content: unknown, own: Partial<ProfilePolicy> = {}, typed: readonly string[] = []) {
  const managed = await open(content);
  const applied = managed.apply(line(own));
  const effective = managed.effective(line(own));
  // It goes to the window so, and as a profile is kept.
  expect(effectivePolicy.safeParse(effective).success).toBe(true);
  expect(profileSchema.safeParse(applied).success).toBe(true);
  return {
    values: effective.values,
    problems: effective.file?.problems ?? [],
    calls: typed.filter((each) => decideCall(applied, each, 'KE', NOON).result.ok),
    managed,
    applied,
  };
}
const dial = (rules: unknown) => ({ version: 1, all: { dial: rules } });
const TYPED = ['+254722000001', '+254900123456', '+19005550123', '+442079460000', '1002', '112'];

describe('a list with an entry that nobody can read', () => {
  it.each<[string, unknown, string[], ProfilePolicy['dial']]>([
    [
      'blanks are no mistake: denies',
      { deny: ['+254900*', '+1 900 *'] },
      ['+254722000001', '+442079460000', '1002', '112'],
      { allow: [], deny: ['+254900*', '+1900*'] },
    ],
    [
      'blanks are no mistake: allows',
      { allow: ['+254*', '+44 20 *'] },
      ['+254722000001', '+254900123456', '+442079460000', '112'],
      { allow: ['+254*', '+4420*'], deny: [] },
    ],
    [
      'one that denies',
      { deny: ['+254900*', '+1 900!'] },
      ['+254722000001', '+19005550123', '+442079460000', '1002', '112'],
      { allow: [], deny: ['+254900*'] },
    ],
    ['one that allows', { allow: ['10??', 'not a number'] }, ['1002', '112'], { allow: ['10??'], deny: [] }],
    [
      'a text without its list: denies',
      { deny: '10??' },
      ['+254722000001', '+254900123456', '+19005550123', '+442079460000', '112'],
      { allow: [], deny: ['10??'] },
    ],
    ['a text without its list: allows', { allow: '10??' }, ['1002', '112'], { allow: ['10??'], deny: [] }],
    [
      'more entries than a token carries',
      { deny: Array.from({ length: 21 }, (_, n) => `1${n + 100}`) },
      ['112'],
      { allow: [], deny: ['*'] },
    ],
    ['nothing that denies can be read', { deny: [5] }, ['112'], { allow: [], deny: ['*'] }],
    ['nothing that allows can be read', { allow: ['not a number'] }, ['112'], { allow: [], deny: ['*'] }],
    ['what allows is nothing', { allow: null, deny: ['10??'] }, ['112'], { allow: [], deny: ['10??', '*'] }],
    ['what allows is an object', { allow: { '+254*': true } }, ['112'], { allow: [], deny: ['*'] }],
    ['a list whose name is mistyped', { alow: ['10??'] }, ['112'], { allow: [], deny: ['*'] }],
    ['no rules at all', 'nobody', ['112'], { allow: [], deny: ['*'] }],
    ['a list in the place of both', ['10??'], ['112'], { allow: [], deny: ['*'] }],
  ])('of dial rules: %s', async (_what, rules, calls, values) => {
    const holds = await under(dial(rules), {}, TYPED);
    expect(holds.values.dial).toEqual(values);
    expect(holds.calls).toEqual(calls);
  });

  it('says which one it is, and that the stricter rules hold', async () => {
    const { managed, problems } = await under(
      '{\n"version": 1,\n"all": { "dial": { "deny": [\n"+254900*",\n"+1 900!" ] } } }',
    );
    expect(problems).toMatchObject([{ line: 5 }]);
    expect(managed.notice()).toMatch(/^Line 5 .*"all\.dial\.deny\.1" is not valid.*stricter rules hold\.$/);
  });

  it.each<[string, unknown, ProfilePolicy['hours'], boolean]>([
    [
      'keeps the other spans',
      [
        { days: [1], from: '09:00', to: '17:00' },
        { days: [2], from: '9:00', to: '17:00' },
      ],
      [{ days: [1], from: '09:00', to: '17:00' }],
      true,
    ],
    ['none is left', [{ days: [8], from: '09:00', to: '17:00' }], [{ days: [], from: '00:00', to: '00:00' }], false],
    ['none has a day', [{ days: [], from: '00:00', to: '00:00' }], [{ days: [], from: '00:00', to: '00:00' }], false],
    ['they are a text', 'Mon-Fri 08:00-17:00', [{ days: [], from: '00:00', to: '00:00' }], false],
    ['they are nothing', null, [{ days: [], from: '00:00', to: '00:00' }], false],
    [
      'one without its list',
      { days: [1], from: '09:00', to: '17:00' },
      [{ days: [1], from: '09:00', to: '17:00' }],
      true,
    ],
  ])('of hours: %s', async (_what, hours, values, open) => {
    const holds = await under({ version: 1, all: { hours } }, { purposes: ['sip', 'voice'] }, ['1002', '112']);
    expect(holds.values.hours).toEqual(values);
    expect(holds.calls).toEqual(open ? ['1002', '112'] : ['112']);
    const voice = createGrantPolicy({ monotonic: () => 0, wall: () => NOON }).permit('work', holds.applied, 'voice');
    expect(voice.ok).toBe(open);
    if (!voice.ok) expect(voice.failure.sentence).toContain('never');
  });

  it('of purposes: keeps the others', async () => {
    expect(
      (await under({ version: 1, all: { purposes: ['sip', 'calls'] } }, { purposes: ['sip', 'events'] })).values
        .purposes,
    ).toEqual(['sip']);
    expect(
      (await under({ version: 1, all: { purposes: ['calls'] } }, { purposes: ['sip', 'events'] })).values.purposes,
    ).toEqual(['sip']);
  });
});

describe('a value that is not written as it should be', () => {
  it.each<[object, Partial<ProfilePolicy>, Partial<ProfilePolicy>]>([
    [{ onScreenLock: 'Lock' }, {}, { onScreenLock: 'lock' }],
    [{ onScreenLock: true }, {}, { onScreenLock: 'lock' }],
    [{ maxCallS: 5 }, {}, { maxCallS: 10 }],
    [{ maxCallS: 100_000 }, {}, { maxCallS: 86_400 }],
    [{ maxCallS: '600' }, { maxCallS: 7200 }, { maxCallS: 600 }],
    [{ maxCallS: 600.5 }, {}, { maxCallS: 600 }],
    [{ maxCallS: 'ten minutes' }, { maxCallS: 7200 }, { maxCallS: 3600 }],
    [{ maxCallS: 'ten minutes' }, { maxCallS: 60 }, { maxCallS: 60 }],
    [{ maxCallS: 'ten minutes' }, {}, { maxCallS: 3600 }],
    [{ maxCalls: 0 }, {}, { maxCallS: null }],
    [{ maxCalls: 0 }, {}, { maxCalls: 1 }],
    [{ maxCalls: 99 }, {}, { maxCalls: 8 }],
    [{ tokenLifeS: 0 }, {}, { tokenLifeS: 1 }],
    [{ tokenLifeS: 9000 }, {}, { tokenLifeS: 300 }],
    [{ tokenLifeS: '60' }, {}, { tokenLifeS: 60 }],
    [{ tokenLifeS: null }, { tokenLifeS: 90 }, { tokenLifeS: 90 }],
    [{ rate: { burst: 2, perSecond: 'slow' } }, {}, { rate: { burst: 2, perSecond: 2 } }],
    [{ rate: { burst: 0, perSecond: 0 } }, {}, { rate: { burst: 1, perSecond: 0.1 } }],
    [{ rate: { burst: 2, persecond: 0.5 } }, {}, { rate: { burst: 2, perSecond: 2 } }],
    [{ rate: 'slow' }, { rate: { burst: 3, perSecond: 1 } }, { rate: { burst: 3, perSecond: 1 } }],
  ])('%j holds for %j as %j', async (all, own, values) => {
    expect((await under({ version: 1, all }, own)).values).toMatchObject(values);
  });
});

describe('what is left of a damaged part', () => {
  const everybody = { dial: { allow: ['10??'], deny: ['1009'] }, hours: [{ days: [1], from: '09:00', to: '17:00' }] };

  it.each<[string, object, string[]]>([
    ['denies beside what is denied for everybody', { dial: { deny: ['1002', '!'] } }, ['1001', '112']],
    ['allows what it can be read to allow', { dial: { allow: ['1002', '!'] } }, ['1002', '112']],
    ['has no more hours', { hours: [{ days: [1], from: '9', to: '17:00' }] }, ['112']],
    ['has a name that nobody knows', { dail: { deny: ['1002'] } }, ['112']],
    ['has one that cannot be about calls', { tokenLive: 60 }, ['1001', '1002', '112']],
  ])('%s', async (_what, production, calls) => {
    const file = { version: 1, all: everybody, environments: { production } };
    expect((await under(file, {}, ['1001', '1002', '1009', '2001', '112'])).calls).toEqual(calls);
  });

  it('is nothing to a nearer part that can be read', async () => {
    const file = {
      version: 1,
      all: { dial: 'nobody', hours: 'never' },
      profiles: { work: { dial: { allow: ['10??'] }, hours: [] } },
    };
    expect((await under(file, {}, ['1002', '2001', '112'])).calls).toEqual(['1002', '112']);
  });

  it.each<[string, unknown, string[]]>([
    ['no JSON', '{ "version": 1, "all": { ', ['112']],
    ['nothing', '', ['112']],
    ['no object', [], ['112']],
    ['of another version', { version: 2, all: {} }, ['112']],
    ['of no version, and all of it is known', { all: { dial: { allow: ['1002'] } } }, ['1002', '112']],
    ['with an environment that is none', { version: 1, environments: { prod: { dial: { deny: ['1002'] } } } }, ['112']],
    [
      'with one that says nothing of calls',
      { version: 1, environments: { prod: { tokenLifeS: 60 } } },
      ['1001', '1002', '112'],
    ],
    ['with a part whose name is mistyped', { version: 1, al: { dial: { deny: ['1002'] } } }, ['112']],
    ['with a part that is a list', { version: 1, all: [{ dial: {} }] }, ['112']],
    ['with a word of its own', { version: 1, comment: 'of 2026' }, ['1001', '1002', '112']],
  ])('of a file: %s', async (_what, file, calls) => {
    const holds = await under(file, {}, ['1001', '1002', '112']);
    expect(holds.calls).toEqual(calls);
    expect(holds.problems.length).toBeGreaterThan(0);
  });
});
