/** One line of the doctor. */
export interface Check {
  /** What was looked at: `Gateway of "Work"`. */
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  /** One sentence. */
  readonly says: string;
  /** What a person does about it, as a sentence; null: nothing. */
  readonly todo: string | null;
}
