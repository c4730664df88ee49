/** The audit log on a disk that is really full: a small file system in memory, in a namespace of its own. */
import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { build } from 'vite';
import { temporaryFolder } from '../support/temporary-folder';

const run = promisify(execFile);
const inNamespace = (script: string, ...args: string[]) =>
  run('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', ...args], { maxBuffer: 4_000_000 });

it('keeps every line while the disk is full, leaves no half of one, and writes all when there is room', async (context) => {
  const folder = await temporaryFolder();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const problem = await inNamespace('mount -t tmpfs -o size=256k tmpfs "$1"', folder).then(
    () => null,
    () => 'No small file system can be mounted here: unshare needs user namespaces.',
  );
  if (problem !== null) Object.assign(context.task.meta, { skipReason: problem });
  context.skip(problem !== null, problem ?? '');
  const out = join(folder, 'program');
  await build({
    configFile: false,
    logLevel: 'silent',
    root: import.meta.dirname,
    build: {
      ssr: join(import.meta.dirname, '../support/app/audit-on-a-full-disk.ts'),
      outDir: out,
      minify: false,
      target: 'node20',
    },
    ssr: { noExternal: true },
  });
  const [program = ''] = (await readdir(out)).filter((name) => /\.m?js$/.test(name));
  const { stdout } = await inNamespace(
    'mkdir "$1/disk" && mount -t tmpfs -o size=256k tmpfs "$1/disk" && exec "$2" "$3" "$1/disk"',
    folder,
    process.execPath,
    join(out, program),
  );
  expect(JSON.parse(stdout)).toEqual({
    codes: ['ENOSPC'],
    full: { code: 'ENOSPC', count: 600 },
    wholeLines: true,
    after: null,
    ids: ['before', ...Array.from({ length: 600 }, (_, n) => `p${n}`)],
    told: ['late'],
    findings: [],
  });
}, 60_000);
