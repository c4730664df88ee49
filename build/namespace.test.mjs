import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { leftBehind, makeNamespace } from './namespace.mjs';

const run = promisify(execFile);
const script = fileURLToPath(new URL('namespace.mjs', import.meta.url));
const listed = async () => (await run('ip', ['netns', 'list'])).stdout;

describe('leftBehind', () => {
  it("names ours whose process is gone, and nobody else's", () => {
    expect(
      leftBehind('ringfence-11 (id: 3)\nringfence-22\nlab\nringfence-x\nmy-ringfence-33\n', (pid) => pid === 11),
    ).toEqual(['ringfence-22']);
  });
});

describe('makeNamespace', () => {
  it.for([
    { options: {}, expected: ['lo inet 127.0.0.1/8'] },
    { options: { cable: true }, expected: ['lo inet 127.0.0.1/8', 'cable0 inet 10.99.0.1/24'] },
  ])('with $options has these addresses and no way out, and is gone afterwards', async (row, { skip }) => {
    const { options, expected } = row;
    const place = await makeNamespace(options);
    skip(place.inside.length === 0, place.reason);
    const [command = '', ...words] = place.inside;
    const { stdout } = await run(command, [...words, 'ip', '-o', '-4', 'address']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/).slice(1, 4).join(' ')),
    ).toEqual(expected);
    expect((await run(command, [...words, 'ip', 'route', 'show', 'default'])).stdout).toBe('');
    place.remove();
    place.remove();
    expect(await listed()).not.toContain(`ringfence-${process.pid}`);
  });

  it.each(['SIGINT', 'SIGTERM'])('goes with a process that %s ends, and so does what runs inside', async (signal) => {
    const code = `
      const { makeNamespace } = await import(${JSON.stringify(pathToFileURL(script).href)});
      const { run } = await import(${JSON.stringify(new URL('child.mjs', import.meta.url).href)});
      const place = await makeNamespace();
      const [command, ...words] = [...place.inside, 'sh', '-c', 'echo $$; exec sleep 60'];
      void run(command, words, { onLine: (pid) => console.log(place.inside.length, pid) });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = /** @type {string} */ (
      /** @type {unknown[]} */ (await once(createInterface(child.stdout), 'line'))[0]
    );
    const [inside = 0, pid = 0] = line.split(' ').map(Number);
    child.kill(/** @type {NodeJS.Signals} */ (signal));
    await once(child, 'exit');
    if (inside === 0) return; // there was none to remove: the test above says so
    expect(await listed()).not.toContain(`ringfence-${child.pid ?? ''}`);
    // Whoever inherits it may be slow to ask for its exit code: a zombie runs no more.
    await expect
      .poll(
        () =>
          readFile(`/proc/${pid}/stat`, 'utf8').then(
            (text) => (/\) Z /.test(text) ? 'gone' : text),
            () => 'gone',
          ),
        { timeout: 4_000 },
      )
      .toBe('gone');
  });
});
