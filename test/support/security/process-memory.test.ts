import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { needlesOf } from './leak-search';
import { searchProcessMemory } from './process-memory';

describe('searchProcessMemory', () => {
  it.skipIf(process.platform !== 'linux')('finds bytes that a process was told, and no others', async () => {
    const child = spawn(
      process.execPath,
      ['-e', 'const kept = []; process.stdin.on("data", (chunk) => { kept.push(chunk); console.log("kept"); });'],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    try {
      const canary = randomBytes(32);
      child.stdin.write(Buffer.concat([canary, Buffer.alloc(1000)]));
      await once(child.stdout, 'data');
      const pid = child.pid ?? 0;
      const found = await searchProcessMemory(needlesOf(canary), pid);
      expect(found.unreadable).toEqual([]);
      expect(found.bytes).toBeGreaterThan(1_000_000);
      expect(found.hits).not.toEqual([]);
      expect((await searchProcessMemory(needlesOf(randomBytes(32)), pid)).hits).toEqual([]);
    } finally {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
  });

  it('says when it could not look', async () => {
    expect((await searchProcessMemory(needlesOf(randomBytes(32)), 2 ** 30)).unreadable).toHaveLength(1);
  });
});
