import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { line, SET, SET_NEXT, withLine } from '../../../test/support/app/command-fixture';
import { fail, ok } from '../../contracts/base/result';
import { readOfferedKey } from '../secrets/offered-key';
import { fingerprintOf } from '../secrets/secret';

const HOUR = 3_600_000;

describe('keys set', () => {
  it('keeps the key and answers with its fingerprint alone', async () => {
    const made = await withLine();
    const fingerprint = made.give();
    expect(await made.run(SET)).toEqual({
      exit: 0,
      out: `The active key of "Line work" is ${fingerprint}.\nThe gateway must accept this key.\n`,
      err: '',
    });
    expect(await made.audited()).toContainEqual(
      expect.objectContaining({ what: 'key', change: 'added', fingerprint, via: 'command-line' }),
    );
  });

  it('says what a replaced key means for the gateway', async () => {
    const made = await withLine();
    const first = made.give();
    await made.run(SET);
    made.give();
    expect((await made.run(SET)).out).toContain(
      `${first} no longer. Then: ringfence keys rotate --profile work --finish`,
    );
  });

  it('refuses what the window refuses: a key of production elsewhere, a key of the wrong kind', async () => {
    const made = await withLine();
    await made.run(
      `profiles import ${await made.fileOf(line('live', { environment: 'production' }), line('signed', { provider: { kind: 'local-jwt', audience: 'pbx', algorithm: 'ES256' } }))} --apply`,
    );
    made.give();
    expect(await made.run('keys set --profile live --slot active')).toMatchObject({ exit: 0 });
    expect(await made.run(SET)).toMatchObject({
      exit: 1,
      err: expect.stringContaining('A key of production is used in production alone') as string,
    });
    expect(await made.run('keys set --profile signed --slot active')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('an EC private key') as string,
    });
    expect(await made.audited()).toContainEqual(
      expect.objectContaining({
        what: 'refusal',
        profileId: 'work',
        purpose: 'key',
        reason: 'environment-mixed',
        via: 'command-line',
      }),
    );
  });

  it('explains what looks like something else, leaves the old key in use, and takes it with --anyway alone', async () => {
    const made = await withLine();
    const before = made.give();
    await made.run(SET);
    const key = randomBytes(32).toString('base64url');
    made.world.input = readOfferedKey(`SIP_KEY="${key}"\n`);
    const doubted = await made.run(SET);
    expect(doubted).toEqual({
      exit: 8,
      out: '',
      err: expect.stringMatching(
        /^This does not look like a key\. That looks like a name and its value .*\nNothing was changed\. Where its 53 characters are the key exactly as they stand: add --anyway\.\n$/,
      ) as string,
    });
    expect(doubted.err).not.toContain(key);
    expect((await made.run('keys list')).out).toContain(before);
    expect(await made.audited()).toContainEqual(
      expect.objectContaining({ what: 'refusal', profileId: 'work', purpose: 'key', reason: 'key-unusable' }),
    );

    const fingerprint = fingerprintOf(`SIP_KEY="${key}"`);
    expect(await made.run(`${SET} --anyway`)).toMatchObject({
      exit: 0,
      out: expect.stringContaining(`is ${fingerprint}.`) as string,
    });
  });

  it('takes a token for no key that signs, not even with --anyway', async () => {
    const made = await withLine();
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    made.world.input = readOfferedKey(`${part({ alg: 'HS256' })}.${part({ sub: '1001' })}.${'s'.repeat(43)}`);
    for (const words of [SET, `${SET} --anyway`])
      expect(await made.run(words)).toMatchObject({ exit: 1, err: expect.stringContaining('token (JWT)') as string });
    expect((await made.run('keys list')).out).toMatch(/^work +staging +- +- +-$/m);
  });

  it('leaves the Practice line alone, and repeats no profile that is not there', async () => {
    const made = await withLine();
    expect(await made.run('keys set --profile practice --slot active')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('Practice line') as string,
    });
    const id = randomBytes(16).toString('hex');
    const unknown = await made.run(`keys set --profile ${id} --slot active`);
    expect(unknown).toEqual({ exit: 4, out: '', err: 'There is no profile with this id. There are: work.\n' });
    expect(JSON.stringify(await made.audited())).not.toContain(id);
  });

  it('changes nothing without a key, without a keychain, or while the app is open', async () => {
    const made = await withLine();
    made.world.input = fail('key-unusable', 'Standard input holds no key.');
    expect(await made.run(SET)).toMatchObject({ exit: 1 });
    made.give();
    made.keychain.mode = 'gone';
    expect(await made.run(SET)).toMatchObject({ exit: 3 });
    made.keychain.mode = 'locked';
    expect(await made.run(SET)).toMatchObject({ exit: 3 });
    made.keychain.mode = 'open';
    made.world.isOpen = true;
    expect(await made.run(SET)).toEqual({
      exit: 5,
      out: '',
      err: 'Ringfence is running: quit it first, or use its window. Where it is another command, try again when that is done.\n',
    });
    expect((await made.run('keys list')).out).toMatch(/^work +staging +- +- +-$/m);
  });
});

