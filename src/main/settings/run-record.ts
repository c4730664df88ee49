/** What the next start has to know of this run: whether calls are up, and what ended it if they were. One small file, written when that changes. */
import { z } from 'zod';
import { lostCalls, MOST_CALLS_UNDER_WAY, type LostCalls } from '../../contracts/call/lost-calls';
import type { JsonFile } from '../base/json-file';

export const RUN_RECORD_VERSION = 1;
export const runDocument = z.object({
  version: z.literal(RUN_RECORD_VERSION),
  /** In the window, now. A run that ends in order leaves none. */
  callsUnderWay: z.number().int().min(0).max(MOST_CALLS_UNDER_WAY),
  /** Nobody has read this yet. */
  lost: lostCalls.nullable(),
});
export type RunDocument = z.infer<typeof runDocument>;

export interface RunRecord {
  /** How many calls are up, as the window says. */
  readonly callsUnderWay: () => number;
  readonly setCallsUnderWay: (calls: number) => void;
  /** The window or the run ends now; where calls are up, somebody is told. */
  readonly interrupt: (how: LostCalls['how']) => void;
  readonly lost: () => LostCalls | null;
  /** Somebody has read it. */
  readonly forget: () => void;
  /** The run ends in order: no call is up. Resolves when the file says so. */
  readonly close: () => Promise<void>;
  /** What became of a damaged file, in words; else null. */
  readonly notice: string | null;
}

/** Calls that the file still counts were cut off: the run before wrote no end. */
export async function openRunRecord(file: JsonFile<RunDocument>): Promise<RunRecord> {
  const { value, notice } = await file.load();
  const cutOff = value?.callsUnderWay ?? 0;
  let callsUnderWay = 0;
  let lost: LostCalls | null = value?.lost ?? null;
  let saved: Promise<unknown> = Promise.resolve();
  // A file that can't be written costs a sentence at the next start, and no call.
  const save = (): void => {
    saved = file.save({ version: RUN_RECORD_VERSION, callsUnderWay, lost });
  };
  if (cutOff > 0) {
    lost = { calls: cutOff, how: 'stopped' };
    save();
  }
  return {
    callsUnderWay: () => callsUnderWay,
    setCallsUnderWay: (calls) => {
      if (calls === callsUnderWay) return;
      callsUnderWay = calls;
      save();
    },
    interrupt: (how) => {
      if (callsUnderWay === 0) return;
      lost = { calls: callsUnderWay, how };
      // After a crash nobody is left who would count them down.
      if (how === 'window-crashed') callsUnderWay = 0;
      save();
    },
    lost: () => lost,
    forget: () => {
      if (lost === null) return;
      lost = null;
      save();
    },
    close: async () => {
      if (callsUnderWay > 0) {
        callsUnderWay = 0;
        save();
      }
      await saved;
    },
    notice,
  };
}
