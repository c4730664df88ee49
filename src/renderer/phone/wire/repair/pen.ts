/** The message that is being written for JsSIP, and what is to be told of it. */
import { standInToken, standInUri } from './alias';
import { readUri, userOf } from './address';
import { isPlainToken, isPlainUri } from './plain';
import { headerLabel, isToken, type SipHeader, type SipMessage } from './sip-text';
import { isProper } from './wording';

export class Pen {
  /** What is told, in half sentences. */
  readonly repairs = new Set<string>();
  /** The header fields so far. */
  readonly out: SipHeader[] = [];
  /** Something differs from the message as it came. */
  changed = false;

  put(name: string, value: string, original: string): void {
    if (value !== original) this.changed = true;
    this.out.push({ name, value });
  }
  repair(why: string): void {
    this.changed = true;
    this.repairs.add(why);
  }
  drop(name: string, why?: string): void {
    this.changed = true;
    if (why !== undefined) this.repairs.add(`${why} ${headerLabel(name)}`);
  }

  /** A URI that JsSIP reads; `what` names its place in what is told. */
  uri(text: string, what: string): string {
    if (isPlainUri(text)) return text;
    if (!isProper(text)) this.repair(`the address in its ${what} was not one that SIP knows`);
    return this.standIn(text);
  }
  standIn(text: string): string {
    const parsed = readUri(text);
    return standInUri(text, parsed === null ? '' : userOf(parsed));
  }
  token(text: string, what: string): string {
    if (isPlainToken(text)) return text;
    if (!isToken(text)) this.repair(`its ${what} was no token`);
    return standInToken(text);
  }
}

/** A pen for this message, with nothing written yet. */
export function createPen(message: SipMessage): Pen {
  const pen = new Pen();
  pen.changed = message.oddLines.size > 0;
  const told = ['line-ends', 'no-blank-line', 'no-colon', 'control', 'start-line'] as const;
  if (told.some((one) => message.oddLines.has(one))) pen.repairs.add('its lines were not written as SIP wants them');
  return pen;
}
