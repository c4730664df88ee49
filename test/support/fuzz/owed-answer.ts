/**
 * What a message owes, read without any code of the phone: the fuzz test must not ask the parser under test whether a
 * message is a request.
 */

export interface OwedAnswer {
  readonly method: string;
  /** Of the top Via, or null. */
  readonly branch: string | null;
}

/** A token of RFC 3261 section 25.1. */
const TOKEN = "[\\w\\-.!%*+`'~]+";
const START = new RegExp(`^(${TOKEN})[ \\t]+[^ \\t].*[ \\t]SIP/\\d+\\.\\d+[ \\t]*$`, 'i');
const VIA = new RegExp(`^SIP\\s*/\\s*\\d+\\.\\d+\\s*/\\s*${TOKEN}\\s+\\S`, 'i');
const CSEQ = new RegExp(`^\\d{1,10}[ \\t]+(${TOKEN})$`);
const BRANCH = new RegExp(`;\\s*branch\\s*=\\s*(${TOKEN})\\s*(?=[;,]|$)`, 'i');

/** The unfolded lines of the head; null where CR, LF and CRLF are mixed, so that lines are a matter of opinion. */
function headOf(wire: string): readonly string[] | null {
  const [head = ''] = wire.replace(/^(?:\r\n)+/, '').split('\r\n\r\n');
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, ' ');
  return /[\r\n]/.test(unfolded.replaceAll('\r\n', '')) ? null : unfolded.split('\r\n');
}

const valuesOf = (lines: readonly string[], names: readonly string[]): string[] =>
  lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 && names.includes(line.slice(0, colon).trim().toLowerCase()) ? [line.slice(colon + 1).trim()] : [];
  });

/** The answer that a request owes whose start line, top Via and CSeq can be read; null where that is not so, and for ACK. */
export function owedAnswer(wire: string): OwedAnswer | null {
  const lines = headOf(wire);
  const method = START.exec(lines?.[0] ?? '')?.[1];
  if (lines === null || method === undefined || method === 'ACK') return null;
  const [via = ''] = valuesOf(lines, ['via', 'v']);
  const [cseq = ''] = valuesOf(lines, ['cseq']);
  const named = CSEQ.exec(cseq)?.[1];
  // A CSeq of ACK belongs to no transaction that could be answered.
  if (!VIA.test(via) || named === undefined || named === 'ACK') return null;
  return { method, branch: BRANCH.exec(via)?.[1] ?? null };
}
