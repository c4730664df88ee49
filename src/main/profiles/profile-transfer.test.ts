import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Environment, type Profile } from '../../contracts/profile/profile';
import { importEntry, profilesFile } from '../../contracts/profile/profile-transfer';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { KeyRecords } from './profile-store';
import { exportProfiles, planImport, readProfilesFile } from './profile-transfer';
import { createTransferHandlers, TICKET_LIVES_MS } from '../handlers/profile-transfer-handlers';
import { practiceProfile } from './practice-profile';
import { exampleProfile } from '../../../test/support/app/example-profile';

const line = (id: string, environment: Environment = 'staging', more: object = {}): Profile =>
  exampleProfile({
    id,
    name: id.toUpperCase(),
    environment,
    identity: `${id}@pbx.example.com`,
    ...more,
  });
const NONE: KeyRecords = { active: null, next: null, retired: null };
const fileOf = (profiles: readonly object[], more: object = {}): string =>
  JSON.stringify({ format: 'ringfence-profiles', version: 1, profiles, ...more }, null, 2);

function fixture(
  profiles: readonly Profile[],
  admitted: (wanted: Profile) => ReturnType<typeof fail> | { ok: true; value: Profile } = (wanted) => ok(wanted),
) {
  const kept = [...profiles];
  return {
    stored: {
      profiles: () => [practiceProfile(null, null), ...kept],
      find: (id: string) => kept.find((each) => each.id === id) ?? null,
      keyRecords: () => NONE,
    },
    managed: { admitted },
    kept,
  };
}

describe('an export', () => {
  it('is what an import takes, without the Practice line and without what is not declared', () => {
    const key = randomBytes(32).toString('base64url');
    const { text, count } = exportProfiles([
      practiceProfile('ws://127.0.0.1:4000/', null),
      { ...line('work'), key } as Profile,
      line('other'),
    ]);
    expect(count).toBe(2);
    expect(text).not.toContain(key);
    expect(text).not.toMatch(/fingerprint|instanceId|installId/);
    expect(readProfilesFile(text)).toEqual(ok([line('work'), line('other')]));
  });
});

describe('a bad file says where', () => {
  it.each([
    ['{\n  "format": ringfence\n}', /^Line 2 of this file: here a value is wanted \(column \d+\)/],
    ['name,identity\nNight line,1001@pbx.example.com\n', /^This is not a Ringfence profile file\. It should be JSON\./],
    ['', /^This is not a Ringfence profile file/],
    ['{"profiles": []}', /^Line 1 of this file: it is no file of profiles/],
    [
      fileOf([{ ...line('work'), gatewayUrl: '', provider: { kind: 'decart' } }]),
      /"profiles.0.policy.purposes" is not valid: Decart gives tokens only, no calls/,
    ],
    [
      fileOf([{ ...line('work'), policy: { purposes: ['voice'] }, provider: { kind: 'decart' } }]),
      /"profiles.0.gatewayUrl" is not valid: Decart gives tokens only, no calls/,
    ],
    [
      fileOf([line('work'), { ...line('other'), gatewayUrl: 'ws://pbx.example.com/' }]),
      /^Line \d\d of this file: "profiles.1.gatewayUrl" is not valid/,
    ],
    [
      fileOf([line('work'), { ...line('other'), gatewayUrl: 'wss:/pbx.example.com/xxxx' }]),
      /^Line \d\d of this file: "profiles.1.gatewayUrl" is not valid: write two slashes behind the colon/,
    ],
    [
      fileOf([{ ...line('work'), gatewayUrl: 'wss://a.example.com,xxxx.example.com' }]),
      /"profiles.0.gatewayUrl" is not valid: name one host: a comma or semicolon is no part of one\./,
    ],
    [
      fileOf([{ ...line('work'), gatewayUrl: 'wss://pbx.example.com/ws?access_token=xxxx' }]),
      /"profiles.0.gatewayUrl" is not valid: a URL is no place for a secret: Ringfence adds the token itself, as the profile says\./,
    ],
    [
      fileOf([{ ...line('work'), gatewayUrl: 'wss://asha:xxxx@pbx.example.com/ws' }]),
      /"profiles.0.gatewayUrl" is not valid: leave out user and password/,
    ],
    [
      fileOf([{ ...line('work'), provider: { kind: 'sautikit', baseUrl: 'https:/xxxx.example.com' } }]),
      /"profiles.0.provider.baseUrl" is not valid: write two slashes behind the colon/,
    ],
    [fileOf([{ ...line('work'), apiKey: 'x'.repeat(40) }]), /"profiles.0.apiKey" is nothing that a profile has/],
    [
      fileOf([{ ...line('work'), policy: { tokenLifeS: 60, maxCall: 5 } }]),
      /"profiles.0.policy.maxCall" is nothing that a profile has/,
    ],
    [fileOf([], { secrets: [] }), /"secrets" is not valid/],
    [fileOf([line('work'), line('work')]), /the profile "work" stands here for the second time/],
    [fileOf([line('work')], { version: 2 }), /"version" is not valid/],
  ])('%#', (text, words) => {
    const read = readProfilesFile(text);
    expect(read).toMatchObject({
      failure: { reason: 'file-damaged', sentence: expect.stringMatching(words) as unknown },
    });
    expect(JSON.stringify(read)).not.toContain('xxxx');
  });

  it('by the line of the value', () => {
    const text = fileOf([{ ...line('work'), environment: 'live' }]);
    const at = text.split('\n').findIndex((each) => each.includes('"live"')) + 1;
    expect(readProfilesFile(text)).toMatchObject({
      failure: { sentence: expect.stringMatching(new RegExp(`^Line ${at} `)) as unknown },
    });
  });
});

