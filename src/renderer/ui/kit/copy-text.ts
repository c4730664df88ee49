/** `document.execCommand` is deprecated in general, and the only way to copy that needs no clipboard permission. */
const copier: { execCommand(command: string): boolean } = document;

/** Puts text on the clipboard; call it from the handler of a press. False when the browser refused. */
export function copyText(text: string): boolean {
  function onCopy(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData('text/plain', text);
  }
  document.addEventListener('copy', onCopy, true);
  try {
    return copier.execCommand('copy');
  } finally {
    document.removeEventListener('copy', onCopy, true);
  }
}
