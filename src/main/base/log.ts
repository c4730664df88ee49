/** Main's one logger. What it writes is redacted here, at the tap, whatever the caller put in. */

const REDACTED = '[redacted]';
/** What is longer is cut, in characters: a page may print megabytes, and some patterns take the square of a text's length. */
const LONGEST_LINE = 4_000;
/** More lines than this in one second are counted, not written. */
const MOST_IN_A_SECOND = 500;

const patterns: readonly (readonly [RegExp, string])[] = [
  // A JWT, whole or cut off after its header.
  [/\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){0,2}/g, REDACTED],
  // The query of a WebSocket URL: that is where the presentation `query` puts the token.
  [/(wss?:\/\/[^\s?'"<>]+)\?[^\s'"<>]*/gi, `$1?${REDACTED}`],
  // What Chromium says of the subprotocols, one of which holds the token with the presentation `subprotocol`.
  [
    /(Sec-WebSocket-Protocol|subprotocol)(["']?\s*(?:header value\s*)?:?\s*)(?:'[^']*'|"[^"]*"|[^\s'"][^\r\n]*)/gi,
    `$1$2${REDACTED}`,
  ],
  [/\b((?:session_|access_|id_)?token|api_?key|secret|password|sig(?:nature)?)=[^&\s'"<>]+/gi, `$1=${REDACTED}`],
  [/\b((?:proxy-)?authorization|x-api-key)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi, `$1$2${REDACTED}`],
  [/\bBearer\s+[A-Za-z0-9._~+/=-]+/gi, `Bearer ${REDACTED}`],
  // Anything as long and as shapeless as a generated key (32 bytes are 43 characters of base64url, 64 of hex).
  [/[A-Za-z0-9_+=-]{40,}/g, REDACTED],
];

/** Replaces whatever looks like a token, a key or a credential by `[redacted]`. */
export function redact(text: string): string {
  return patterns.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

export interface Log {
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  /** `cause` may be anything that was thrown; it is printed with its stack, redacted. */
  readonly error: (message: string, cause?: unknown) => void;
}

const describe = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : String(cause);

/** Nobody's text begins a line of its own, or moves a terminal's cursor: the lines of a stack are indented, other control characters are gone. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
const indented = (text: string): string => text.split(/\r?\n/).map(oneLine).join('\n    ');

/** Half a word at the cut could be half a key. */
const cut = (text: string): string =>
  text.length <= LONGEST_LINE
    ? redact(text)
    : `${redact(text.slice(0, LONGEST_LINE)).replace(/[^\s]{1,200}$/, '')}[cut]`;

/** A log that hands each finished line (without line break; a stack's further lines are indented) to `write`. `now` is in ms since the epoch. */
export function createLog(write: (line: string) => void, now: () => number = Date.now): Log {
  let second = 0;
  let written = 0;
  const line = (level: string, message: string): void => {
    const at = now();
    const thisSecond = Math.floor(at / 1_000);
    if (thisSecond !== second) {
      const left = written - MOST_IN_A_SECOND;
      second = thisSecond;
      written = 0;
      if (left > 0) write(`${new Date(at).toISOString()} warn ${left} more lines within a second were left out`);
    }
    written += 1;
    if (written <= MOST_IN_A_SECOND) write(cut(`${new Date(at).toISOString()} ${level} ${message}`));
  };
  return {
    info: (message) => line('info', oneLine(message)),
    warn: (message) => line('warn', oneLine(message)),
    error: (message, cause) =>
      line('error', cause === undefined ? oneLine(message) : `${oneLine(message)}: ${indented(describe(cause))}`),
  };
}