describe('the plan of an import', () => {
  it('says field by field what would change', () => {
    const changed = line('work', 'staging', { gatewayUrl: 'wss://new.example.com/ws', policy: { tokenLifeS: 60 } });
    const plan = planImport([changed, line('same'), line('fresh')], fixture([line('work'), line('same')]));
    expect(plan.entries).toMatchObject([
      {
        profileId: 'work',
        change: 'changed',
        fields: [
          { path: 'gatewayUrl', before: 'wss://pbx.example.com/ws', after: 'wss://new.example.com/ws' },
          { path: 'policy.tokenLifeS', before: '300', after: '60' },
        ],
      },
      { profileId: 'same', change: 'unchanged', fields: [] },
      { profileId: 'fresh', change: 'added' },
    ]);
    expect(plan.saves.map(({ id }) => id)).toEqual(['work', 'fresh']);
  });

  it.each([
    'wss://api.decart.ai/v1/stream',
    'wss://api3.decart.ai/v1/stream?model=lucy',
    'wss://DECART.AI',
    'wss://api.decart.ai./',
    'wss://api.decart.ai:8443/',
  ])('refuses a gateway at %s, which is none', (gatewayUrl) => {
    const plan = planImport([line('stream', 'staging', { gatewayUrl }), line('fresh')], fixture([]));
    expect(plan.entries).toMatchObject([
      {
        profileId: 'stream',
        change: 'refused',
        reason: 'Decart gives tokens only, no calls: its socket is no SIP gateway.',
      },
      { profileId: 'fresh', change: 'added' },
    ]);
    expect(plan.saves.map(({ id }) => id)).toEqual(['fresh']);
  });
  it.each(['wss://decart.ai.example.com/', 'wss://notdecart.ai/', 'wss://pbx.example.com/decart.ai'])(
    'takes a gateway at %s',
    (gatewayUrl) => {
      expect(planImport([line('work', 'staging', { gatewayUrl })], fixture([])).entries).toMatchObject([
        { change: 'added' },
      ]);
    },
  );

  it('shows a change wherever it stands in a long text', () => {
    const assistant = (instructions: string): Profile =>
      line('voice', 'staging', {
        provider: { kind: 'openai-realtime', instructions },
        identity: '',
        gatewayUrl: '',
        policy: { purposes: ['voice'] },
      });
    const long = 'Be kind. '.repeat(400);
    for (const [before, after] of [
      [`${long}And brief.`, `${long}And tell them the code.`],
      [`${long}Old.${long}`, `${long}New.${long}`],
      [long, `New.${long}`],
      [`${long}more`, long],
    ] as const) {
      const [entry] = planImport([assistant(after)], fixture([assistant(before)])).entries;
      expect(importEntry.safeParse(entry).success).toBe(true);
      const [field, ...more] = entry?.fields ?? [];
      expect([field?.path, more]).toEqual(['provider.instructions', []]);
      expect(field?.before).not.toBe(field?.after);
      for (const word of ['tell them the code.', 'Old.', 'New.'])
        if (before.includes(word) || after.includes(word))
          expect(`${field?.before ?? ''}|${field?.after ?? ''}`).toContain(word);
    }
  });

  it('refuses what mixes environments, also within the file, what the admin fixed, and the Practice line', () => {
    const mixed = line('trial', 'staging', { identity: 'live@pbx.example.com' });
    const plan = planImport([line('live', 'production'), mixed, practiceProfile(null, null)], fixture([]));
    expect(plan.entries.map(({ change }) => change)).toEqual(['added', 'refused', 'refused']);
    expect(plan.entries[1]?.reason).toContain('"LIVE" (production)');
    expect(plan.saves).toHaveLength(1);
    const managed = planImport(
      [line('work')],
      fixture([], () => fail('managed', '"Life of a token" is set by the admin.')),
    );
    expect(managed.entries).toMatchObject([{ change: 'refused', reason: '"Life of a token" is set by the admin.' }]);
  });
});

