import { createSecretKey, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditLog, memorySeals, refusal, tamper, verified, writeRun } from '../../../test/support/app/audit-fixture';
import { chainLine, readChained } from './audit-chain';
import type { Finding } from './audit-verify';

let folder = '';
let path = '';
let seals = memorySeals();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringfence-verify-'));
  path = join(folder, 'audit.jsonl');
  seals = memorySeals();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TEN = Array.from({ length: 10 }, (_, index) => `p${index + 1}`);
const plain = (id: string): string => JSON.stringify({ ...refusal(id), at: '2026-11-21T16:07:00.000Z' });
const stripped = (line: string): string => line.replace(/,"n":\d+,"mac":"[\w-]+"\}$/, '}');
const at = (lines: readonly string[], n: number): string => lines[n - 1] ?? '';
const swapped = (lines: string[]): string[] => {
  const [fourth, fifth] = [at(lines, 4), at(lines, 5)];
  return [...lines.slice(0, 3), fifth, fourth, ...lines.slice(5)];
};
/** What somebody without the key can write: with a key of his own. */
const forged = (after: string, id: string): string => {
  const end = readChained(after);
  return chainLine(createSecretKey(randomBytes(32)), { n: end?.n ?? 0, mac: end?.mac ?? '' }, plain(id)).line;
};
const finding = (kind: Finding['kind'], from: number, to = from): Finding => ({ kind, from, to });

describe('a log of ten lines', () => {
  it.each<[string, (lines: string[]) => readonly string[], readonly Finding[]]>([
    ['that nobody touched', (lines) => lines, []],
    [
      'of which one value was changed',
      (lines) => lines.map((each) => each.replace('"p4"', '"px"')),
      [finding('changed', 4)],
    ],
    [
      'of which the first was changed',
      (lines) => lines.map((each) => each.replace('"p1"', '"px"')),
      [finding('changed', 1)],
    ],
    [
      'of which the last was changed',
      (lines) => lines.map((each) => each.replace('"p10"', '"px"')),
      [finding('changed', 10)],
    ],
    [
      'of which a time was changed',
      (lines) => lines.map((each, index) => (index === 3 ? each.replace('1970', '1971') : each)),
      [finding('changed', 4)],
    ],
    [
      'of which a MAC was changed',
      (lines) =>
        lines.map((each, index) =>
          index === 3 ? each.replace(/"mac":"[\w-]{22}"/, `"mac":"${'A'.repeat(22)}"`) : each,
        ),
      [finding('changed', 4, 5)],
    ],
    ['of which one is gone', (lines) => lines.toSpliced(3, 1), [finding('missing', 4)]],
    ['of which several are gone', (lines) => lines.toSpliced(3, 4), [finding('missing', 4, 7)]],
    ['of which the first are gone', (lines) => lines.slice(2), [finding('missing', 1, 2)]],
    ['of which the last is cut off', (lines) => lines.slice(0, -1), [finding('missing', 10)]],
    ['of which half is cut off', (lines) => lines.slice(0, 5), [finding('missing', 6, 10)]],
    ['that was emptied', () => [], [finding('missing', 1, 10)]],
    ['of which two were swapped', swapped, [finding('missing', 4), finding('misplaced', 4)]],
    ['of which one is there twice', (lines) => lines.toSpliced(5, 0, at(lines, 3)), [finding('misplaced', 3)]],
    ['into which a line without a MAC was put', (lines) => lines.toSpliced(5, 0, plain('px')), [finding('foreign', 6)]],
    [
      'into which a line with a number and a MAC of another key was put',
      (lines) => lines.toSpliced(5, 0, forged(at(lines, 5), 'px')),
      [finding('changed', 6), finding('misplaced', 6), finding('changed', 7)],
    ],
    [
      'to which a line of another key was added',
      (lines) => [...lines, forged(at(lines, 10), 'px')],
      [finding('changed', 11)],
    ],
    ['of which all were stripped of their MACs', (lines) => lines.map(stripped), [finding('missing', 1, 10)]],
    [
      'of which the last were stripped',
      (lines) => [...lines.slice(0, 7), ...lines.slice(7).map(stripped)],
      [finding('missing', 8, 10)],
    ],
    [
      'of which some in the middle were stripped',
      (lines) => lines.map((each, index) => (index === 3 || index === 4 ? stripped(each) : each)),
      [finding('foreign', 4), finding('missing', 4, 5)],
    ],
    [
      'of which a line was changed and the rest written anew with another key',
      (lines) => {
        const made = lines.slice(0, 3);
        for (let n = 4; n <= 10; n += 1) made.push(forged(at(made, n - 1), `q${n}`));
        return made;
      },
      [finding('changed', 4, 10)],
    ],
    ['whose file was moved away', () => [], [finding('missing', 1, 10)]],
  ])('%s', async (_how, edit, expected) => {
    await writeRun(path, seals, TEN);
    tamper(path, edit);
    expect((await verified(path, seals.seal)).findings).toEqual(expected);
  });

  it('that is put back as it was before its last lines is found to lack them', async () => {
    await writeRun(path, seals, TEN.slice(0, 6));
    cpSync(path, join(folder, 'before'));
    await writeRun(path, seals, TEN.slice(6));
    cpSync(join(folder, 'before'), path);
    expect((await verified(path, seals.seal)).findings).toEqual([finding('missing', 7, 10)]);
  });

  it.each<[string, (lines: string[]) => readonly string[], Finding]>([
    ['cut off', (lines) => lines.slice(0, 5), finding('missing', 6, 10)],
    ['stripped', (lines) => lines.map(stripped), finding('missing', 1, 10)],
    ['changed at its end', (lines) => lines.map((each) => each.replace('"p10"', '"px"')), finding('changed', 10)],
  ])('that was %s does not look whole after the program has run again', async (_how, edit, expected) => {
    await writeRun(path, seals, TEN);
    tamper(path, edit);
    await writeRun(path, seals, ['later']);
    expect((await verified(path, seals.seal)).findings).toContainEqual(expected);
  });
});

