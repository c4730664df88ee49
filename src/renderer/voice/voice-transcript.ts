/** What was said in a voice call, folded from its pieces. */
import type { TranscriptLine } from '../../contracts/call/transcript';
import type { VoiceEvent } from './voice-event';

/** How many utterances are kept, and how many characters of each. */
const LINES_KEPT = 200;
const LONGEST_LINE = 4_000;

const SPEAKERS = { caller: 'You', assistant: 'Assistant' } as const;

/** The lines after a piece; the same list when it says nothing new. A completed utterance takes no more pieces. */
export function withSaid(
  lines: readonly TranscriptLine[],
  said: Extract<VoiceEvent, { kind: 'said' }>,
): readonly TranscriptLine[] {
  const speaker = SPEAKERS[said.by];
  const known = lines.findLastIndex((line) => line.itemId === said.itemId && line.speaker === speaker);
  const before = lines[known];
  if (before?.completed === true || said.text === '') return lines;
  const text = (said.completed ? said.text : `${before?.text ?? ''}${said.text}`).slice(0, LONGEST_LINE);
  const line: TranscriptLine = { itemId: said.itemId, speaker, text, completed: said.completed };
  return before === undefined ? [...lines, line].slice(-LINES_KEPT) : lines.with(known, line);
}
