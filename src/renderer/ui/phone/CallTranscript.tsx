import type { CallId } from '../../../contracts/call/call';
import type { TranscriptLine } from '../../../contracts/call/transcript';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { TranscriptPanel } from './TranscriptPanel';

const NONE: readonly TranscriptLine[] = [];

/** What was said in a call, as an assistant or the line's own system writes it down; nothing while there is nothing. */
export function CallTranscript({ callId }: { readonly callId: CallId }) {
  const { transcripts } = useApp();
  const lines = useSelected(transcripts, (all) => all.get(callId) ?? NONE);
  return lines.length === 0 ? null : <TranscriptPanel lines={lines} />;
}
