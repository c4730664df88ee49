/** Where the keyboard focus goes, and where it is. */

/** The id of the dialler's field. */
export const DIAL_FIELD_ID = 'dial-field';

/** Puts the focus into the dialler's field. */
export function focusDialField(): void {
  document.getElementById(DIAL_FIELD_ID)?.focus();
}

/** The card of a call, or null. */
export function cardOf(callId: string): HTMLElement | null {
  return document.querySelector(`[data-testid="call-card"][data-call-id="${CSS.escape(callId)}"]`);
}

/** Puts the focus on a call's card: on its first choice when it has one, else on the card. */
export function focusCall(callId: string): void {
  const card = cardOf(callId);
  (card?.querySelector<HTMLElement>('[data-first-choice]') ?? card)?.focus();
}

/** For so long an empty number field is in use after somebody typed into it, ms. */
const TYPED_LATELY_MS = 3_000;
let typedAt = -Infinity;

/** Somebody typed, at this `timeStamp` of an event. */
export function noteTyping(timeStamp: number): void {
  typedAt = timeStamp;
}

/**
 * What has the focus at `now` (a `timeStamp`, or `performance.now()`), as far as keys care: the number field while it is empty and not in use, any other
 * field, a control that wants Enter for itself, or anything else.
 */
export function focusKind(element: Element | null, now: number): 'number-field' | 'field' | 'control' | 'elsewhere' {
  if (
    element instanceof HTMLTextAreaElement ||
    (element instanceof HTMLInputElement && !['radio', 'checkbox', 'button', 'range'].includes(element.type)) ||
    (element instanceof HTMLElement && element.isContentEditable)
  ) {
    const free = element.id === DIAL_FIELD_ID && 'value' in element && element.value === '';
    return free && now - typedAt >= TYPED_LATELY_MS ? 'number-field' : 'field';
  }
  if (element?.closest('button, a, summary, input, [role="link"], [role="tab"], [role="radio"], [role="button"]'))
    return 'control';
  return 'elsewhere';
}

/** A dialog, a menu or a list is open and has the keyboard. A notice at the edge is a dialog to a screen reader alone: it is not modal and takes no keys. */
export function hasOverlay(): boolean {
  return (
    document.querySelector(
      '[role="dialog"], [role="alertdialog"]:not([aria-modal="false"]), [role="menu"], [role="listbox"]',
    ) !== null
  );
}

/** True while the agent is typing, or is about to: a field has the focus that is not the empty number field. */
export function isTyping(): boolean {
  return focusKind(document.activeElement, performance.now()) === 'field';
}

/** Puts the focus on the button that opens a line's rotation. */
export function focusRotate(profileId: string): void {
  document.querySelector<HTMLElement>(`[data-profile-id="${CSS.escape(profileId)}"] [data-rotate]`)?.focus();
}

/** Puts the focus on what can be done with a line's keys: on the way to the first one, or else on its test. */
export function focusKeyRow(profileId: string): void {
  const id = CSS.escape(profileId);
  (
    document.querySelector<HTMLElement>(`[data-adds="${id}"]`) ??
    document.querySelector<HTMLElement>(`.key-row [data-tests="${id}"]`)
  )?.focus();
}

/** Puts the focus back on the button of the list of profiles that opened what stood in its place: `new`, `import` or a profile's id. */
export function focusOpener(opens: string): void {
  document.querySelector<HTMLElement>(`[data-opens="${CSS.escape(opens)}"]`)?.focus();
}

/** Puts the focus on the button that tests a line's connection. */
export function focusTest(profileId: string): void {
  document.querySelector<HTMLElement>(`[data-tests="${CSS.escape(profileId)}"]`)?.focus();
}

/** Puts the focus on the first input of the profile form that does not fit. */
export function focusFirstProblem(): void {
  document
    .querySelector<HTMLElement>(
      '.profile-form :is(input, textarea)[aria-invalid="true"], .profile-form [data-invalid="true"] button',
    )
    ?.focus();
}
