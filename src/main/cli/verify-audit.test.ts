import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SET, withLine, type Computer } from '../../../test/support/app/command-fixture';

const VERIFY = 'audit verify';

async function edit({ folder }: Computer, change: (lines: string[]) => readonly string[]): Promise<void> {
  const path = join(folder, 'audit.jsonl');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

/** An installation with some lines in its log, each written by a command of its own. */
async function withLines(): Promise<Computer> {
  const made = await withLine();
  for (let count = 0; count < 3; count += 1) {
    made.give();
    await made.run(SET);
  }
  return made;
}

describe('audit verify', () => {
  it('says that a log is as it was written, through as many programs as wrote it, and changes nothing', async () => {
    const made = await withLines();
    const before = await readFile(join(made.folder, 'audit.jsonl'), 'utf8');
    const count = before.trimEnd().split('\n').length;
    made.world.isOpen = true;
    expect(await made.run(VERIFY)).toEqual({
      exit: 0,
      out: `The audit log is as it was written: lines 1 to ${count}.\n`,
      err: '',
    });
    expect(await readFile(join(made.folder, 'audit.jsonl'), 'utf8')).toBe(before);
  });

  it.each<[string, (lines: string[]) => readonly string[], RegExp]>([
    [
      'a changed line',
      ([first = '', ...rest]) => [first.replace('"work"', '"wrok"'), ...rest],
      /^Line 1 is not as it was written\.$/m,
    ],
    ['a removed line', (lines) => lines.toSpliced(1, 1), /^Line 2 is missing\.$/m],
    ['a cut', (lines) => lines.slice(0, 1), /^Lines 2 to \d+ are missing\.$/m],
    [
      'swapped lines',
      ([one = '', two = '', ...rest]) => [two, one, ...rest],
      /^Line 1 is there twice, or not where it belongs\.$/m,
    ],
    ['stripped lines', (lines) => lines.map((line) => line.replace(/,"n":.*/, '}')), /^Lines 1 to \d+ are missing\.$/m],
    [
      'a line that was put in',
      ([one = '', ...rest]) => [one, '{"what":"refusal"}', ...rest],
      /^In front of line 2 stand lines that have no MAC\.$/m,
    ],
  ])('finds %s', async (_what, change, says) => {
    const made = await withLines();
    await edit(made, change);
    const found = await made.run(VERIFY);
    expect(found.exit).toBe(1);
    expect(found.out).toMatch(/^The audit log is NOT as it was written/);
    expect(found.out).toMatch(says);
    const json = JSON.parse((await made.run(`${VERIFY} --json`)).out) as { ok: boolean; findings: unknown[] };
    expect(json.ok).toBe(false);
    expect(json.findings.length).toBeGreaterThan(0);
  });

  it('says that nothing can be checked while the keychain gives out no key', async () => {
    const made = await withLines();
    for (const mode of ['locked', 'gone'] as const) {
      made.keychain.mode = mode;
      expect(await made.run(VERIFY)).toMatchObject({
        exit: 3,
        err: expect.stringContaining('Nothing can be checked') as string,
      });
    }
  });

  it('tells a log of before from one that was stripped', async () => {
    const made = await withLines();
    await edit(made, (lines) => lines.map((line) => line.replace(/,"n":.*/, '}')));
    expect((await made.run(VERIFY)).exit).toBe(1);
    // The next program chains the lines, and they are found missing all the same.
    made.give();
    await made.run(SET);
    expect((await made.run(VERIFY)).exit).toBe(1);
  });

  it('has nothing to say of an installation that never wrote a line', async () => {
    const made = await withLine();
    await edit(made, () => []);
    made.keychain.accounts.forEach((account) => void made.keychain.remove(account));
    await writeFile(join(made.folder, 'audit.jsonl'), '');
    expect(await made.run(VERIFY)).toMatchObject({ exit: 0, out: 'There is no audit log yet.\n' });
  });
});
