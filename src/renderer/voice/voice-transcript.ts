/** What was said in a voice call, folded from its pieces. */
import type { TranscriptLine } from '../../contracts/call/transcript';
import type { VoiceEvent } from './voice-event';

/** How many utterances are kept, and how many characters of each. */
const LINES_KEPT = 200;
const LONGEST_LINE = 4_000;

const SPEAKERS = { caller: 'You', assistant: 'Assistant' } as const;

/** What stands where words are missing. */
const UNWRITTEN = '(not written down)';
const NOT_HEARD = '(interrupted)';

/** The lines after the caller's words of this item could not be written down: what came of them stays, and it is said that there was more. */
export function withUnwritten(lines: readonly TranscriptLine[], itemId: string): readonly TranscriptLine[] {
  const known = lines.findLast((line) => line.itemId === itemId && line.speaker === SPEAKERS.caller);
  const text = known === undefined ? UNWRITTEN : `${known.text} ${UNWRITTEN}`;
  return withSaid(lines, { kind: 'said', by: 'caller', itemId, text, completed: true });
}

/** The lines after the assistant was interrupted: the caller has not heard all that stands there. */
export function withTruncated(lines: readonly TranscriptLine[], itemId: string): readonly TranscriptLine[] {
  const at = lines.findLastIndex((line) => line.itemId === itemId && line.speaker === SPEAKERS.assistant);
  const line = lines[at];
  if (line === undefined || line.text.endsWith(NOT_HEARD)) return lines;
  const text = `${line.text.slice(0, LONGEST_LINE - NOT_HEARD.length - 1).trimEnd()} ${NOT_HEARD}`;
  return lines.with(at, { ...line, text, completed: true });
}

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
