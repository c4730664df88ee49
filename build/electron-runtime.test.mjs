import { describe, expect, it } from 'vitest';
import { chooseRuntime, remembered } from './electron-runtime.mjs';
import { Unreachable } from './official-runtime.mjs';
import { CannotContinue } from './program.mjs';
import { runtimePath, standInExists } from './stand-in-runtime.mjs';

const OFFICIAL = { executablePath: '/official', version: '45.4.1' };
const STAND_IN = { executablePath: '/stand-in', version: '33.2.1' };

/**
 * @param {Partial<import('./electron-runtime.mjs').Sources>} change
 */
function sources(change) {
  /** @type {string[]} */
  const done = [];
  /** @type {import('./electron-runtime.mjs').Sources} */
  const all = {
    override: () => Promise.resolve(null),
    installed: () => Promise.resolve(null),
    recentFailure: () => Promise.resolve(null),
    fetch: () => {
      done.push('fetch');
      return Promise.reject(new Unreachable('ENOTFOUND'));
    },
    rememberFailure: (reason) => {
      done.push(`remember ${reason}`);
      return Promise.resolve();
    },
    standIn: () => {
      done.push('stand-in');
      return Promise.resolve(STAND_IN);
    },
    warn: (line) => void done.push(`warn ${line}`),
    ...change,
  };
  return { all, done };
}

describe('chooseRuntime', () => {
  it('takes an override that works and asks for nothing else', async () => {
    const { all, done } = sources({ override: () => Promise.resolve({ executablePath: '/mine', version: '45.0.0' }) });
    expect(await chooseRuntime(all)).toMatchObject({ executablePath: '/mine', origin: 'override' });
    expect(done).toEqual([]);
  });

  it('says why an override is not used, and goes on', async () => {
    const { all, done } = sources({
      override: () => Promise.resolve({ problem: 'it does not start' }),
      installed: () => Promise.resolve(OFFICIAL),
    });
    expect(await chooseRuntime(all)).toMatchObject({ executablePath: '/official', origin: 'official' });
    expect(done).toEqual(['warn ELECTRON_OVERRIDE_DIST_PATH is not used: it does not start']);
  });

  it('takes the official one that is there, also when the network failed lately', async () => {
    const { all, done } = sources({
      installed: () => Promise.resolve(OFFICIAL),
      recentFailure: () => Promise.resolve('ENOTFOUND'),
    });
    expect(await chooseRuntime(all)).toMatchObject({ version: '45.4.1', origin: 'official' });
    expect(done).toEqual([]);
  });

  it('fetches the official one where it can be reached', async () => {
    const { all, done } = sources({ fetch: () => Promise.resolve(OFFICIAL) });
    expect(await chooseRuntime(all)).toMatchObject({ version: '45.4.1', origin: 'official' });
    expect(done).toEqual([]);
  });

  it('takes the stand-in where it can not, says why, and remembers', async () => {
    const { all, done } = sources({});
    const runtime = await chooseRuntime(all);
    expect(runtime).toMatchObject({ version: '33.2.1', origin: 'stand-in' });
    expect(runtime.why).toContain('ENOTFOUND');
    expect(done).toEqual(['fetch', 'remember ENOTFOUND', 'stand-in']);
  });

  it('does not try the network again while it remembers, and does not prolong the memory', async () => {
    const { all, done } = sources({ recentFailure: () => Promise.resolve('ENOTFOUND') });
    expect(await chooseRuntime(all)).toMatchObject({ origin: 'stand-in' });
    expect(done).toEqual(['stand-in']);
  });

  it('asks again at once where there is no stand-in, and explains itself', async () => {
    const { all, done } = sources({ standIn: null, recentFailure: () => Promise.resolve('ENOTFOUND') });
    await expect(chooseRuntime(all)).rejects.toThrow(CannotContinue);
    await expect(chooseRuntime(all)).rejects.toThrow(/ENOTFOUND.*ELECTRON_MIRROR/);
    expect(done).toEqual(['fetch', 'fetch']);
  });

  it('does not hide another failure behind the stand-in', async () => {
    const { all, done } = sources({ fetch: () => Promise.reject(new CannotContinue('No space is left.')) });
    await expect(chooseRuntime(all)).rejects.toThrow('No space is left.');
    expect(done).toEqual([]);
  });
});

describe('remembered', () => {
  const note = { version: '45.4.1', mirror: '', at: 1000, reason: 'ENOTFOUND' };
  const present = { version: '45.4.1', mirror: '', now: 2000 };

  it.each([
    ['within the hour', note, present, 'ENOTFOUND'],
    ['after an hour', note, { ...present, now: 1000 + 3_600_000 }, null],
    ['with a clock that went back', note, { ...present, now: 500 }, null],
    ['for another version', note, { ...present, version: '46.0.0' }, null],
    ['with another mirror', note, { ...present, mirror: 'https://mirror.example/' }, null],
  ])('%s', (_, text, now, reason) => {
    expect(remembered(JSON.stringify(text), now)).toBe(reason);
  });

  it.each(['', 'null', '{}', '{"at":'])('makes nothing of %j', (text) => {
    expect(remembered(text, present)).toBeNull();
  });
});

describe('the stand-in', () => {
  it.each([
    ['linux', 'x64', true],
    ['linux', 'arm64', false],
    ['darwin', 'arm64', false],
    ['win32', 'x64', false],
  ])('on %s %s: %s', (platform, arch, there) => {
    expect(standInExists(platform, arch)).toBe(there);
  });

  it.each([
    ['Cypress/Cypress', 'electron'],
    ['Cypress/locales/ar.pak', 'locales/ar.pak'],
    ['Cypress/resources/app/package.json', null],
    ['Cypress/browser_v8_context_snapshot.bin', null],
    ['Cypress/v8_context_snapshot.bin', 'v8_context_snapshot.bin'],
    ['Cypress/', ''],
    ['other', null],
  ])('takes %s as %s', (name, path) => {
    expect(runtimePath(name)).toBe(path);
  });
});
