/** What a person is told by `npm run lab`, and that it ends clean. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { beforeEach, expect, it } from 'vitest';
import { readLabArguments, runLab } from './cli';
import { labProblem } from './lab';

const problem = await labProblem();
beforeEach(({ skip }) => skip(problem !== null, problem ?? ''));

it.each([
  [
    ['--presentation', 'bearer', '--tls', '--codec', 'opus', '--manual'],
    { server: 'kamailio', options: { presentation: 'bearer', tls: true, codec: 'opus', answerMode: 'manual' } },
  ],
  [[], { server: 'kamailio', options: { presentation: 'query', tls: false, codec: 'PCMU', answerMode: 'auto' } }],
  [['--server', 'asterisk'], { server: 'asterisk', options: { codec: 'PCMU', bob: 'auto' } }],
  [
    ['--server=asterisk', '--codec', 'opus', '--manual'],
    { server: 'asterisk', options: { codec: 'opus', bob: 'manual' } },
  ],
  [['--server', 'asterisk', '--tls'], { problem: expect.stringContaining('digest') as string }],
  [['--server', 'asterisk', '--presentation', 'digest'], { problem: expect.stringContaining('digest') as string }],
  [['--server', 'toString'], { problem: 'There is no server toString.' }],
  [['--presentation', 'toString'], { problem: 'There is no presentation toString.' }],
  [['--codec', 'G729'], { problem: 'There is no codec G729.' }],
  [['--loud'], { problem: expect.stringContaining('--loud') as string }],
  [['--help'], 'help'],
])('reads the arguments %j', (args, expected) => {
  expect(readLabArguments(args)).toEqual(expected);
});

it('prints a profile and the path of the key, never the key, and leaves nothing', async () => {
  const said: string[] = [];
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let shared: readonly string[] = [];
  let key = '';
  const code = await runLab({
    args: ['--presentation', 'main-injected'],
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
