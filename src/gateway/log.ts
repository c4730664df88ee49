/** Takes one line; what reaches it is already redacted. */
export type Log = (line: string) => void;

const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/eyJ[\w-]*(?:\.[\w-]*)*/g, '[token]'],
  [/\b(bearer)\s+[^\s",;]+/gi, '$1 [token]'],
  [/([?&;](?:\w*token|api_key)=)[^\s&;]+/gi, '$1[token]'],
];

/**
 * Makes a line fit to be shown: tokens are cut out, control characters (a terminal would obey them) become dots, and
 * the length is capped. Applied at the tap, so that no sink ever sees more.
 */
export function redact(line: string): string {
  let text = line.length > 400 ? `${line.slice(0, 400)}...` : line;
  for (const [pattern, replacement] of SECRETS) text = text.replace(pattern, replacement);
  return text.replace(/\p{Cc}/gu, '.');
}

/** Wraps a sink so that only redacted lines pass. */
export function redactedLog(sink: Log | undefined): Log {
  return sink === undefined ? () => undefined : (line) => sink(redact(line));
}
