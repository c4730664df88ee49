/** What a right click, or the menu key, offers: to copy, to paste, and to call what is chosen. */
import { Menu, type ContextMenuParams, type MenuItemConstructorOptions, type WebContents } from 'electron';
import { parseTarget } from '../../contracts/call/dial-target';

/** Longer texts are no number. */
const LONGEST = 64;
/** Two digits in a row at least, or an address that says it is one: words are seldom meant to be called. */
const LIKE_A_NUMBER = /\d[\s().\-/]*\d|^(?:sips?|tel|callto):/i;

/** Whom a chosen text calls, as people read it; null: nobody. */
export function calledBy(text: string): string | null {
  const chosen = text.trim();
  if (chosen.length > LONGEST || !LIKE_A_NUMBER.test(chosen)) return null;
  // The domain is the line's own affair, and no part of a number.
  const target = parseTarget(chosen, 'line.invalid');
  return 'problem' in target ? null : target.shown;
}

/** The entries for a place; none where there is nothing to do. */
export function contextEntries(
  {
    isEditable,
    selectionText,
    editFlags,
    formControlType,
  }: Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags' | 'formControlType'>,
  /** Null: this window calls nobody. `''`: what stands in the number field. */
  onCall: ((text: string) => void) | null,
): readonly MenuItemConstructorOptions[] {
  const chosen = selectionText.trim();
  const called = calledBy(chosen);
  const isNumberField = isEditable && formControlType === 'input-telephone';
  return [
    ...(isEditable ? [{ role: 'cut', enabled: editFlags.canCut } as const] : []),
    ...(isEditable || chosen !== '' ? [{ role: 'copy', enabled: editFlags.canCopy } as const] : []),
    ...(isEditable ? [{ role: 'paste', enabled: editFlags.canPaste } as const] : []),
    ...(onCall !== null && called !== null
      ? // An ampersand would underline the letter behind it.
        [{ label: `Call ${called.replaceAll('&', '&&')}`, click: () => onCall(chosen) }]
      : onCall !== null && isNumberField && chosen === '' && editFlags.canSelectAll
        ? [{ label: 'Call this number', click: () => onCall('') }]
        : []),
  ];
}

/** Shows it from now on; `onCall` null for windows without a number. */
export function offerContextMenu(contents: WebContents, onCall: () => ((text: string) => void) | null): void {
  contents.on('context-menu', (_event, params) => {
    const entries = contextEntries(params, onCall());
    if (entries.length > 0) Menu.buildFromTemplate([...entries]).popup();
  });
}
