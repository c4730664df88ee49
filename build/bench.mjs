/** `npm run bench`: builds, then measures the app beside an empty window in real Electron. The result goes to bench-results/. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, say } from './program.mjs';
import { root } from './places.mjs';
import { run } from './child.mjs';
import { ensureBuilt } from './app-build.mjs';
import { installLab } from './lab-packages.mjs';
import { setUp } from './setup.mjs';
import { setUpTestBed } from './test-bed.mjs';

await runProgram(async () => {
  const runtime = await setUp(['app', 'display']);
  say(`lab: ${await installLab()}`);
  await ensureBuilt();
  const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const config = join(root, 'test', 'bench', 'playwright.config.ts');
  const testBed = await setUpTestBed(runtime, {
    display: 'virtual',
    mustRead: [playwright, config, join(root, 'out', 'main', 'index.js')],
  });
  try {
    // Whoever measures may not write to the checkout: the result is fetched from its own folder.
    const output = testBed.env['TMPDIR'] ?? '';
    const { command, args, ...as } = testBed.launch.invoke(process.execPath, [
      playwright,
      'test',
      '--config',
      config,
      ...process.argv.slice(2),
    ]);
    const outcome = await run(command, args, {
      ...as,
      cwd: '/',
      env: { ...testBed.env, RINGFENCE_BENCH_OUTPUT: output, RINGFENCE_E2E_OUTPUT: join(output, 'test-results') },
      show: true,
    });
    const result = join(output, 'bench.json');
    const text = await readFile(result, 'utf8').catch(() => '');
    if (text !== '') {
      const folder = join(root, 'bench-results');
      await mkdir(folder, { recursive: true });
      const name = `${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`;
      await copyFile(result, join(folder, name));
      await copyFile(result, join(folder, 'latest.json'));
      say(`result: bench-results/${name}`);
    }
    return outcome.code === 0 && text !== '' ? 0 : 1;
  } finally {
    await testBed.close();
  }
});
