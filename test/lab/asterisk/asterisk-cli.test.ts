/** What a person is told by `npm run lab -- --server asterisk`, that it works as it says, and that it ends clean. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeEach, expect, it } from 'vitest';
import { runAsterisk } from './asterisk-cli';
import { asteriskProblem } from './asterisk-needs';

const problem = await asteriskProblem();
beforeEach(({ skip }) => skip(problem !== null, problem ?? ''));
const run = promisify(execFile);

it('prints a profile and the path of the key, never the key; what it names answers, and nothing is left', async () => {
  const said: string[] = [];
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let shared: readonly string[] = [];
  let asked = 0;
  let consoleSaid = '';
  const code = await runAsterisk(
    { bob: 'manual' },
    {
      args: [],
      ended,
      share: async (folder, keyFile) => {
        shared = [folder, keyFile];
        expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
      },
      say: (text) => {
        said.push(text);
        void (async () => {
          try {
            const key = (await readFile(shared[1] ?? '', 'utf8')).trim();
            expect(text).not.toContain(key);
            const answer = await fetch(/Token URL +(\S+)/.exec(text)?.[1] ?? '', {
              method: 'POST',
              headers: { Authorization: `Bearer ${key}` },
              body: '{"user":"1001","life":60}',
            });
            asked = answer.status;
            consoleSaid = (await run(/(\S+\/console) channel/.exec(text)?.[1] ?? '', ['core', 'show', 'version']))
              .stdout;
          } finally {
            end();
          }
        })();
      },
    },
  );
  expect([code, asked, consoleSaid]).toEqual([0, 200, expect.stringMatching(/^Asterisk 2\d\./)]);
  const text = said.join('\n');
  for (const part of [
    /the preset "Asterisk"/,
    /Identity +1001@pbx\.ringfence\.test/,
    /Gateway URL +ws:\/\/127\.0\.0\.1:\d+\/ws/,
    /Token URL +http:\/\/127\.0\.0\.1:\d+\/sip/,
    /fingerprint [0-9a-f]{8}/,
    /Ctrl\+C/,
  ])
    expect(text).toMatch(part);
  expect(shared.filter((path) => existsSync(path))).toEqual([]);
});