describe('a log that a crash left before the keychain knew of its last lines', () => {
  it.each<[string, (lines: string[]) => readonly string[], readonly Finding[]]>([
    ['is whole', (lines) => lines, []],
    ['lacks the line that the keychain knew, and no other', (lines) => lines.toSpliced(4, 1), [finding('missing', 5)]],
    [
      'has that line changed, and no other',
      (lines) => lines.map((each) => each.replace('"p5"', '"px"')),
      [finding('changed', 5)],
    ],
  ])('%s, after the program has run again', async (_how, edit, expected) => {
    await writeRun(path, seals, TEN.slice(0, 5));
    const known = seals.seal;
    await writeRun(path, seals, TEN.slice(5));
    seals.seal = known;
    tamper(path, edit);
    await writeRun(path, seals, ['later']);
    expect((await verified(path, seals.seal)).findings).toEqual(expected);
  });
});

describe('rotated files', () => {
  const small = { maxBytes: 900, maxFiles: 5 };
  beforeEach(() =>
    writeRun(
      path,
      seals,
      Array.from({ length: 40 }, (_, index) => `p${index}`),
      small,
    ),
  );

  it.each<[string, () => void, (found: readonly Finding[]) => void]>([
    ['that nobody touched', () => undefined, (found) => expect(found).toEqual([])],
    [
      'of which the oldest was removed',
      () => rmSync(`${path}.4`),
      (found) => expect(found).toMatchObject([{ kind: 'missing' }]),
    ],
    [
      'of which one in the middle was removed',
      () => rmSync(`${path}.2`),
      (found) => expect(found).toMatchObject([{ kind: 'missing' }]),
    ],
    [
      'of which the newest was removed',
      () => rmSync(path),
      (found) => expect(found).toMatchObject([{ kind: 'missing' }]),
    ],
    [
      'of which the oldest begins later',
      () => tamper(path, (lines) => lines.slice(1), 4),
      (found) => expect(found).toMatchObject([{ kind: 'missing' }]),
    ],
    [
      'of which the very first line was changed',
      () =>
        tamper(path, (lines) => lines.map((each, index) => (index === 0 ? each.replace(/"p\d+"/, '"px"') : each)), 4),
      (found) => expect(found).toMatchObject([{ kind: 'changed' }]),
    ],
    [
      'of which two were swapped',
      () => {
        const [one, other] = [readFileSync(`${path}.2`), readFileSync(`${path}.3`)];
        writeFileSync(`${path}.2`, other);
        writeFileSync(`${path}.3`, one);
      },
      (found) => expect(found.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['missing', 'misplaced'])),
    ],
    [
      'in front of which older lines were put',
      () => tamper(path, (lines) => [forged('', 'px'), ...lines], 4),
      (found) => expect(found).toMatchObject([{ kind: 'misplaced', from: 1 }]),
    ],
    [
      'whose line about the rotation was changed',
      () => {
        for (const age of [1, 2, 3, 4])
          tamper(
            path,
            (lines) => lines.map((each) => each.replace(/"first":(\d+)/, (_all, n) => `"first":${Number(n) + 3}`)),
            age,
          );
      },
      (found) => expect(found.length).toBeGreaterThan(0),
    ],
  ])('%s', async (_how, edit, expected) => {
    edit();
    expected((await verified(path, seals.seal)).findings);
  });
});

