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

/** What has the focus, as far as keys care. */
export function focusKind(element: Element | null): 'empty-field' | 'filled-field' | 'control' | 'elsewhere' {
  if (element instanceof HTMLTextAreaElement) return element.value === '' ? 'empty-field' : 'filled-field';
  if (element instanceof HTMLInputElement && !['radio', 'checkbox', 'button'].includes(element.type))
    return element.value === '' ? 'empty-field' : 'filled-field';
  if (element?.closest('button, a, summary, input, [role="link"], [role="tab"], [role="radio"], [role="button"]'))
    return 'control';
  return 'elsewhere';
}

/** True while the agent is typing: a field has the focus and there is text in it. */
export function isTyping(): boolean {
  return focusKind(document.activeElement) === 'filled-field';
}

/** Puts the focus on the button that opens a line's rotation. */
export function focusRotate(profileId: string): void {
  document.querySelector<HTMLElement>(`[data-profile-id="${CSS.escape(profileId)}"] [data-rotate]`)?.focus();
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
