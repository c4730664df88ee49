/** The code of an error of the system (`ENOENT`), or null. Its message stays out: that may repeat what was read or sent. */
export function errorCode(cause: unknown): string | null {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
}
