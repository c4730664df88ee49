/** The redacted tap: what may be shown, logged or kept of the wire. The raw text never leaves the socket. */

/** One message as it may be seen. */
export interface TraceEntry {
  readonly direction: 'out' | 'in';
  /** Grows by one with each WebSocket; tells the draining flow from the current one. */
  readonly flow: number;
  readonly text: string;
}

const RULES: readonly (readonly [RegExp, string])[] = [
  // RFC 8898, RFC 7616: whatever authenticates.
  [/^((?:Proxy-)?Authorization|X-[\w-]*(?:token|jwt|key)[\w-]*)(\s*:).*$/gim, '$1$2 [redacted]'],
  // A token as a URI or URL parameter.
  [/([?&;](?:token|session_token|access_token|api_key|jwt)=)[^&;\s>"]+/gi, '$1[redacted]'],
  // A JWT anywhere.
  [/\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*/g, '[redacted]'],
  // DTMF by INFO: application/dtmf-relay and application/dtmf.
  [/^(Signal\s*=\s*)[0-9A-D*#]+/gim, '$1*'],
  // ICE and SRTP secrets of a running call (RFC 8839 section 5.4, RFC 4568).
  [/^(a=ice-pwd:).*$/gim, '$1[redacted]'],
  [/^(a=crypto:\d+ \S+ inline:).*$/gim, '$1[redacted]'],
];

/** The text without tokens, digits and media secrets. `secrets` are taken out wherever they stand. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let shown = text;
  for (const secret of secrets) if (secret !== '') shown = shown.replaceAll(secret, '[redacted]');
  for (const [pattern, replacement] of RULES) shown = shown.replace(pattern, replacement);
  if (/^Content-Type\s*:\s*application\/dtmf\s*$/im.test(shown))
    shown = shown.replace(/(\r\n\r\n)\s*[0-9A-D*#]+\s*$/, '$1*');
  return shown;
}