describe('keys list', () => {
  it('shows slots, fingerprints and ages, also while the app is open, and as JSON', async () => {
    const made = await withLine();
    const active = made.give();
    await made.run(SET);
    made.world.now += 3 * 24 * HOUR;
    const next = made.give();
    await made.run(SET_NEXT);
    made.world.now += 2 * HOUR;
    made.world.isOpen = true;
    const { exit, out } = await made.run('keys list');
    expect(exit).toBe(0);
    expect(
      out
        .split('\n')
        .slice(0, 4)
        .map((row) => row.split(/ {2,}/)),
    ).toEqual([
      ['PROFILE', 'ENVIRONMENT', 'SLOT', 'FINGERPRINT', 'AGE'],
      ['practice', 'practice', '-', '-', '-'],
      ['work', 'staging', 'active', active, '3 days'],
      ['work', 'staging', 'next', next, '2 hours'],
    ]);
    expect(JSON.parse((await made.run('keys list --json')).out)).toMatchObject({
      keychain: { available: true },
      profiles: [
        { profileId: 'practice' },
        {
          profileId: 'work',
          state: 'in-keychain',
          keys: [
            { slot: 'active', fingerprint: active, ageS: 266_400 },
            { slot: 'next', fingerprint: next },
          ],
        },
      ],
    });
  });
});

describe('keys rotate', () => {
  it('promotes one token life after the next key came, says what the gateway must do, and finishes', async () => {
    const made = await withLine();
    const old = made.give();
    await made.run(SET);
    expect(await made.run('keys rotate --profile work')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('has no next key') as string,
    });
    const next = made.give();
    await made.run(SET_NEXT);
    made.world.now += 599_000;
    expect(await made.run('keys rotate --profile work')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('Try again in 1 s') as string,
    });
    made.world.now += 1_000;
    expect(await made.run('keys rotate --profile work')).toEqual({
      exit: 0,
      out: `The active key of "Line work" is ${next} now.\nThe gateway must go on accepting ${old} until its tokens have run out (600 s, 2026-11-21T00:20:00.000Z); then remove it there.\nAfter that: ringfence keys rotate --profile work --finish\nUntil the gateway has accepted a token of the new key, ${old} stays in the keychain and can be brought back: ringfence keys rotate --profile work --back\n`,
      err: '',
    });
    made.give();
    await made.run(SET_NEXT);
    expect(await made.run('keys rotate --profile work --early')).toMatchObject({
      exit: 1,
      err: expect.stringContaining(`${old} is still to be removed`) as string,
    });
    expect(await made.run('keys rotate --profile work --finish')).toMatchObject({
      exit: 0,
      out: expect.stringContaining(`${old} is forgotten`) as string,
    });
    expect(await made.run('keys rotate --profile work --finish')).toMatchObject({
      exit: 0,
      out: expect.stringContaining('nothing is left to do') as string,
    });
    expect(await made.run('keys rotate --profile work --early')).toMatchObject({ exit: 0 });
    expect((await made.audited()).filter(({ what, change }) => what === 'key' && change === 'promoted')).toHaveLength(
      2,
    );
  });
});

it("a rotation waits one token life of the admin's file", async () => {
  const made = await withLine();
  await writeFile(join(made.folder, 'policy.json'), JSON.stringify({ version: 1, all: { tokenLifeS: 60 } }));
  made.give();
  await made.run(SET);
  made.give();
  expect((await made.run(SET_NEXT)).out).toContain('One token life (60 s) later');
  made.world.now += 60_000;
  expect(await made.run('keys rotate --profile work')).toMatchObject({ exit: 0 });
});

describe('the admin passphrase', () => {
  it('is asked for where something is changed, and never where something is shown', async () => {
    const made = await withLine();
    await made.setPassphrase('correct horse');
    expect(await made.run(SET)).toMatchObject({ exit: 6, err: 'no terminal\n' });
    expect(await made.run('keys list')).toMatchObject({ exit: 0 });
    expect(await made.run('doctor')).toMatchObject({ exit: 0 });
    expect(await made.run(`profiles import ${await made.fileOf(line('work'))}`)).toMatchObject({ exit: 0 });
    made.world.passphrase = ok('wrong horse');
    expect(await made.run(SET)).toMatchObject({
      exit: 6,
      err: expect.stringContaining('not the admin passphrase') as string,
    });
    made.world.passphrase = ok('correct horse');
    expect(await made.run(SET)).toMatchObject({ exit: 0 });
    // Each run is a new start, and after a wrong try a new start waits.
    expect(made.world.waited).toEqual([1_000]);
    expect(await made.run(SET_NEXT)).toMatchObject({ exit: 1, err: expect.stringContaining('active key') as string });
    expect(made.world.waited).toHaveLength(1);
    expect(await made.audited()).toContainEqual(
      expect.objectContaining({ what: 'admin', change: 'wrong', via: 'command-line' }),
    );
  });

  it('is wanted by the policy file: nothing is changed until there is one', async () => {
    const made = await withLine();
    await writeFile(join(made.folder, 'policy.json'), JSON.stringify({ version: 1, adminLock: 'required' }));
    expect(await made.run(SET)).toMatchObject({ exit: 6, err: expect.stringContaining('Set one first') as string });
    expect(await made.run('doctor')).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^warn {2}Policy file: .*wants an admin passphrase/m) as string,
    });
  });
});
