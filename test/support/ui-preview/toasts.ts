/** Everything that the window says at its edge, by name; the address bar's `?toast=` says it at the start. */
import type { Failure } from '../../../src/contracts/base/result';
import { notices, sayFailure } from '../../../src/renderer/ui/kit/notices';

const failure = (sentence: string, more: Partial<Failure> = {}): Failure => ({
  reason: 'file-unreadable',
  sentence,
  action: 'none',
  ...more,
});

export const TOASTS: Readonly<Record<string, () => void>> = {
  // One that stays: its five seconds would be over before it was looked at in every way.
  sentence: () => void notices.add({ kind: 'sentence', sentence: 'Copied 12 events.' }),
  failure: () => sayFailure(failure('Do not disturb could not be changed.')),
  action: () =>
    sayFailure(
      failure('Your settings could not be saved: the disk is full. Nothing was changed; fix that and try again.', {
        action: 'open-profiles',
        details: 'ENOSPC',
      }),
    ),
};
