/**
 * Tells the keychain how far the chain goes: at once after a quiet while, and otherwise every few seconds, since a keychain takes some 20 ms. After a crash
 * the lines of the last seconds are checked by the chain alone: a cut among them can't be seen.
 */
import type { KeyObject } from 'node:crypto';
import type { ChainEnd } from './audit-chain';
import type { AuditFiles } from './audit-files';
import type { SealStore } from './audit-seal';
import type { Clock } from '../base/clock';

/** The keychain is written this often at most, ms. */
export const SEAL_EVERY_MS = 2_000;
/** A keychain that did not take it is asked again, ms. */
const TRY_AGAIN_MS = 30_000;

export interface Sealing {
  /** These lines are in the file. */
  readonly reached: (end: ChainEnd) => void;
  /** Seals what is not sealed yet. */
  readonly finish: () => Promise<void>;
}

export function createSealing({
  seals,
  clock,
  files,
  key,
  sealed: before,
}: {
  readonly seals: SealStore;
  readonly clock: Clock;
  readonly files: Pick<AuditFiles, 'sync'>;
  readonly key: KeyObject;
  /** What the keychain knows already. */
  readonly sealed: ChainEnd;
}): Sealing {
  let reached: ChainEnd | null = null;
  let sealed = before;
  let running: Promise<void> | null = null;
  let isDue = false;
  let cancel = (): void => undefined;

  const seal = async (): Promise<boolean> => {
    if (reached === null || reached.n === sealed.n) return true;
    const end = reached;
    try {
      // The keychain must not know of a line that the disk forgets when the power goes.
      await files.sync();
    } catch {
      return false;
    }
    const kept = await seals.write({ key, end });
    if (kept) sealed = end;
    return kept;
  };
  const run = (): void => {
    isDue = true;
    running = seal().then((kept) => {
      running = null;
      cancel = clock.after(kept ? SEAL_EVERY_MS : TRY_AGAIN_MS, () => {
        isDue = false;
        if (reached !== null && reached.n !== sealed.n) run();
      });
    });
  };

  return {
    reached: (end) => {
      reached = end;
      if (!isDue && end.n !== sealed.n) run();
    },
    finish: async () => {
      cancel();
      isDue = true;
      await running;
      cancel();
      await seal();
    },
  };
}
