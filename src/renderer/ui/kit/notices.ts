/** What is said at the window's edge: failures that belong to no place on the screen, and small confirmations. */
import { UNSTABLE_ToastQueue as ToastQueue } from 'react-aria-components/Toast';
import type { Failure } from '../../../contracts/base/result';

/** A failure stays until it is closed; a sentence goes by itself. */
export type Notice =
  { readonly kind: 'failure'; readonly failure: Failure } | { readonly kind: 'sentence'; readonly sentence: string };

const SENTENCE_STAYS_MS = 5000;

/** What is on show; `Notices` draws it. */
export const notices = new ToastQueue<Notice>({ maxVisibleToasts: 3 });

/** Shows a failure with its button. The same sentence is not shown twice. */
export function sayFailure(failure: Failure): void {
  // Closing a dialog is no failure to be told about.
  if (failure.reason === 'cancelled') return;
  const shown = notices.visibleToasts.some(
    ({ content }) => content.kind === 'failure' && content.failure.sentence === failure.sentence,
  );
  if (!shown) notices.add({ kind: 'failure', failure });
}

/** Shows a confirmation for five seconds. */
export function saySentence(sentence: string): void {
  notices.add({ kind: 'sentence', sentence }, { timeout: SENTENCE_STAYS_MS });
}
