/** What was said in a call, as text. */

/** One utterance; its text grows until it is completed. */
export interface TranscriptLine {
  readonly itemId: string;
  /** Who said it, as the person reads it. */
  readonly speaker: string;
  /** One visible line. It arrives from the network: text only. */
  readonly text: string;
  readonly completed: boolean;
}
