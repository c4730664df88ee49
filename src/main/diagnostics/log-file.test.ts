import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../base/log';
import { createLogFile, logFileName } from './log-file';

const all = mkdtempSync(join(tmpdir(), 'ringfence-log-'));
afterAll(() => rmSync(all, { recursive: true, force: true }));
let count = 0;
let path = '';
beforeEach(() => {
  count += 1;
  path = join(all, String(count), 'logs', 'ringfence.log');
});
const text = (age = 0): string => readFileSync(logFileName(path, age), 'utf8');

describe('the log on disk', () => {
  it('is made with its folder, for its owner alone, and holds each line', () => {
    const write = createLogFile(path);
    write('one');
    write('two');
    expect(text()).toBe('one\ntwo\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  it('holds no token, for a line is redacted where it is made', () => {
    const log = createLog(createLogFile(path));
    log.error('refused', new Error('GET wss://pbx.example.com/?t=s3cretvalue Bearer s3cretvalue'));
    expect(text()).toContain('refused');
    expect(text()).not.toContain('s3cretvalue');
  });

  it('takes away from others what somebody let them read', () => {
    createLogFile(path)('one');
    rmSync(path);
    writeFileSync(path, 'before\n', { mode: 0o644 });
    createLogFile(path)('one');
    expect(text()).toBe('before\none\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('begins a new file when one is full, keeps three older ones, and loses no line between them', () => {
    const write = createLogFile(path, 100);
    for (let line = 0; line < 40; line += 1) write(`line ${String(line).padStart(4, '0')}`);
    expect(readdirSync(join(path, '..')).sort()).toEqual(
      ['ringfence.1.log', 'ringfence.2.log', 'ringfence.3.log', 'ringfence.log'].filter((name) =>
        existsSync(join(path, '..', name)),
      ),
    );
    const kept = [3, 2, 1, 0].map((age) => (existsSync(logFileName(path, age)) ? text(age) : '')).join('');
    const numbers = [...kept.matchAll(/line (\d+)/g)].map(([, number]) => Number(number));
    expect(numbers.at(-1)).toBe(39);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(numbers.length).toBeGreaterThanOrEqual(30);
    expect(numbers.length).toBeLessThan(40);
  });

  it('follows no link, and ends nothing where it can not write', () => {
    const write = createLogFile(path);
    write('one');
    const elsewhere = join(all, `${count}-elsewhere`);
    writeFileSync(elsewhere, '');
    rmSync(path);
    symlinkSync(elsewhere, path);
    write('two');
    expect(readFileSync(elsewhere, 'utf8')).toBe('');
    rmSync(path);
    rmSync(join(path, '..'), { recursive: true });
    write('three');
    expect(text()).toBe('three\n');
    const blocked = join(all, `${count}-file`);
    writeFileSync(blocked, '');
    expect(() => createLogFile(join(blocked, 'ringfence.log'))('four')).not.toThrow();
  });
});