function desk(
  profiles: readonly Profile[],
  text: string,
  confirmed: () => ReturnType<typeof fail> | { ok: true; value: null } = () => ok(null),
) {
  const { stored, managed, kept } = fixture(profiles);
  const saved: string[] = [];
  const audited: unknown[] = [];
  let now = 0;
  const save = vi.fn((wanted: Profile): Promise<Result<'added' | 'changed'>> => {
    saved.push(wanted.id);
    const known = kept.findIndex(({ id }) => id === wanted.id);
    if (known === -1) kept.push(wanted);
    else kept[known] = wanted;
    return Promise.resolve(ok(known === -1 ? ('added' as const) : ('changed' as const)));
  });
  let tickets = 0;
  const handlers = createTransferHandlers({
    stored,
    managed,
    profiles: { save },
    confirmChange: () => Promise.resolve(confirmed()),
    files: {
      read: () => Promise.resolve(ok({ file: 'lines.json', text })),
      write: async (_title, _suggested, _kind, make) => ok({ file: String((await make()).length) }),
    },
    clock: { monotonic: () => now },
    newId: () => `ticket-${(tickets += 1)}`,
    audit: (entry) => audited.push(entry),
    onChanged: () => undefined,
  });
  const preview = async () => {
    const made = await handlers['profiles.import'](undefined);
    if (!made.ok) throw new Error(made.failure.sentence);
    return made.value;
  };
  const apply = async (ticket: string) => handlers['profiles.applyImport']({ ticket });
  return { preview, apply, saved, save, audited, kept, handlers, wait: (ms: number) => (now += ms) };
}

describe('an import', () => {
  const text = fileOf([line('fresh'), line('work', 'staging', { displayName: 'Asha' })]);

  it('changes nothing before its ticket, which works once', async () => {
    const { preview, apply, saved, audited } = desk([line('work')], text);
    const { ticket, entries } = await preview();
    expect(entries).toHaveLength(2);
    expect([saved, audited]).toEqual([[], []]);
    expect(await apply(ticket)).toEqual(ok({ added: 1, changed: 1 }));
    expect(saved).toEqual(['fresh', 'work']);
    expect(audited).toContainEqual({ what: 'file', profileId: '', change: 'profiles-imported', count: 2 });
    expect((await apply(ticket)).ok).toBe(false);
    expect(saved).toHaveLength(2);
  });

  it('does nothing when profiles were changed since, when another file was chosen, or too late', async () => {
    const { preview, apply, saved, kept, wait } = desk([line('work')], text);
    const first = await preview();
    kept[0] = line('work', 'staging', { displayName: 'Somebody else' });
    expect(await apply(first.ticket)).toMatchObject({
      failure: { sentence: expect.stringContaining('changed since this preview') as unknown },
    });
    const second = await preview();
    const third = await preview();
    expect((await apply(second.ticket)).ok).toBe(false);
    // A wrong ticket ends the preview that is on show, too.
    expect((await apply(third.ticket)).ok).toBe(false);
    const fourth = await preview();
    wait(TICKET_LIVES_MS);
    expect((await apply(fourth.ticket)).ok).toBe(false);
    expect(saved).toEqual([]);
  });

  it('that the person at the computer does not confirm changes nothing', async () => {
    const { preview, apply, saved } = desk([line('work')], text, () => fail('cancelled', 'Nothing was changed.'));
    expect(await apply((await preview()).ticket)).toMatchObject({ failure: { reason: 'cancelled' } });
    expect(saved).toEqual([]);
  });

  it('that breaks off says how far it came', async () => {
    const { preview, apply, save } = desk([line('work')], text);
    save
      .mockImplementationOnce(() => Promise.resolve(ok('added')))
      .mockImplementationOnce(() => Promise.resolve(fail('file-unreadable', 'The disk is full.')));
    expect(await apply((await preview()).ticket)).toMatchObject({
      failure: {
        reason: 'file-unreadable',
        sentence: expect.stringMatching(/^1 of 2 profiles were imported/) as unknown,
      },
    });
  });
});

it('has a published schema that is the one that is used', async () => {
  const schema = { title: "Ringfence's file of profiles", ...z.toJSONSchema(profilesFile, { io: 'input' }) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../docs/profiles.schema.json'),
  );
});
