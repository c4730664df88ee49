/**
 * Digits behind a number, for after the answer: `;ext=45`, `x45`, `,,123#`, `p123`, `w123`. A comma and `p` wait 2 s and then send by
 * themselves; `;ext=`, `x` and `w` wait for the agent.
 */

/** Digits to be sent once the call is answered; several come one after the other. */
export interface AfterDigits {
  /** 0-9 * # A-D. */
  readonly digits: string;
  /** `pause`: by themselves after `waitS`; `ask`: when the agent says so. */
  readonly when: 'pause' | 'ask';
  /** Seconds after the answer, or after the digits before. */
  readonly waitS: number;
}

/** Seconds that a comma or `p` waits, as mobile phones and modems do. */
export const PAUSE_S = 2;

/** Most digits behind a number. */
const MOST_DIGITS = 64;

export type AfterProblem = 'malformed-number' | 'two-numbers' | 'too-long' | 'parameter';

/** What stands behind a number. `context` is the value of `;phone-context=`, or null. */
export interface Suffix {
  readonly after: readonly AfterDigits[];
  readonly context: string | null;
}

const DIGITS = /^[\d*#A-D][\d*#A-D\s().-]*/;
const plain = (digits: string): string => digits.replace(/[\s().-]/g, '');
/** The words for an extension, the longest first. */
const EXTENSION =
  /^(?:extension|durchwahl|interno|\u0434\u043e\u0431|anexo|extn|ext|int|poste|xt|x)[.:]?\s*[:=#]?\s*(?=[\d*#])/i;

/** Whether digits behind one comma or semicolon look like another whole number. */
function isAnotherNumber(before: string, raw: string): boolean {
  const digits = plain(raw);
  if (!/^\d{7,}$/.test(digits)) return false;
  const own = before.replace(/\D/g, '');
  return (
    /^\s/.test(raw) ||
    (digits.startsWith('0') && digits.length >= 9) ||
    (own.length >= 9 && own.length === digits.length)
  );
}

interface Piece {
  readonly rest: string;
  readonly step?: AfterDigits;
  readonly context?: string;
}

function takeDigits(text: string, when: AfterDigits['when'], waitS: number): Piece | null {
  const raw = DIGITS.exec(text)?.[0];
  return raw === undefined
    ? null
    : { rest: text.slice(raw.length), step: { digits: plain(raw), when, waitS: when === 'pause' ? waitS : 0 } };
}

/** `,,` `p` `w`, and the digits behind them. */
function takePause(text: string, before: string): Piece | AfterProblem {
  const signs = /^\s*[,pw](?:\s*[,pw])*/i.exec(text)?.[0] ?? '';
  const behind = text.slice(signs.length);
  if (behind.trim() === '') return { rest: '' };
  if (/^\s*\+/.test(behind)) return 'two-numbers';
  const raw = DIGITS.exec(behind.trimStart())?.[0] ?? '';
  if (signs.trim() === ',' && isAnotherNumber(before, /^\s/.test(behind) ? ` ${raw}` : raw)) return 'two-numbers';
  // A lone digit in front of a pause is a line to the outside: the number behind it would never be dialled.
  if (before.replace(/\D/g, '').length === 1 && /^\s*\d[\d\s-]{5,}/.test(behind)) return 'malformed-number';
  const waits = /w/i.test(signs);
  const pauses = signs.replace(/[^,p]/gi, '').length;
  if (/^\s*;/.test(behind)) return { rest: behind.trimStart() };
  return takeDigits(behind.trimStart(), waits ? 'ask' : 'pause', pauses * PAUSE_S) ?? 'malformed-number';
}

/** A parameter (RFC 3966 section 3), or what other phones write behind a semicolon: digits that wait. */
function takeParameter(text: string, before: string): Piece | AfterProblem {
  const behind = text.replace(/^\s*;\s*/, '');
  if (behind === '') return { rest: '' };
  if (/^[\d+*#]/.test(behind)) {
    if (behind.startsWith('+') || /^;\s/.test(text.trimStart()) || isAnotherNumber(before, behind))
      return 'two-numbers';
    return takeDigits(behind, 'ask', 0) ?? 'malformed-number';
  }
  if (/^[pwx]\s*[\d*#]/i.test(behind)) return { rest: behind };
  const parameter = /^([a-z][a-z0-9-]*)\s*(?:=\s*([^;\s]*))?\s*/i.exec(behind);
  if (parameter === null) return 'malformed-number';
  const [whole, name = '', value = ''] = parameter;
  const rest = behind.slice(whole.length);
  switch (name.toLowerCase()) {
    case 'ext':
    case 'extension': {
      // Digits of the extension may be grouped; pauses may follow them.
      const piece = takeDigits(behind.slice(whole.indexOf('=') + 1).trimStart(), 'ask', 0);
      return !whole.includes('=') || piece === null ? 'malformed-number' : piece;
    }
    case 'postd': {
      // RFC 2806 section 2.2: p and w with digits between them.
      return /^[pw\d*#A-D.()-]+$/i.test(value)
        ? { rest: `${/^[pw]/i.test(value) ? '' : ','}${value}${rest}` }
        : 'malformed-number';
    }
    case 'phone-context':
      return { rest, context: value };
    default:
      // RFC 3966 section 5.3: what must be understood begins with m-.
      return /^m-/i.test(name) ? 'parameter' : { rest };
  }
}

/** Reads what stands behind the number `before`. Nothing in it is left out in silence. */
export function parseSuffix(text: string, before: string): Suffix | { readonly problem: AfterProblem } {
  const after: AfterDigits[] = [];
  let context: string | null = null;
  let rest = text.trim();
  while (rest !== '') {
    const extension = EXTENSION.exec(rest)?.[0];
    const piece: Piece | AfterProblem = rest.startsWith(';')
      ? takeParameter(rest, before)
      : extension !== undefined
        ? (takeDigits(rest.slice(extension.length), 'ask', 0) ?? 'malformed-number')
        : /^[,pw]/i.test(rest)
          ? takePause(rest, before)
          : 'malformed-number';
    if (typeof piece === 'string') return { problem: piece };
    if (piece.context !== undefined) {
      if (context !== null) return { problem: 'parameter' };
      context = piece.context;
    }
    if (piece.step !== undefined) after.push(piece.step);
    rest = piece.rest.trim();
  }
  if (after.reduce((sum, { digits }) => sum + digits.length, 0) > MOST_DIGITS) return { problem: 'too-long' };
  return { after, context };
}

/** As people read it beside a number: `123# after 4 s`, `45 when you say so`. */
export function afterInWords(after: readonly AfterDigits[]): string {
  return after
    .map(({ digits, when, waitS }) => (when === 'ask' ? `"Send ${digits}"` : `${digits} after ${waitS} s`))
    .join(', then ');
}
