import { describe, expect, it } from 'vitest';
import { ok } from '../../contracts/base/result';
import { openRunRecord, runDocument, type RunDocument } from './run-record';

/** A disk with one file. */
function disk(first: RunDocument | null = null) {
  let kept = first;
  const written: RunDocument[] = [];
  return {
    written,
    file: {
      load: () => Promise.resolve({ value: kept, notice: null }),
      save: (value: RunDocument) => {
        kept = runDocument.parse(value);
        written.push(kept);
        return Promise.resolve(ok(null));
      },
    },
  };
}

describe('the record of a run', () => {
  it('tells nothing where no call was up, and is not written', async () => {
    const { file, written } = disk();
    const run = await openRunRecord(file);
    run.setCallsUnderWay(0);
    run.interrupt('signal');
    run.forget();
    await run.close();
    expect([run.lost(), written]).toEqual([null, []]);
  });

  it('tells of calls that were up when the process was killed, until somebody has read it', async () => {
    const { file } = disk();
    const killed = await openRunRecord(file);
    killed.setCallsUnderWay(1);
    killed.setCallsUnderWay(2);
    expect((await openRunRecord(file)).lost()).toEqual({ calls: 2, how: 'stopped' });
    const next = await openRunRecord(file);
    expect([next.lost(), next.callsUnderWay()]).toEqual([{ calls: 2, how: 'stopped' }, 0]);
    next.forget();
    expect((await openRunRecord(file)).lost()).toBeNull();
  });

  it.each(['signal', 'shutdown'] as const)('tells of a %s in a call, once the line is closed in order', async (how) => {
    const { file } = disk();
    const run = await openRunRecord(file);
    run.setCallsUnderWay(1);
    run.interrupt(how);
    run.setCallsUnderWay(0);
    await run.close();
    expect((await openRunRecord(file)).lost()).toEqual({ calls: 1, how });
  });

  it('counts the calls of a crashed window as over, and keeps what it tells through the calls after it', async () => {
    const { file } = disk();
    const run = await openRunRecord(file);
    run.setCallsUnderWay(3);
    run.interrupt('window-crashed');
    expect(run.callsUnderWay()).toBe(0);
    run.setCallsUnderWay(1);
    run.setCallsUnderWay(0);
    expect(run.lost()).toEqual({ calls: 3, how: 'window-crashed' });
  });

  it('tells nothing of a call that ended with the window in order', async () => {
    const { file } = disk();
    const run = await openRunRecord(file);
    run.setCallsUnderWay(1);
    await run.close();
    expect((await openRunRecord(file)).lost()).toBeNull();
  });
});