describe('a program that ended without a word', () => {
  it('leaves lines that the keychain does not know; they are checked by the chain, and the next run goes on behind them', async () => {
    await writeRun(path, seals, ['a', 'b']);
    const known = seals.seal;
    await writeRun(path, seals, ['c', 'd']);
    seals.seal = known;
    expect(await verified(path, seals.seal)).toMatchObject({ findings: [], good: 4, unsealed: 2 });
    tamper(path, (lines) => lines.map((each) => each.replace('"c"', '"x"')));
    expect((await verified(path, seals.seal)).findings).toEqual([finding('changed', 3)]);
    tamper(path, (lines) => lines.map((each) => each.replace('"x"', '"c"')));
    await writeRun(path, seals, ['e']);
    expect(await verified(path, seals.seal)).toMatchObject({ findings: [], good: 5, last: 5, unsealed: 0 });
  });

  it('in the middle of a line leaves nothing of it, and no trace that looks like tampering', async () => {
    await writeRun(path, seals, ['a', 'b']);
    appendFileSync(path, '{"what":"refusal","prof');
    await writeRun(path, seals, ['c']);
    expect(await verified(path, seals.seal)).toMatchObject({ findings: [], good: 3 });
  });

  it('but half of a line that the keychain knows is missed', async () => {
    await writeRun(path, seals, ['a', 'b']);
    truncateSync(path, readFileSync(path).length - 10);
    expect((await verified(path, seals.seal)).findings).toEqual([finding('missing', 2)]);
    await writeRun(path, seals, ['c']);
    expect((await verified(path, seals.seal)).findings).toEqual([finding('missing', 2)]);
  });

  it('between the line about a rotation and the rotation leaves a log that is whole', async () => {
    const small = { maxBytes: 900, maxFiles: 2 };
    let oldest = '';
    for (let count = 0; !existsSync(path) || !readFileSync(path, 'utf8').includes('"first"'); count += 1) {
      if (count > 0 && existsSync(`${path}.1`) && readFileSync(`${path}.1`, 'utf8').includes('"first"')) break;
      if (existsSync(`${path}.1`)) oldest = readFileSync(`${path}.1`, 'utf8');
      await writeRun(path, seals, [`p${count}`], small);
    }
    // As it was: the newest file ends in that line, and the one that was to go is there.
    const newest = readFileSync(`${path}.1`, 'utf8');
    writeFileSync(path, newest);
    writeFileSync(`${path}.1`, oldest);
    const end = readChained(newest.trimEnd().split('\n').at(-1) ?? '');
    if (seals.seal === null || end === null) throw new Error('nothing was rotated');
    seals.seal = { key: seals.seal.key, end: { n: end.n, mac: end.mac } };
    expect(newest.trimEnd().split('\n').at(-1)).toContain('"change":"rotated"');
    expect((await verified(path, seals.seal)).findings).toEqual([]);
    await writeRun(path, seals, ['later'], small);
    const { findings, first } = await verified(path, seals.seal);
    expect(findings).toEqual([]);
    expect(first).toBeGreaterThan(1);
  });
});

