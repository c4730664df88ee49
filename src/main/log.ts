/** Main's one logger. What it writes is redacted here, at the tap, whatever the caller put in. */

const REDACTED = '[redacted]';

const patterns: readonly (readonly [RegExp, string])[] = [
  // A JWT, whole or cut off after its header.
  [/\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){0,2}/g, REDACTED],
  // The query of a WebSocket URL: that is where the presentation `query` puts the token.
  [/(wss?:\/\/[^\s?'"<>]+)\?[^\s'"<>]*/gi, `$1?${REDACTED}`],
  // What Chromium says of the subprotocols, one of which holds the token with the presentation `subprotocol`.
  [/(Sec-WebSocket-Protocol|subprotocol)(["']?\s*(?:header value\s*)?:?\s*)(?:'[^']*'|"[^"]*"|[^\s'"][^\r\n]*)/gi, `$1$2${REDACTED}`],
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

const describe = (cause: unknown): string => (cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : String(cause));

/** A log that hands each finished line (without line break) to `write`. */
export function createLog(write: (line: string) => void, now: () => number = Date.now): Log {
  const line = (level: string, message: string): void => write(redact(`${new Date(now()).toISOString()} ${level} ${message}`));
  return {
    info: (message) => line('info', message),
    warn: (message) => line('warn', message),
    error: (message, cause) => line('error', cause === undefined ? message : `${message}: ${describe(cause)}`),
  };
}
