/** Calls at a time on a line. Free of zod: the phone window starts without it. */

/** Unless the line's policy says otherwise. */
export const DEFAULT_CALLS = 8;
/** The most that a policy may allow. */
export const MOST_CALLS = 16;