describe('a log from before lines were chained', () => {
  const old = (): void => {
    writeFileSync(`${path}.1`, ['a', 'b'].map((id) => `${plain(id)}\n`).join(''));
    writeFileSync(path, ['c', 'd'].map((id) => `${plain(id)}\n`).join(''));
  };

  it('is chained at the next start, and says from where on', async () => {
    old();
    await writeRun(path, seals, ['e']);
    expect(await verified(path, seals.seal)).toMatchObject({ findings: [], unchained: 0 });
    const again = auditLog(path, seals);
    const shown = (await again.recent(20)).map((each) => (each.what === 'log' ? each.change : each.profileId));
    await again.close();
    expect(shown).toEqual(['e', 'd', 'c', 'adopted', 'b', 'a', 'adopted']);
    tamper(path, (lines) => lines.map((each) => each.replace('"c"', '"x"')));
    expect((await verified(path, seals.seal)).findings).toMatchObject([{ kind: 'changed' }]);
  });

  it('goes on being chained where a crash stopped that', async () => {
    old();
    await writeRun(path, seals, ['e']);
    const half = seals.seal;
    // The newest file was not reached, and the keychain knows of the older one alone.
    const [, last = ''] = [...readFileSync(`${path}.1`, 'utf8').trimEnd().split('\n')].reverse().reverse().slice(-2);
    const end = readChained(last);
    if (half === null || end === null) throw new Error('nothing was chained');
    seals.seal = { key: half.key, end: { n: end.n, mac: end.mac } };
    writeFileSync(path, ['c', 'd'].map((id) => `${plain(id)}\n`).join(''));
    await writeRun(path, seals, ['e']);
    expect(await verified(path, seals.seal)).toMatchObject({ findings: [], unchained: 0 });
  });
});

describe('a keychain that gives out no key', () => {
  it('holds no line up; what was written meanwhile is chained when it does, and said to be so', async () => {
    await writeRun(path, seals, ['a']);
    seals.mode = 'locked';
    const states: (string | null)[] = [];
    await writeRun(path, seals, ['b', 'c'], { onState: ({ unchained }) => states.push(unchained) });
    expect(states).toEqual([expect.stringContaining('does not give out')]);
    seals.mode = 'works';
    expect(await verified(path, seals.seal)).toMatchObject({ findings: [], unchained: 2 });
    await writeRun(path, seals, ['d']);
    expect(await verified(path, seals.seal)).toMatchObject({ findings: [], unchained: 0, good: 5 });
  });

  it("is never taken for one without a key: no second key takes the first one's place", async () => {
    await writeRun(path, seals, ['a']);
    const { seal } = seals;
    seals.seal = null;
    await writeRun(path, seals, ['b']);
    expect(seals.seal).toBeNull();
    seals.seal = seal;
    await writeRun(path, seals, ['c']);
    expect((await verified(path, seals.seal)).findings).toEqual([]);
  });

  it('is not there at all: lines are plain ones', async () => {
    seals.mode = 'gone';
    await writeRun(path, seals, ['a']);
    expect(readFileSync(path, 'utf8')).not.toContain('"mac"');
  });
});
