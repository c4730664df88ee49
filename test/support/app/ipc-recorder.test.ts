import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIpcRecord, writeIpcRecorder } from './ipc-recorder';
import { temporaryFolder } from '../temporary-folder';

let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('readIpcRecord', () => {
  it('does not pass silence off as innocence', async () => {
    await writeIpcRecorder(join(folder, 'recorder.cjs'), join(folder, 'record'));
    await expect(readIpcRecord(join(folder, 'record'))).rejects.toThrow('did not come to work');
  });

  it('reads what the recorder wrote', async () => {
    const secret = randomBytes(4).toString('hex');
    const lines = [
      { to: 'main', channel: 'recorder installed', payload: '"33"' },
      { to: 'renderer', channel: 'x', payload: secret },
    ];
    await writeFile(join(folder, 'record'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect((await readIpcRecord(join(folder, 'record')))[1]?.payload).toBe(secret);
  });
});
