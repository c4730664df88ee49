/** What a person is told by `npm run lab`, and that it ends clean. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { beforeEach, expect, it } from 'vitest';
import { readLabArguments, runLab } from './cli';
import { labProblem } from './lab';

const problem = await labProblem();
beforeEach(({ skip }) => skip(problem !== null, problem ?? ''));

it('reads its arguments, and says what is wrong with them', () => {
  expect(readLabArguments(['--presentation', 'bearer', '--tls', '--codec', 'opus', '--manual'])).toEqual({
    presentation: 'bearer',
    tls: true,
    codec: 'opus',
    answerMode: 'manual',
  });
  expect(readLabArguments(['--presentation', 'toString'])).toEqual({ problem: 'There is no presentation toString.' });
  expect(readLabArguments(['--codec', 'G729'])).toEqual({ problem: 'There is no codec G729.' });
  expect(readLabArguments(['--loud'])).toMatchObject({ problem: expect.stringContaining('--loud') as string });
});

it('prints a profile and the path of the key, never the key, and leaves nothing', async () => {
  const said: string[] = [];
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let shared: readonly string[] = [];
  let key = '';
  const code = await runLab({
    args: ['--presentation', 'header'],
    ended,
    share: async (folder, keyFile) => {
      shared = [folder, keyFile];
      key = (await readFile(keyFile, 'utf8')).trim();
      expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    },
    say: (text) => {
      said.push(text);
      end();
    },
  });
  const text = said.join('\n');
  expect(code).toBe(0);
  for (const part of [
    /ws:\/\/127\.0\.0\.1:\d+\//,
    /1001@lab\.ringfence\.test/,
    /Token stays in main/,
    /Issuer +ringfence/,
    /Audience +lab/,
    /sip:bob@lab\.ringfence\.test/,
    /Ctrl\+C/,
  ])
    expect(text).toMatch(part);
  expect(text).toContain(shared[1]);
  expect(key.length).toBeGreaterThanOrEqual(32);
  expect(text).not.toContain(key);
  expect(shared.filter((path) => existsSync(path))).toEqual([]);
});
