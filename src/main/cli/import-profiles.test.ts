import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { computer, line, withLine } from '../../../test/support/app/command-fixture';

describe('profiles import', () => {
  it('changes nothing before --apply, and keeps to the rules of the admin', async () => {
    const made = await withLine();
    await writeFile(join(made.folder, 'policy.json'), JSON.stringify({ version: 1, all: { tokenLifeS: 120 } }));
    const path = await made.fileOf(line('work', { policy: { tokenLifeS: 900 } }), line('other', { policy: {} }));
    const shown = await made.run(`profiles import ${path}`);
    expect(shown).toMatchObject({
      exit: 1,
      out: expect.stringMatching(/^! work .*policy file.*\n\+ other .*added\n/) as string,
    });
    expect((await made.run('keys list')).out).not.toMatch(/^other/m);
    expect(await made.run(`profiles import ${path} --apply --json`)).toMatchObject({
      exit: 1,
      out: expect.stringContaining('"added": 1') as string,
    });
    expect((await made.run('keys list')).out).toMatch(/^other/m);
    expect(await made.audited()).toContainEqual(
      expect.objectContaining({ what: 'profile', profileId: 'other', change: 'added', via: 'command-line' }),
    );
  });

  it.skipIf(process.platform === 'win32')('reads from a pipe, which has no size', async () => {
    const made = await computer();
    const [path, pipe] = [
      await made.fileOf(...Array.from({ length: 300 }, (_, at) => line(`line-${at}`))),
      join(made.folder, 'pipe'),
    ];
    const text = await readFile(path, 'utf8');
    await promisify(execFile)('mkfifo', [pipe]);
    const [shown] = await Promise.all([made.run(`profiles import ${pipe}`), writeFile(pipe, text)]);
    expect(shown).toMatchObject({ exit: 0, out: expect.stringContaining('300 would be: add --apply') as string });
  });

  it('draws one line for each change, whatever a value holds', async () => {
    const made = await withLine();
    const { out } = await made.run(
      `profiles import ${await made.fileOf(line('work', { name: 'A\n= live  "Live" (production): unchanged', displayName: 'B\r\n+ more' }))}`,
    );
    expect(out.split('\n')).toEqual([
      String.raw`~ work  "A{U+000A}= live  \"Live\" (production): unchanged" (staging): changed`,
      '    name: Line work -> A{U+000A}= live  "Live" (production): unchanged',
      '    displayName: (none) -> B{U+000D}{U+000A}+ more',
      'Nothing was changed yet. 1 would be: add --apply.',
      '',
    ]);
  });

  it('says what is wrong with the URL of a gateway, and repeats nothing of it', async () => {
    const made = await computer();
    const path = await made.fileOf(line('work'));
    const good = await readFile(path, 'utf8');
    for (const [url, sentence] of [
      ['wss:/pbx.example.com/s3cr3t', 'write two slashes'],
      ['wss://a,s3cr3t.example.com', 'name one host'],
      ['wss://pbx.example.com/ws?token=s3cr3t', 'a URL is no place for a secret'],
    ] as const) {
      await writeFile(path, good.replace('wss://pbx.example.com/ws', url));
      const refused = await made.run(`profiles import ${path} --apply`);
      expect(refused).toMatchObject({ exit: 7, err: expect.stringContaining(sentence) as string });
      expect(JSON.stringify([refused, await made.audited()])).not.toContain('s3cr3t');
    }
    await writeFile(path, good);
    expect(await made.run(`profiles import ${path} --apply`)).toMatchObject({ exit: 0 });
  });

  it('says which line of a file is wrong', async () => {
    const made = await computer();
    const path = join(made.folder, 'bad.json');
    await writeFile(path, '{\n  "format": "ringfence-profiles",\n  "version": 1,\n  "profiles": [{ "id": "A B" }]\n}');
    expect(await made.run(`profiles import ${path} --apply`)).toMatchObject({
      exit: 7,
      err: expect.stringMatching(/^Line 4 /) as string,
    });
  });
});
