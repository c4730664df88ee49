import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { line, SET, withLine, type Computer } from '../../../test/support/app/command-fixture';
import type { ProbeOutcome } from './gateway-probe';

describe('doctor', () => {
  const looked = async (made: Computer): Promise<string> => (await made.run('doctor')).out;

  it('looks at everything, and knocks at each gateway and provider without a token', async () => {
    const made = await withLine();
    await made.run(
      `profiles import ${await made.fileOf(line('bought', { provider: { kind: 'sautikit', baseUrl: 'https://api.example.com' }, gatewayUrl: '' }))} --apply`,
    );
    await made.run(SET);
    const { exit, out } = await made.run('doctor');
    expect(exit).toBe(0);
    expect(made.world.probed).toEqual(['wss://pbx.example.com/ws', 'https://api.example.com']);
    expect(out).toMatch(
      /^ok {4}Runtime: Ringfence 1\.0\.0 on Electron 45\.4\.1, Node 24\.0\.0\.\nok {4}Keychain: .*\nok {4}Sound: .*\nok {4}Policy file: /,
    );
    expect(out).toMatch(/^ok {4}Key of "Line work": The keychain gives out [0-9a-f]{8}\.$/m);
    expect(out).toMatch(/^warn {2}Key of "Line bought": .*\n {6}ringfence keys set --profile bought/m);
    expect(out).toMatch(/\n8 ok, 1 to look at, 0 failed\n$/);
  });

  it('says of the audit log whether it is as it was written', async () => {
    const made = await withLine();
    await made.run(SET);
    expect(await looked(made)).toMatch(/^ok {4}Audit log: The audit log is as it was written: lines 1 to \d+\.$/m);
    const path = join(made.folder, 'audit.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"added"', '"taken"'));
    const { exit, out } = await made.run('doctor');
    expect(exit).toBe(1);
    expect(out).toMatch(
      /^fail {2}Audit log: The audit log is NOT as it was written .*\n {6}See which lines, .*ringfence audit verify$/m,
    );
    made.keychain.mode = 'locked';
    expect(await looked(made)).toMatch(/^warn {2}Audit log: Nobody can tell .*\n {6}Nothing can be checked/m);
  });

  it.each<[string, ProbeOutcome, RegExp]>([
    [
      'nothing there',
      { reached: false, code: 'ECONNREFUSED' },
      /^fail {2}Gateway of "Line work": Nothing listens at pbx\.example\.com .*\n {6}Check the port/m,
    ],
    ['no such name', { reached: false, code: 'ENOTFOUND' }, /^fail.*was not found/m],
    [
      'an old certificate',
      { reached: false, code: 'CERT_HAS_EXPIRED' },
      /^fail.*certificate.*\n {6}Check this computer's date/m,
    ],
    [
      'an unknown authority',
      { reached: false, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      /^fail.*does not know who issued/m,
    ],
    ['another name', { reached: false, code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, /^fail.*for another name/m],
    ['silence', { reached: false, code: 'slow' }, /^fail.*within 5 s/m],
    [
      'a wrong path',
      { reached: true, status: 404, aheadMs: 0, tookMs: 1 },
      /^warn.*answers 404.*\n {6}Check the path/m,
    ],
    [
      'an ill gateway',
      { reached: true, status: 502, aheadMs: null, tookMs: 1 },
      /^warn.*answers 502.*\n {6}Look into the log/m,
    ],
    [
      'another clock',
      { reached: true, status: 101, aheadMs: -300_000, tookMs: 1 },
      /^fail.*clocks differ.*\n {6}This computer's clock is 5 minutes behind/m,
    ],
    [
      'an open door',
      { reached: true, status: 101, aheadMs: null, tookMs: 1 },
      /^ok {4}Gateway of "Line work": pbx\.example\.com answers \(101\) in 1 ms\.$/m,
    ],
  ])('tells of %s', async (_name, outcome, told) => {
    const made = await withLine();
    made.world.outcome = outcome;
    expect(await looked(made)).toMatch(told);
  });

  it('draws one line for each check, whatever a profile is called', async () => {
    expect(await looked(await withLine({ name: 'A\nok    Keychain: all is well' }))).toMatch(
      /^ok {4}Gateway of "A ok Keychain: all is well": /m,
    );
  });

  it('fails on a locked keychain, a policy file with a mistake, and a damaged file of profiles', async () => {
    const made = await withLine();
    await made.run(SET);
    made.keychain.mode = 'locked';
    expect(await looked(made)).toMatch(/^fail {2}Key of "Line work": [0-9a-f]{8} is not given out\.\n {6}.*locked/m);
    made.keychain.mode = 'gone';
    expect(await looked(made)).toMatch(/^fail {2}Keychain: /m);
    await writeFile(join(made.folder, 'policy.json'), '{\n "version": 1,\n "all": { "tokenLifeS": "long" }\n}');
    expect(await looked(made)).toMatch(/^fail {2}Policy file: Line 3 of the admin's policy file/m);
    await writeFile(join(made.folder, 'admin-lock.json'), '{');
    expect(await looked(made)).toMatch(
      /^fail {2}Files: The file with your admin lock can't be used .*admin-lock\.json\.\n {6}.*remove this file/m,
    );
    await rm(join(made.folder, 'admin-lock.json'));
    await writeFile(join(made.folder, 'profiles.json'), '{');
    // Looking leaves it where it is: it is told of each time, until somebody fixes it.
    for (let again = 0; again < 2; again += 1)
      expect(await made.run('doctor')).toMatchObject({
        exit: 1,
        out: expect.stringMatching(
          /^fail {2}Files: The file with your profiles can't be used .*profiles\.json\.$/m,
        ) as string,
      });
    expect(await made.run('keys list')).toMatchObject({
      exit: 7,
      err: expect.stringContaining("can't be used") as string,
    });
    expect(await readFile(join(made.folder, 'profiles.json'), 'utf8')).toBe('{');
    // The app would set it aside as well, and say so.
    expect(await made.run(SET)).toMatchObject({
      exit: 4,
      err: expect.stringContaining('it is kept as profiles.json.damaged-') as string,
    });
  });
});
