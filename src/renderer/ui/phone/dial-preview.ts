/** What the dialler will call, in words, where that is not what stands in its field. */
import { afterInWords } from '../../../contracts/call/after-digits';
import { parseTarget } from '../../../contracts/call/dial-target';
import { formatNumber } from '../kit/phone-number';

/** Null: nothing to say, or nothing that can be called. `domain` is the line's own. */
export function dialPreview(typed: string, domain: string): string | null {
  const target = parseTarget(typed, domain);
  if ('problem' in target) return null;
  const plain = typed
    .trim()
    .replace(/^sips?:/i, '')
    .replace(/[\s().\-/]/g, '');
  if (target.after.length === 0 && target.shown.replace(/[\s().\-/]/g, '') === plain) return null;
  const called = formatNumber(target.shown);
  return target.after.length === 0 ? `Calls ${called}` : `Calls ${called}, then ${afterInWords(target.after)}`;
}
